package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/gates"
	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
	"bench/runner/internal/stats"
	"bench/runner/results"
)

// dice gives the same numbers from 0 to 1 each time.
type dice uint64

func (d *dice) roll() float64 {
	*d = *d*6364136223846793005 + 1442695040888963407
	return float64(*d>>40) / (1 << 24)
}

// pictured is a report with all that figures show: three executors of up to 8 workers, timelines, laws, a history. The
// extra axis multiplies its cells.
func pictured(repeats int, sizes ...int) *Report {
	d := dice(7)
	began := time.Date(2026, 1, 2, 10, 0, 0, 0, time.UTC)
	executors := []struct {
		name          string
		serial, pairs float64
	}{{"threads", 0.52, 0.0121}, {"procs", 0.05, 0.0033}, {"pool", 0.08, 0.0013}}
	var summaries []gates.Summary
	var trials []results.Trial
	var scaling []gates.Scaling
	for _, size := range sizes {
		facet := []matrix.Facet{{Name: "size", Value: size}}
		if len(sizes) == 1 {
			facet = nil
		}
		serial := matrix.NewCell(append([]matrix.Facet{{Name: matrix.Executor, Value: "serial"}}, facet...)...)
		base := 10 * float64(size) / 100
		add := func(c matrix.Cell, executor string, workers int, speedup float64) {
			s := gates.Summary{Cell: c, Workload: "matmul", Runtime: "go", Executor: executor, Workers: workers, Counts: map[results.Status]int{results.OK: repeats}}
			for b := range repeats {
				t := workTrial(&d, c, b+1, workers, base/speedup, executor == "threads")
				trials = append(trials, t)
				s.Times = append(s.Times, t.Phases.Total.Seconds())
			}
			summaries = append(summaries, summed(s, base))
		}
		add(serial, "serial", 1, 1)
		summaries[len(summaries)-1].Baseline = true
		for _, e := range executors {
			law := gates.Scaling{Name: e.name, Blocks: repeats, Law: "usl", Counts: []int{1, 2, 4, 8}, Best: 8, Alike: []int{8},
				Serial: &gates.Estimate{Value: e.serial, Interval: [2]float64{e.serial * 0.9, e.serial * 1.1}}, Pairs: &gates.Estimate{Value: e.pairs, Interval: [2]float64{e.pairs * 0.8, e.pairs * 1.3}},
				Sentence: fmt.Sprintf("contention %.0f %%, coherency %.1f %%; best with 8 workers", 100*e.serial, 100*e.pairs)}
			at := func(p float64) float64 { return p / (1 + e.serial*(p-1) + e.pairs*p*(p-1)) }
			for _, workers := range []int{1, 2, 4, 8} {
				c := matrix.NewCell(append([]matrix.Facet{{Name: matrix.Executor, Value: e.name}, {Name: matrix.Workers, Value: workers}}, facet...)...)
				add(c, e.name, workers, at(float64(workers)))
				law.Cells = append(law.Cells, c)
			}
			for i := range 33 {
				p := math.Pow(16, float64(i)/32)
				law.Curve = append(law.Curve, gates.Speedup{Workers: p, Speedup: at(p)})
			}
			scaling = append(scaling, law)
		}
	}
	run := results.Run{
		ID: "20260102-100000-abcd", Experiment: "matmul", Spec: "experiments/matmul.yaml", Seed: 42, Started: began, Finished: began.Add(9 * time.Minute), Version: "1.2.3",
		Options: results.Options{Only: []string{"executor=threads,procs"}, Define: map[string]string{"timeout": "10 s", "a": "it's"}, Repeats: repeats},
		Sources: []results.Source{{Path: "experiments/matmul.yaml", Text: picturedSpec}},
		Environment: results.Environment{OS: "linux", Arch: "amd64", Kernel: "6.18.5", CPU: "Example CPU @ 2.10GHz", Cores: 8, Memory: 16 << 30, Go: "go1.26.8",
			Commit: "a1b2c3d4e5f60718", Virtual: "kvm", Parallelism: ptr(7.9)},
	}
	verdicts := picturedVerdicts(summaries[:min(len(summaries), 13)])
	r := New(run, summaries, []gates.Noise{{Cell: summaries[0].Cell, N: repeats, Ratio: 1.004}}, nil, trials, verdicts, "FAIL", 1)
	r.Scaling, r.Question = scaling, "Which way of running it in parallel pays?"
	r.History = []gates.History{picturedHistory(&d, verdicts[2].Name, 1.92, 1.74, 1.7), picturedHistory(&d, verdicts[1].Name, 0.6, 0.6, 0.6)}
	return r
}

