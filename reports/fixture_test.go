package reports

import (
	"math"
	"strings"
	"time"

	"bench/runner/gates"
	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
	"bench/runner/results"
)

const hostile = "<b>\"bold\" & 'quoted'</b>\x1b[31m\r\n::error::\u202ereversed"

func ptr[T any](v T) *T { return &v }

func cellOf(runtime, executor string, workers int) matrix.Cell {
	facets := []matrix.Facet{{Name: matrix.Runtime, Value: runtime}, {Name: matrix.Executor, Value: executor}}
	if workers > 0 {
		facets = append(facets, matrix.Facet{Name: matrix.Workers, Value: workers})
	}
	return matrix.NewCell(facets...)
}

// fixture is a report with every outcome, hostile texts and missing numbers.
func fixture() *Report {
	var (
		began   = time.Date(2026, 1, 2, 10, 11, 12, 0, time.UTC)
		serial  = cellOf("py3", "serial", 0)
		threads = cellOf("py3", "threads", 2)
		pool    = cellOf("py3", "pool", 2)
		procs   = matrix.NewCell(matrix.Facet{Name: "runtime", Value: "py3"}, matrix.Facet{Name: "executor", Value: "procs"}, matrix.Facet{Name: "workers", Value: 2}, matrix.Facet{Name: "data", Value: hostile})
		absent  = cellOf("py2", "serial", 0)
		absent2 = cellOf("py2", "threads", 2)
		stuck   = cellOf("py3", "threads", 16)
	)
	run := results.Run{
		ID: "20260102-101112-5f3a", Experiment: "sum-of-primes", Spec: "experiments/primes.yaml",
		Sources: []results.Source{{Path: "experiments/primes.yaml", Text: "version: 1\nname: sum-of-primes\n"}},
		Options: results.Options{Profile: "full", Only: []string{"runtime=py3"}, Define: map[string]string{"repeats.max": "10"}, Cores: 2},
		Seed:    math.MaxUint64, Started: began, Finished: began.Add(83 * time.Second), Version: "1.2.3",
		Environment: results.Environment{
			OS: "linux", Arch: "amd64", Kernel: "6.18.5", CPU: "Example CPU @ 2.10GHz", Cores: 2, Memory: 8_200_000_000, Go: "go1.26.8",
			Host: "c0ffee", Commit: "a1b2c3d4e5f60718", Dirty: true, Virtual: "kvm", Parallelism: ptr(1.749),
			Governor: "powersave", Boost: "on", SMT: "off", Clock: "tsc", Load: ptr(0.25), Swap: ptr(int64(1 << 20)),
		},
	}
	summaries := []gates.Summary{
		{
			Cell: serial, Workload: "sum_primes", Runtime: "py3", Executor: "serial", Workers: 1, Baseline: true, N: 10,
			Counts: map[results.Status]int{results.OK: 10}, Times: repeat(1.2341, 10), Median: ptr(1.2341), Interval: ptr([2]float64{1.2214, 1.2401}),
			Min: ptr(1.2201), Max: ptr(1.2999), Spread: ptr(0.0123), Speedup: ptr(1.0), SpeedupN: 10, Efficiency: ptr(1.0), CPU: ptr(1.2299), CoresUsed: ptr(0.9966),
			Memory: ptr(12.5 * (1 << 20)), Phases: &results.Phases{Startup: 20 * time.Millisecond, Spawn: time.Millisecond, Work: 1233 * time.Millisecond, Total: 1234100 * time.Microsecond},
			Why: "one worker",
		}, {
			Cell: threads, Workload: "sum_primes", Runtime: "py3", Executor: "threads", Workers: 2, N: 7,
			Counts: map[results.Status]int{results.OK: 7, results.Wrong: 2, results.Timeout: 1}, Reason: "result is 37550402022, not 37550402023",
			Times: repeat(1.25, 7), Median: ptr(1.25), Interval: ptr([2]float64{1.2399, 1.2711}), Min: ptr(1.2388), Max: ptr(1.2733),
			Spread: ptr(0.031), Speedup: ptr(0.98728), SpeedupCI: ptr([2]float64{0.961, 1.0044}), SpeedupN: 7, Efficiency: ptr(0.49364), CPU: ptr(1.27), CoresUsed: ptr(1.016),
			Memory: ptr(12.75 * (1 << 20)), Why: "serialised: 2 workers used 1.02 cores, as behind one lock",
		}, {
			Cell: pool, Workload: "sum_primes", Runtime: "py3", Executor: "pool", Workers: 2, N: 10, Counts: map[results.Status]int{results.OK: 12}, Contaminated: 2,
			Times: repeat(0.6402, 10), Median: ptr(0.6402), Interval: ptr([2]float64{0.6377, 0.6455}), Min: ptr(0.6355), Max: ptr(0.6512), Spread: ptr(0.004),
			Speedup: ptr(1.92768), SpeedupCI: ptr([2]float64{1.86, 1.97}), SpeedupN: 9, Efficiency: ptr(0.96384), CPU: ptr(1.25), CoresUsed: ptr(1.9525),
			Memory: ptr(31.25 * (1 << 20)), Why: "scales",
		}, {
			Cell: procs, Workload: "sum_primes", Runtime: "py3", Executor: "procs", Workers: 2, N: 3, Counts: map[results.Status]int{results.OK: 3},
			Times: repeat(0.0000123, 3), Median: ptr(0.0000123), Min: ptr(0.000012), Max: ptr(math.NaN()), Speedup: ptr(math.Inf(1)), Efficiency: ptr(math.NaN()),
		},
		{Cell: stuck, Workload: "sum_primes", Runtime: "py3", Executor: "threads", Workers: 16, Counts: map[results.Status]int{results.Crash: 10}, Reason: "worker 3 ended with signal 11"},
		{Cell: absent, Workload: "sum_primes", Runtime: "py2", Executor: "serial", Workers: 1, Baseline: true, Counts: map[results.Status]int{results.Unavailable: 1}, Reason: "python 2.7 is not installed"},
		{Cell: absent2, Workload: "sum_primes", Runtime: "py2", Executor: "threads", Workers: 2, Counts: map[results.Status]int{results.Unavailable: 1}, Reason: "python 2.7 is not installed"},
	}
	python := results.RuntimeInfo{Name: "cpython", Version: "3.11.2", GIL: "on", Path: "/usr/bin/python3"}
	phases := results.Phases{Startup: 20 * time.Millisecond, Spawn: time.Millisecond, Work: 1233 * time.Millisecond, Total: 1234100 * time.Microsecond}
	usage := results.Usage{User: 1200 * time.Millisecond, System: 30 * time.Millisecond, Memory: 13_107_200, Voluntary: 7, Involuntary: 3}
	ok := results.Trial{Cell: serial, Workload: "sum_primes", Status: results.OK, Started: began, Wall: 1260 * time.Millisecond, Phases: phases, Usage: usage,
		Runtime: python, Workers: 1, Tasks: 3, Results: []any{1.0, 2.0, math.NaN()}, Result: map[string]any{"sum": 3.0, "bad": math.Inf(-1)}}
	warm, control := ok, ok
	warm.Warmup, control.Control, control.Block, control.Position = true, true, 1, 4
	second := ok
	second.Block, second.Position, second.Warnings = 1, 2, []string{"the two clocks disagree"}
	wrong := results.Trial{Cell: threads, Workload: "sum_primes", Block: 1, Status: results.Wrong, Reason: "result is 37550402022, not 37550402023",
		Started: began, Wall: 1300 * time.Millisecond, Phases: phases, Usage: usage, Runtime: python, Workers: 2, Tasks: 3, Stdout: hostile,
		Stderr: "Traceback (most recent call last):\n  File \"primes.py\", line 3\n\n\x1b]0;owned\a\x1b[2JValueError: lost update\n"}
	crash := results.Trial{Cell: stuck, Workload: "sum_primes", Block: 1, Position: 1, Status: results.Crash, Reason: "worker 3 ended with signal 11",
		Runtime: python, Workers: 16, Tasks: 3, Started: began, Stderr: strings.Repeat("a long line of what the program said ", 8)}
	shared := ok
	shared.Cell, shared.Block, shared.Position, shared.Contaminated = pool, 2, 1, "another program used 0.97 cores while threads waited 46 % of the time"
	gone := results.Trial{Cell: absent, Workload: "sum_primes", Status: results.Unavailable, Reason: "python 2.7 is not installed", Warmup: true, Started: began}
	gone2 := gone
	gone2.Cell = absent2

	r := New(run, summaries, []gates.Noise{{Cell: serial, N: 10, Ratio: 1.012}},
		[]Excluded{{cellOf("py3", "threads", 32), "threads > cores"}, {cellOf("py3", "threads", 64), "threads > cores"}},
		[]results.Trial{warm, gone, gone2, wrong, crash, second, shared, control}, verdicts(serial, pool, threads), "FAIL", 1)
	r.Scaling = []gates.Scaling{
		{Name: "runtime=py3 pool", Cells: []matrix.Cell{pool}, Blocks: 10, Law: "usl", Counts: []int{1, 2, 4, 8}, Best: 8, Alike: []int{4, 8},
			Serial: &gates.Estimate{Value: 0.031, Interval: [2]float64{0.02, 0.04}}, Pairs: &gates.Estimate{Value: 0.004, Interval: [2]float64{0.001, 0.006}},
			Ahead:    &gates.Ahead{Workers: 16, Cores: true, Speedup: gates.Estimate{Value: 6.5, Interval: [2]float64{5.9, 7.2}}},
			Sentence: "contention 3.1 % (2 … 4 %), coherency 0.4 % (0.1 … 0.6 %); 16 workers on 16 cores would be 6.5 (5.9 … 7.2) times as fast as 1; 4 and 8 workers are alike"},
		{Name: hostile, Best: 1, Alike: []int{1}, Sentence: "best with 1 worker"},
	}
	r.Question = "Do threads or processes make a CPU-bound Python function faster?"
	return r
}

