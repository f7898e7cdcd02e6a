package reports

import (
	"fmt"
	"time"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// What comparisons of two runs are told of: numbers that are missing, and texts that are hostile.

func numbered(v, low, high float64, n int) *gates.Told {
	return &gates.Told{Value: v, Interval: &[2]float64{low, high}, N: n}
}

func threadsOf(n int) matrix.Cell {
	return matrix.NewCell(matrix.Facet{Name: matrix.Executor, Value: "threads"}, matrix.Facet{Name: matrix.Workers, Value: n})
}

func changes() []gates.Change {
	serial := matrix.NewCell(matrix.Facet{Name: matrix.Executor, Value: "serial"})
	return []gates.Change{
		{Workload: "sum", Cell: serial, Before: numbered(0.4594, 0.445, 0.471, 10), After: numbered(0.4621, 0.449, 0.475, 10), Change: numbered(0.00588, -0.021, 0.0313, 10)},
		{Workload: "sum", Cell: threadsOf(2), Before: numbered(0.2374, 0.231, 0.2513, 10), After: numbered(0.2671, 0.259, 0.271, 10), Change: numbered(0.1251, 0.0988, 0.1412, 10),
			SpeedupA: numbered(1.93, 1.81, 2, 10), SpeedupB: numbered(1.73, 1.69, 1.8, 10), Speedup: numbered(0.8964, 0.85, 0.94, 10)},
		{Workload: "sum", Cell: threadsOf(4), Before: numbered(0.121, 0.12, 0.122, 10), After: numbered(0.112, 0.111, 0.1132, 8), Change: numbered(-0.0744, -0.083, -0.0652, 8),
			SpeedupA: numbered(3.79, 3.7, 3.9, 10), SpeedupB: numbered(4.12, 4, 4.2, 8), Speedup: numbered(1.087, 1.02, 1.13, 8)},
		{Workload: "sum", Cell: threadsOf(8), Before: numbered(0.1212, 0.11, 0.13, 10), After: numbered(0.13, 0.12, 0.14, 10), Change: numbered(0.0726, 0.03, 0.12, 10), Unfit: true,
			Reason: "the machine was busy in most blocks"},
		{Workload: "sum", Cell: threadsOf(16), Before: numbered(0.13, 0.12, 0.14, 3), Reason: "run without a time: worker 3 ended with signal 11"},
		{Workload: "sum", Cell: threadsOf(32), After: numbered(0.14, 0.13, 0.15, 10), Reason: "only the later run has it"},
		{Workload: "sum", Cell: matrix.NewCell(matrix.Facet{Name: matrix.Executor, Value: "procs"}, matrix.Facet{Name: matrix.Workers, Value: 2}, matrix.Facet{Name: "data", Value: hostile}),
			Before: numbered(0.0000123, 0.000012, 0.000013, 10), After: numbered(0.000246, 0.00024, 0.00025, 10), Change: numbered(19, 17.5, 20.8, 10)},
		{Workload: "sum", Cell: threadsOf(64), Before: &gates.Told{Value: 0.2, N: 3}, After: &gates.Told{Value: 0.21, N: 3}, Change: &gates.Told{Value: 0.05, N: 3}},
	}
}

// comparison is one without a condition.
func comparison() *Comparison {
	before, after := fixture().Run, fixture().Run
	before.ID, before.Started = "20251230-090000-aaaa", before.Started.Add(-73*time.Hour)
	before.Environment.Commit, before.Environment.Branch, before.Environment.Dirty = "0123456789abcdef0123", "main", false
	after.Environment.Branch = "topic"
	return &Comparison{Before: before, After: after, Changes: changes(), Word: "COMPARED",
		Differences: []results.Difference{{What: "commit", Was: "0123456789ab", Is: "a1b2c3d4e5f6, changed since"}, {What: "code of sum", Was: hostile, Is: "other"}}}
}

// judged is one with a condition.
func judged() *Comparison {
	c := comparison()
	c.Condition, c.Word, c.Code = "change > 0.05", "FAIL", 1
	for i, o := range []gates.Outcome{gates.Pass, gates.Fail, gates.Pass, gates.Inconclusive, gates.Error, "", gates.Fail, gates.Inconclusive} {
		c.Changes[i].Outcome = o
	}
	c.Changes[7].Reason = "3 blocks; at least 5 are needed"
	return c
}

// refused is one of two machines.
func refused() *Comparison {
	c := comparison()
	c.Refused = "two machines (processor: A, now B): their times cannot be compared, only their speedups; --any-machine judges them nevertheless"
	return c
}

func replayed() *Replay {
	c := comparison()
	r := &Replay{Then: c.Before, Now: c.After, Differences: c.Differences, Within: 0.1, Word: "NOT REPRODUCED", Code: 1,
		Claims: []gates.ClaimAgain{
			{Name: "two threads pay: speedup(threads=2) > 1.3", Then: gates.Pass, Now: gates.Pass, Was: ptr(1.93), Is: ptr(1.73), Limit: ptr(1.3), Word: gates.Reproduced},
			{Name: "processes take more memory than threads, as each has an interpreter of its own: memory(procs=2) > 1.2 * memory(threads=2)", Then: gates.Pass, Now: gates.Fail,
				Was: ptr(15e6), Is: ptr(12e6), Limit: ptr(14e6), Word: gates.NotReproduced, Why: "interval lies below"},
			{Name: "speedup(threads=4) > 4", Then: gates.Inconclusive, Now: gates.Pass, Word: gates.Undecided,
				Why: "these blocks separate about 3.4 %; it lies 1.1 % from the limit. About 160 blocks would settle it, or ask for > 1.85"},
			{Name: hostile, Then: gates.Pass, Word: gates.Undecided, Why: "there is no such check here"},
			{Name: "new", Now: gates.Pass, Word: gates.Undecided, Why: hostile},
		}}
	words := []gates.Repeated{"", gates.NotReproduced, gates.Reproduced, gates.Undecided, gates.Undecided, gates.Undecided, "", gates.Undecided}
	for i, g := range c.Changes {
		r.Cells = append(r.Cells, gates.CellAgain{Workload: g.Workload, Cell: g.Cell, Then: g.SpeedupA, Now: g.SpeedupB, Ratio: g.Speedup,
			TimeThen: g.Before, TimeNow: g.After, Word: words[i], Reason: g.Reason})
	}
	return r
}

func past() *Past {
	series := func(values ...float64) (all []gates.Moment) {
		for i := range values {
			m := gates.Moment{Run: fmt.Sprintf("202601%02d-101112-%04x", i+1, i), Started: time.Date(2026, 1, i+1, 10, 11, 12, 0, time.UTC), Observed: &values[i]}
			if i%2 == 0 {
				m.Commit = fmt.Sprintf("%012x0000", 0xabcdef+i)
			}
			all = append(all, m)
		}
		return all
	}
	gap := series(1.9, 1.91, 1.9, 1.92, 1.9, 1.91, 1.9, 1.6, 1.61, 1.6, 1.62, 1.6)
	gap[3].Observed, gap[3].Outcome = nil, gates.Error
	around := series(0.001, -0.012, 0.004, 0.02, -0.03, 0.01, 0.002, -0.001, 0.05, 0.06, 0.05, -0.06)
	around[11].Outcome, around[11].Interval = gates.Fail, &[2]float64{-0.08, -0.04}
	return &Past{Experiment: "sum-of-primes", Runs: 12, First: gap[0].Run, Last: gap[11].Run, Trends: []gates.Trend{
		{Name: "two threads pay: speedup(threads=2) > 1.3", Unit: "1", Limit: ptr(1.3), Usual: ptr(1.9), Moments: gap, Alarms: &gates.Alarms{Runs: 11},
			Shifts: []gates.Shift{{Run: gap[7].Run, At: 7, Before: 1.905, After: 1.6, P: 0.002}}},
		{Name: "change(threads=2) < 0.05", Unit: "1", Limit: ptr(0.05), Usual: ptr(0.003), Moments: around, Alarms: &gates.Alarms{Runs: 12, Fails: 3, Unconfirmed: 1, Reruns: 1},
			Shifts: []gates.Shift{{Run: around[8].Run, At: 8, Before: -0.001, After: 0.05, P: 0.01}}},
		{Name: hostile, Unit: "B", Moments: []gates.Moment{{Run: hostile, Outcome: gates.Error}}, Alarms: &gates.Alarms{}},
		{Name: "", Workload: "sum", Unit: "s", Usual: ptr(0.012), Moments: series(0.012, 0.0121, 0.0119)},
		{Name: "procs=2 data=a/rather/long/path/to/a/file/with/a/name.txt chunk=100000 size=1000000", Workload: "sum", Unit: "s", Usual: ptr(1.2), Moments: series(1.2, 1.21)},
	}}
}

// twins is a report of two builds in the same blocks.
func twins() *Report {
	r := pictured(6, 100)
	r.Run.Options.AgainstBuild = "../base"
	based := func(c matrix.Cell) matrix.Cell {
		return matrix.NewCell(append(c.Facets(), matrix.Facet{Name: matrix.Build, Value: matrix.Base})...)
	}
	cells := r.Cells
	r.Cells = nil
	for _, c := range cells {
		twin := c
		twin.Cell, twin.Trials, twin.Times = based(c.Cell), nil, nil
		for _, v := range c.Times {
			twin.Times = append(twin.Times, 1.1*v)
		}
		twin.Median, twin.Interval = ptr(1.1**c.Median), nil
		r.Cells = append(r.Cells, c, twin)
	}
	for _, s := range r.Scaling {
		s.Name += " build=base"
		s.Curve = nil
		all := s.Cells
		s.Cells = nil
		for _, c := range all {
			s.Cells = append(s.Cells, based(c))
		}
		r.Scaling = append(r.Scaling, s)
	}
	return r
}

// againstTwo is a report without cells of a run that is compared with two others, cell by cell with one of them.
func againstTwo() *Report {
	c := comparison()
	run := c.After
	run.Options.Against, run.Options.AgainstBuild, run.Options.AnyMachine = "main", "../base", true
	refuted := gates.Verdict{Name: "change(threads=2) < 0.05", Check: "change(threads=2) < 0.05", Level: "error", Outcome: gates.Inconclusive, Refuted: 10, N: 10,
		Reason: "it was false in 10 blocks, but 10 fresh blocks did not confirm that", Support: 0.5}
	r := New(run, nil, nil, nil, nil, []gates.Verdict{refuted}, "INCONCLUSIVE", 3)
	r.Against = []Against{
		{Reference: results.Reference{Since: "main", Run: c.Before.ID, How: "the newest run of commit 0123456789ab, of main"}, Started: c.Before.Started, Differences: c.Differences, Changes: c.Changes},
		{Reference: results.Reference{Since: "v1", Run: "20251101-090000-bbbb", How: "tagged v1"}, Started: c.Before.Started.AddDate(0, -1, 0)},
	}
	return r
}
