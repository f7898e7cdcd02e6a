package gates

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"bench/runner/results"
	"bench/runner/spec"
)

// followed runs a plan under a Watch: seconds gives the time of a cell in a block, and what contaminated it. It returns
// the cells of each block.
func followed(t *testing.T, plan *spec.Plan, w *Watch, seconds func(cell, block int) (float64, string)) (blocks [][]int) {
	t.Helper()
	for cells := w.Needed(); len(cells) > 0; cells = w.Needed() {
		for _, trial := range trials(plan, 1, func(int, int) float64 { return 0 }) {
			cell := slices.IndexFunc(plan.Cells, func(c spec.PlannedCell) bool { return c.Cell == trial.Cell })
			if !slices.Contains(cells, cell) {
				continue
			}
			took, shared := seconds(cell, len(blocks))
			trial.Phases.Total, trial.Block, trial.Contaminated = time.Duration(took*1e9), len(blocks), shared
			if took < 0 {
				trial.Status, trial.Reason, trial.Phases = results.Crash, "exit status 3", results.Phases{}
			}
			w.Add(trial)
		}
		if blocks = append(blocks, cells); len(blocks) > 200 {
			t.Fatal("it never ends")
		}
	}
	return blocks
}

func TestWatch(t *testing.T) {
	clean := func(speedups ...float64) func(cell, block int) (float64, string) {
		r := rand.New(rand.NewPCG(1, 2))
		return func(cell, _ int) (float64, string) { return (1 + 0.02*r.NormFloat64()) / speedups[cell], "" }
	}
	three := func(least, most int) *spec.Plan {
		plan := planOf("serial", "executor=serial", "executor=procs workers=2", "executor=procs workers=4")
		plan.Experiment.Repeats = spec.Repeats{Min: least, Max: most}
		return plan
	}
	for name, test := range map[string]struct {
		plan    *spec.Plan
		checks  []string
		seconds func(cell, block int) (float64, string)
		blocks  int
		last    []int // cells of the last block
	}{
		"fixed":                      {three(10, 10), []string{"speedup(procs=2) > 1.3"}, clean(1, 1.9, 1.9), 10, []int{0, 1, 2}},
		"decided at the first look":  {three(10, 40), []string{"speedup(procs=2) > 1.3"}, clean(1, 1.9, 1.9), 10, []int{0, 1, 2}},
		"undecided to the end":       {three(10, 40), []string{"speedup(procs=2) > 1.3"}, clean(1, 1.3, 1.9), 40, []int{0, 1}},
		"only the open one":          {three(10, 40), []string{"speedup(procs=2) > 1.3", "speedup(procs=4) > 1.3"}, clean(1, 1.9, 1.3), 40, []int{0, 2}},
		"a failure is confirmed":     {three(10, 10), []string{"speedup(procs=2) > 2.5"}, clean(1, 1.9, 1.9), 20, []int{0, 1}},
		"counts need no more blocks": {three(10, 40), []string{"failures(procs=2) == 1"}, clean(1, 1.9, 1.9), 10, []int{0, 1, 2}},
		"no checks":                  {three(3, 40), nil, clean(1, 1.9, 1.9), 3, []int{0, 1, 2}},
		"nothing to time":            {three(10, 40), []string{"speedup(procs=2) > 1.3"}, clean(1, -1, 1), 10, []int{0, 1, 2}},
		"narrow enough":              {precise(three(10, 40)), []string{"speedup(procs=2) > 1.3"}, clean(1, 1.31, 1.9), 22, []int{0, 1}},
		"always busy": {three(10, 10), []string{"speedup(procs=2) > 1.3"}, func(cell, _ int) (float64, string) {
			return 1, []string{"", "another program", ""}[cell]
		}, 20, []int{0, 1}},
		"busy for a while": {three(10, 10), []string{"speedup(procs=2) > 1.3"}, func(cell, block int) (float64, string) {
			shared := ""
			if block < 4 && cell == 1 {
				shared = "another program"
			}
			return []float64{1, 0.5, 0.5}[cell], shared
		}, 14, []int{0, 1}},
		"disturbed for a while": {three(10, 10), []string{"speedup(procs=2) > 1.3"}, func(cell, block int) (float64, string) {
			disturbed := ""
			if block < 4 && cell == 1 {
				disturbed = results.DisturbedBy("the member on b was lost")
			}
			return []float64{1, 0.5, 0.5}[cell], disturbed
		}, 14, []int{0, 1}},
		"another cell's trouble": {three(10, 10), []string{"speedup(procs=2) > 1.3"}, func(cell, _ int) (float64, string) {
			return []float64{1, 0.5, 0.5}[cell], []string{"", "", "another program"}[cell]
		}, 10, []int{0, 1, 2}},
	} {
		var checks []Check
		for _, text := range test.checks {
			checks = append(checks, mustCompile(t, test.plan, asserted(text, "", ""))...)
		}
		w := NewWatch(checks, test.plan, host)
		got := followed(t, test.plan, w, test.seconds)
		if len(got) != test.blocks || !slices.Equal(got[len(got)-1], test.last) {
			t.Errorf("%s: %d blocks, the last of %v; want %d, %v", name, len(got), got[len(got)-1], test.blocks, test.last)
		}
		// What the run was steered by is what is stored: judged again, nothing is missing.
		for i, v := range Judge(checks, w.data) {
			if v.Outcome == Inconclusive && v.Reason == "" {
				t.Errorf("%s: check %d: %s", name, i, said(v))
			}
		}
	}
}

func TestWatchWithoutConfirmation(t *testing.T) {
	plan := pair(10, 10)
	w := NewWatch(mustCompile(t, plan, asserted("speedup(procs=2) > 2.5", "", "")), plan, host)
	w.Confirm = false
	if got := followed(t, plan, w, func(cell, _ int) (float64, string) { return []float64{1, 0.5}[cell], "" }); len(got) != 10 {
		t.Errorf("%d blocks", len(got))
	}
}

func TestWatchSaysWhy(t *testing.T) {
	for _, test := range []struct {
		speedup float64
		want    string
	}{{2, "every check was decided after 10 blocks"}, {1.3, "1 check is undecided after 40 blocks, the most that were planned"}} {
		plan := pair(10, 40)
		w := NewWatch(mustCompile(t, plan, asserted("speedup(procs=2) > 1.3", "", "")), plan, host)
		r := rand.New(rand.NewPCG(1, 2))
		followed(t, plan, w, func(cell, _ int) (float64, string) {
			return (1 + 0.02*r.NormFloat64()) / []float64{1, test.speedup}[cell], ""
		})
		if w.Reason() != test.want {
			t.Errorf("%q, want %q", w.Reason(), test.want)
		}
	}
}