func repeat(v float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func verdicts(serial, pool, threads matrix.Cell) []gates.Verdict {
	at := func(line int) diag.Pos { return diag.Pos{File: "experiments/primes.yaml", Line: line, Col: 12} }
	return []gates.Verdict{
		{
			Name: "speedup(pool=2) > 1.3", Check: "speedup(pool=2) > 1.3", Level: "error", Pos: at(31), EndCol: 33, Outcome: gates.Pass, Support: 1,
			Interval: ptr([2]float64{1.86, 1.97}), Observed: ptr(1.92768), Limit: ptr(1.3), Margin: ptr(0.48283), N: 10, Cells: []matrix.Cell{serial, pool},
			Evidence: []gates.Value{{Text: "speedup(pool=2) > 1.3", From: 0, To: 21, Value: true}, {Text: "speedup(pool=2)", From: 0, To: 15, Value: 1.92768, Unit: "1"}},
		}, {
			Name: "the GIL holds threads back", Check: "speedup(threads=2) <\n    0.9 and efficiency(threads=2) < 0.8\n", Level: "error",
			Because: "CPython runs one thread at a time", Pos: at(33), EndCol: 32, Outcome: gates.Fail, Reason: "interval lies above 0.9", Support: 0,
			N: 7, Cells: []matrix.Cell{serial, threads},
			Evidence: []gates.Value{
				{Text: "speedup(threads=2) <\n    0.9 and efficiency(threads=2) < 0.8", From: 0, To: 60, Value: false},
				{Text: "speedup(threads=2) <\n    0.9", From: 0, To: 28, Value: false},
				{Text: "speedup(threads=2)", From: 0, To: 18, Value: 0.98728, Unit: "1"},
				{Text: "0.9", From: 25, To: 28, Value: 0.9, Unit: "1"},
				{Text: "efficiency(threads=2) < 0.8", From: 33, To: 60, Value: true},
				{Text: "efficiency(threads=2)", From: 33, To: 54, Value: 0.49364, Unit: "1"},
			},
		}, {
			Name: "time(pool=2) < 640*ms", Check: "time(pool=2) < 640*ms", Level: "warn", Pos: at(36), EndCol: 33, Outcome: gates.Fail,
			Reason: "interval lies above 640 ms", Support: 0.001, Interval: ptr([2]float64{0.64001, 0.6455}), Observed: ptr(0.6402), Limit: ptr(0.64), Margin: ptr(-0.0003), N: 10,
			Cells: []matrix.Cell{pool},
			Evidence: []gates.Value{
				{Text: "time(pool=2) < 640*ms", From: 0, To: 21, Value: false}, {Text: "time(pool=2)", From: 0, To: 12, Value: 0.6402, Unit: "s"},
				{Text: "640*ms", From: 15, To: 21, Value: 0.64, Unit: "s"}, {Text: "ms", From: 19, To: 21, Value: 0.001, Unit: "s"},
			},
		}, {
			Name: "speedup(pool=2) > 1.9", Check: "speedup(pool=2) > 1.9", Level: "error", Pos: at(37), EndCol: 33, Outcome: gates.Inconclusive, Support: 0.87,
			Reason:   "these blocks separate about 3.4 %; it lies 1.1 % from the limit. About 160 blocks would settle it, or ask for > 1.85",
			Interval: ptr([2]float64{1.86, 1.97}), Observed: ptr(1.92768), Limit: ptr(1.9), Margin: ptr(0.0146), N: 10, Cells: []matrix.Cell{serial, pool},
		}, {
			Name: "speedup(threads=2) < 1.1 [runtime=py2]", Check: "speedup(threads=2) < 1.1", Binding: []matrix.Facet{{Name: "runtime", Value: "py2"}}, Level: "error",
			Pos: at(38), EndCol: 36, Outcome: gates.Skipped, Reason: "runtime=py2 is unavailable: python 2.7 is not installed",
		}, {
			Name: hostile, Check: "all(results(threads=16), # == \"" + hostile + "\") and time(threads=16) < 1", Level: "error", Because: hostile, Pos: at(39), EndCol: 36,
			Outcome: gates.Error, Reason: "no trial of runtime=py3 threads=16 is ok: " + hostile,
			Evidence: []gates.Value{{Text: "results(threads=16)", From: 4, To: 23, Value: nil}, {Text: "elsewhere", From: 400, To: 500, Value: math.NaN()}},
		},
	}
}
