package gates

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"bench/runner/results"
)

// atOnce are checks, and whether they are computed on all resamples at once.
var atOnce = map[string]bool{
	"speedup(procs=2) > 1.3":                                              true,
	"speedup(procs=2) > 0.7 * speedup(procs=4)":                           true,
	"efficiency(procs=2) >= 0.6 and time(procs=2) < time(serial) / 1.3":   true,
	"not (time(procs=4) > 0.31) or cpu(procs=4) < 2 * cpu(serial)":        true,
	"-time(procs=2) + 1 / 2 < -0.01 and failures(procs=2) == 0":           true,
	"1 < speedup(procs=cores) / cores < 2":                                true,
	"cores >= 2 and throughput(procs=2) != 1":                             true,
	"cores_used(procs=2) <= 2 * parallelism":                              true,
	`time(procs=2, stat="mean") < 0.53 and time(procs=2, stat="p90") < 1`: true,
	`time(procs=2, phase="work") < 0.5`:                                   true,
	`time(procs=2, stat="max") - time(procs=2, stat="min") < 0.3`:         true,
	"spread(procs=2) < 0.1":                                               true,
	"best_workers(procs) == 4":                                            true,
	"serial_fraction(procs) < 0.3":                                        true,
	"memory(serial) < 6*MB":                                               true,
	"time(procs=2) / (time(procs=4) - time(procs=4)) > 1":                 true,  // infinite, which is more
	"memory(procs=2) < 6*MB":                                              false, // a resample of blocks that lack it has none
	"max(speedup(procs=2), speedup(procs=4)) > 1.5":                       false,
	"all([2, 4], speedup(procs=#) > 1.3)":                                 false,
	"speedup(procs=2) ** 2 > 2":                                           false,
	"gil == \"off\" ? speedup(procs=2) > 1 : speedup(procs=4) > 2":        false,
}

// TestRowsAreTheResamples: what is computed on all resamples at once is what each of them comes to by itself, to the last
// bit.
func TestRowsAreTheResamples(t *testing.T) {
	plan := planOf("serial", "executor=serial", "executor=procs workers=2", "executor=procs workers=4")
	random := rand.New(rand.NewPCG(3, 4))
	for _, blocks := range []int{5, 12, 31} {
		all := trials(plan, blocks, func(cell, _ int) float64 { return math.Exp(0.1*random.NormFloat64()) / []float64{1, 1.9, 3.3}[cell] })
		for i := range all {
			vary(&all[i], random)
		}
		for text, want := range atOnce {
			for _, c := range mustCompile(t, plan, asserted(text, "", "")) {
				m := measure(Data{Plan: plan, Trials: all, Host: host, Resamples: 300})
				s := m.statistic(&c)
				on := m.redrawn(m.everywhere())
				if got := c.assertion.program.HoldsRows(on.draws.Rows, s.vars, s.rows(on)) != nil; got != want {
					t.Errorf("%s, %d blocks: at once: %v", text, blocks, got)
				}
				sameOnRows(t, s, on)
			}
		}
	}
}

// sameOnRows compares with what one resample after the other comes to.
func sameOnRows(t *testing.T, s *statistic, on *drawn) {
	t.Helper()
	program, row := s.check.assertion.program, 0
	plain := &drawn{blocks: on.blocks, resampling: on.resampling}
	for holds, err := range s.holdsOn(on) {
		plain.row = row
		want, wrong := program.Eval(s.vars, s.caller(plain))
		if holds != (want == true) || (err == nil) != (wrong == nil) {
			t.Fatalf("%s, row %d of %d blocks: %v %v, want %v %v", s.check.Text, row, len(on.blocks), holds, err, want, wrong)
		}
		row++
	}
	if row != on.draws.Rows {
		t.Errorf("%s: %d rows of %d", s.check.Text, row, on.draws.Rows)
	}
	for _, c := range program.Comparisons() {
		for row, got := range s.numbersOn(on, c.Left) {
			plain.row = row
			v, err := c.Left.Eval(s.vars, s.caller(plain))
			want, isNumber := asNumber(v)
			if isNumber = isNumber && err == nil; isNumber != finite(got) || isNumber && got != want {
				t.Fatalf("%s, row %d of %d blocks: %v, want %v %v", s.check.Text, row, len(on.blocks), got, v, err)
			}
		}
	}
}

// vary gives a trial other numbers beside its time; that of two workers lacks its memory in most blocks.
func vary(t *results.Trial, random *rand.Rand) {
	some := func() time.Duration { return time.Duration(1e9 * (0.5 + random.Float64()/2)) }
	t.Phases.Work, t.Usage.User, t.Usage.Memory = t.Phases.Total/2+some()/10, some(), 5e6+int64(some()/1000)
	if t.Workers == 2 && t.Block != 1 {
		t.Usage.Memory = 0
	}
	for range t.Tasks {
		t.Spans = append(t.Spans, results.TaskSpan{End: some()})
	}
}