const picturedSpec = `question: Which way of running it in parallel pays?
version: 1
name: matmul
workloads:
  matmul: {builtin: matmul, tasks: 80}
matrix:
  executor:
    - serial
    - threads: [1, 2, 4, 8]
    - procs: [1, 2, 4, 8]
    - pool: [1, 2, 4, 8]
baseline: {executor: serial}
repeats: 12
assert:
  - speedup(threads=2) > 1.5
  - name: eight processes are well used
    check: efficiency(procs=8) > 0.6
  - speedup(procs=2) > 1.7
  - {check: spread(serial) < 0.05, because: the machine is ours}
`

// workTrial is one trial whose tasks are shared out over its workers; idle ones compute half of the time.
func workTrial(d *dice, c matrix.Cell, block, workers int, seconds float64, idle bool) results.Trial {
	total := seconds * (1 + 0.05*d.roll()*d.roll())
	if d.roll() > 0.95 {
		total *= 1.12
	}
	spawn := 0.004 * float64(workers)
	t := results.Trial{Cell: c, Workload: "matmul", Block: block, Status: results.OK, Workers: workers, Tasks: 80, Runtime: results.RuntimeInfo{Name: "go", Version: "1.26.8"}}
	t.Phases = results.Phases{Startup: 30 * time.Millisecond, Spawn: time.Duration(spawn * 1e9), Join: 2 * time.Millisecond, Total: time.Duration(total * 1e9)}
	t.Phases.Work = t.Phases.Total - t.Phases.Spawn - t.Phases.Join
	each := t.Phases.Work.Seconds() * float64(workers) / 80
	for w := range workers {
		at := spawn
		for i := range 80 / workers {
			took := each * (0.6 + 0.5*d.roll())
			cpu := took
			if idle {
				cpu /= 2
			}
			t.Spans = append(t.Spans, results.TaskSpan{Task: w + i*workers, Worker: w, Start: time.Duration(at * 1e9), End: time.Duration((at + took) * 1e9), CPU: time.Duration(cpu * 1e9)})
			at += took + each*0.1*d.roll()
		}
	}
	return t
}

// summed fills in the numbers of a cell as gates would.
func summed(s gates.Summary, base float64) gates.Summary {
	times := slices.Clone(s.Times)
	slices.Sort(times)
	m := stats.Median(times)
	s.N, s.Median, s.Min, s.Max = len(times), &m, &times[0], &times[len(times)-1]
	s.Quartiles = &[2]float64{stats.Quantile(times, 0.25), stats.Quantile(times, 0.75)}
	s.Interval = &[2]float64{stats.Quantile(times, 0.1), stats.Quantile(times, 0.9)}
	s.Speedup, s.SpeedupN, s.Efficiency = ptr(base*1.02/m), s.N, ptr(base*1.02/m/float64(s.Workers))
	s.SpeedupCI = &[2]float64{*s.Speedup * m / s.Interval[1], *s.Speedup * m / s.Interval[0]}
	s.CoresUsed, s.Memory = ptr(0.9*float64(s.Workers)), ptr(float64((11+s.Workers)<<20))
	s.Phases = &results.Phases{Startup: 30 * time.Millisecond, Spawn: time.Duration(s.Workers) * 4 * time.Millisecond, Work: time.Duration(m*1e9) - time.Duration(s.Workers)*4*time.Millisecond, Join: 2 * time.Millisecond, Total: time.Duration(m * 1e9)}
	if *s.Efficiency > 0.85 && s.Workers > 1 {
		s.Why = fmt.Sprintf("scales: %d workers are %.2f times as fast as one", s.Workers, *s.Speedup)
	}
	return s
}

func picturedVerdicts(cells []gates.Summary) []gates.Verdict {
	find := func(key string) gates.Summary {
		return cells[slices.IndexFunc(cells, func(s gates.Summary) bool { return s.Cell.Key() == key || strings.HasPrefix(s.Cell.Key(), key+" ") })]
	}
	serial, threads, procs, procs8 := find("serial"), find("threads=2"), find("procs=2"), find("procs=8")
	at := func(line int) diag.Pos { return diag.Pos{File: "experiments/matmul.yaml", Line: line, Col: 5} }
	compare := func(check, call string, observed, limit float64) []gates.Value {
		return []gates.Value{{Text: check, From: 0, To: len(check), Value: observed > limit}, {Text: call, From: 0, To: len(call), Value: observed, Unit: "1"}}
	}
	return []gates.Verdict{
		{Name: "speedup(threads=2) > 1.5", Check: "speedup(threads=2) > 1.5", Level: "error", Pos: at(15), Outcome: gates.Fail, Reason: "the interval lies below 1.5", Observed: threads.Speedup,
			Interval: threads.SpeedupCI, Limit: ptr(1.5), Margin: ptr(*threads.Speedup/1.5 - 1), N: 12, Confirmed: 12, Cells: []matrix.Cell{serial.Cell, threads.Cell},
			Evidence: compare("speedup(threads=2) > 1.5", "speedup(threads=2)", *threads.Speedup, 1.5)},
		{Name: "eight processes are well used", Check: "efficiency(procs=8) > 0.6", Level: "error", Pos: at(17), Outcome: gates.Pass, Support: 1, Observed: procs8.Efficiency,
			Interval: ptr([2]float64{*procs8.Efficiency - 0.02, *procs8.Efficiency + 0.02}), Limit: ptr(0.6), Margin: ptr(*procs8.Efficiency/0.6 - 1), N: 12, Cells: []matrix.Cell{serial.Cell, procs8.Cell},
			Evidence: compare("efficiency(procs=8) > 0.6", "efficiency(procs=8)", *procs8.Efficiency, 0.6)},
		{Name: "speedup(procs=2) > 1.7", Check: "speedup(procs=2) > 1.7", Level: "error", Pos: at(18), Outcome: gates.Inconclusive, Support: 0.78, Reason: "12 blocks cannot tell; about 30 would",
			Observed: procs.Speedup, Interval: ptr([2]float64{1.68, 1.9}), Limit: ptr(1.7), Margin: ptr(*procs.Speedup/1.7 - 1), N: 12, Cells: []matrix.Cell{serial.Cell, procs.Cell},
			Evidence: compare("speedup(procs=2) > 1.7", "speedup(procs=2)", *procs.Speedup, 1.7)},
		{Name: "spread(serial) < 0.05", Check: "spread(serial) < 0.05", Because: "the machine is ours", Published: "below 3 %", Level: "error", Pos: at(19), Outcome: gates.Pass, Support: 1, Observed: ptr(0.021),
			Interval: ptr([2]float64{0.012, 0.031}), Limit: ptr(0.05), Margin: ptr(0.58), N: 12, Cells: []matrix.Cell{serial.Cell}},
	}
}

// picturedHistory is 40 runs: the value steps down in the last nine.
func picturedHistory(d *dice, name string, was, is, limit float64) gates.History {
	h := gates.History{Name: name, Unit: "1", Limit: &limit, Usual: &gates.Band{Median: was, Low: was - 0.09, High: was + 0.09, N: 39}}
	began := time.Date(2025, 11, 20, 10, 0, 0, 0, time.UTC)
	for i := range 40 {
		v, outcome := was, gates.Pass
		if i > 30 {
			v, outcome = is, gates.Inconclusive
		}
		v += 0.1 * (d.roll() - 0.5)
		m := gates.Moment{Run: fmt.Sprintf("run-%d", i), Started: began.Add(time.Duration(i) * 24 * time.Hour), Commit: fmt.Sprintf("%010x", 0x4c255a1*(i+1)), Outcome: outcome,
			Observed: &v, Interval: &[2]float64{v - 0.05, v + 0.05}}
		if i == 12 {
			m.Observed, m.Interval, m.Outcome = nil, nil, gates.Error
		}
		h.Moments = append(h.Moments, m)
	}
	return h
}

func TestPanels(t *testing.T) {
	r := pictured(12, 100)
	var names []string
	for _, p := range r.panels() {
		for i, f := range p.Figures {
			names = append(names, p.id(i)+": "+f.Name)
			if len(f.Data.Rows) == 0 {
				t.Errorf("%s has no data", p.id(i))
			}
		}
	}
	want := []string{"speedup: ", "time: ", "timeline: threads=2", "timeline-2: procs=2", "timeline-3: procs=8"}
	if len(names) < len(want) || !slices.Equal(names[:len(want)], want) {
		t.Errorf("%q", names)
	}
}

// Names of runs on an axis differ where they can.
func TestNamesOfMoments(t *testing.T) {
	at := func(day, hour int, commit string) gates.Moment {
		return gates.Moment{Started: time.Date(2026, 11, day, hour, 5, 0, 0, time.UTC), Commit: commit}
	}
	for want, all := range map[string][]gates.Moment{
		"11-21|11-22":                 {at(21, 9, ""), at(22, 9, "")},
		"11-22 09:05|11-22 14:05":     {at(22, 9, ""), at(22, 14, "")},
		"11-22 10:05|11-22 15:05":     {at(22, 10, "abcdef0123"), at(22, 15, "abcdef0123")},
		"abcdef0|1234567|11-23 09:05": {at(22, 9, "abcdef0123"), at(22, 14, "1234567890"), at(23, 9, "")},
		"abcdef0|1234567|11-23":       {at(21, 9, "abcdef0123"), at(22, 14, "1234567890"), at(23, 9, "")},
	} {
		if got := strings.Join(momentNames(all), "|"); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// The caption of the speedups tells of a law only where one was fitted.
func TestCaptionOfSpeedups(t *testing.T) {
	r := pictured(6, 100)
	if doc := r.speedups().Doc; !strings.Contains(doc, "law") {
		t.Errorf("%q", doc)
	}
	r.Scaling = nil
	if doc := r.speedups().Doc; strings.Contains(doc, "law") {
		t.Errorf("%q", doc)
	}
}
