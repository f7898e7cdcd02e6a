package gates

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"bench/runner/results"
	"bench/runner/spec"
)

// pair is a plan of a baseline and a cell with two workers, of so many blocks.
func pair(least, most int) *spec.Plan {
	plan := planOf("serial", "executor=serial", "executor=procs workers=2")
	plan.Experiment.Repeats = spec.Repeats{Min: least, Max: most}
	return plan
}

// wavering gives times whose speedup is the given one, give or take some per cent.
func wavering(speedup, sigma float64) func(cell, block int) float64 {
	r := rand.New(rand.NewPCG(3, 4))
	return func(cell, _ int) float64 {
		return math.Exp(sigma*r.NormFloat64()) / []float64{1, speedup}[cell]
	}
}

func TestLooks(t *testing.T) {
	for name, test := range map[string]struct {
		plan    *spec.Plan
		blocks  int
		speedup float64
		sigma   float64
		want    Outcome
		n       int
	}{
		"clearly above: the first look":     {pair(10, 40), 40, 1.9, 0.04, Pass, 10},
		"clearly below: the first look":     {pair(10, 40), 40, 1.0, 0.04, Fail, 10},
		"at the limit: all looks":           {pair(10, 40), 40, 1.3, 0.04, Inconclusive, 40},
		"a little above: a later look":      {pair(10, 40), 40, 1.36, 0.04, Pass, 14},
		"a run that ended early":            {pair(10, 40), 12, 1.3, 0.04, Inconclusive, 12},
		"fixed: the planned blocks only":    {pair(10, 10), 30, 1.9, 0.04, Pass, 10},
		"fewer than planned, but enough":    {pair(10, 10), 6, 1.9, 0.01, Pass, 6},
		"fewer than any verdict rests on":   {pair(10, 10), 4, 1.9, 0.01, Inconclusive, 4},
		"width was what stopped it: all":    {precise(pair(10, 40)), 23, 1.9, 0.04, Pass, 23},
		"noise hides what a median asserts": {pair(10, 10), 10, 1.4, 0.3, Inconclusive, 10},
	} {
		v := judgeOne(t, test.plan, asserted("speedup(procs=2) > 1.3", "", ""), trials(test.plan, test.blocks, wavering(test.speedup, test.sigma)))
		if v.Outcome != test.want || v.N != test.n {
			t.Errorf("%s: %s with %d blocks, want %s with %d", name, said(v), v.N, test.want, test.n)
		}
		if v.N >= 5 && (v.Interval == nil || v.Interval[0] > *v.Observed || v.Interval[1] < *v.Observed) {
			t.Errorf("%s: %v lies outside %v", name, *v.Observed, v.Interval)
		}
		again := judgeOne(t, test.plan, asserted("speedup(procs=2) > 1.3", "", ""), trials(test.plan, test.blocks, wavering(test.speedup, test.sigma)))
		if said(again) != said(v) || again.Support != v.Support || again.Interval != nil && *again.Interval != *v.Interval {
			t.Errorf("%s: judged again it is %s", name, said(again))
		}
	}
}

func precise(plan *spec.Plan) *spec.Plan {
	plan.Experiment.Repeats.Precision = 0.04
	return plan
}

// TestVerdictsAreFrozen: what later blocks say does not change what a look decided.
func TestVerdictsAreFrozen(t *testing.T) {
	plan := pair(10, 40)
	all := trials(plan, 40, wavering(1.9, 0.04))
	for i := range all {
		if all[i].Block >= 20 && all[i].Workers == 2 {
			all[i].Phases.Total *= 3
		}
	}
	if v := judgeOne(t, plan, asserted("speedup(procs=2) > 1.3", "", ""), all); v.Outcome != Pass || v.N != 10 {
		t.Error(said(v), v.N)
	}
}

func TestFailuresAreConfirmed(t *testing.T) {
	plan := pair(10, 10)
	unlucky := func(slow int) []results.Trial {
		all := trials(plan, 20, wavering(1.9, 0.02))
		for i := range all {
			if all[i].Block < slow && all[i].Workers == 2 {
				all[i].Phases.Total *= 2
			}
		}
		return all
	}
	claim := asserted("speedup(procs=2) > 1.3", "", "")
	if v := judgeOne(t, plan, claim, unlucky(10)[:20]); v.Outcome != Fail || v.Confirmed != 0 {
		t.Error("no fresh blocks:", said(v))
	}
	if v := judgeOne(t, plan, claim, unlucky(20)); v.Outcome != Fail || v.Confirmed != 10 || v.N != 10 {
		t.Error("false twice:", said(v), v.Confirmed, v.N)
	}
	if v := judgeOne(t, plan, claim, unlucky(10)); v.Outcome != Inconclusive || v.Reason != "it was false in 10 blocks, but 10 fresh blocks did not confirm that" {
		t.Error("false once:", said(v))
	}
}

// TestContaminatedBlocks do not count, whatever their times say; too many of them are a verdict of their own.
func TestContaminatedBlocks(t *testing.T) {
	claim := asserted("speedup(procs=2) > 1.3", "", "")
	for name, test := range map[string]struct {
		contaminated func(block int) bool
		blocks       int
		want         string
		n, busy      int
	}{
		"some":                 {func(b int) bool { return b%3 == 1 }, 15, "pass", 10, 5},
		"all":                  {func(int) bool { return true }, 20, "inconclusive: the machine was busy in 20 of 20 blocks (another program); `runner doctor` tells more", 0, 20},
		"more than half":       {func(b int) bool { return b >= 6 }, 20, "inconclusive: the machine was busy in 14 of 20 blocks (another program); `runner doctor` tells more", 6, 14},
		"so that few are left": {func(b int) bool { return b >= 4 }, 7, "inconclusive: 4 blocks; at least 5 are needed", 4, 3},
	} {
		plan := pair(10, 10)
		all := trials(plan, test.blocks, wavering(1.9, 0.02))
		for i := range all {
			if all[i].Workers == 2 && test.contaminated(all[i].Block) {
				all[i].Phases.Total *= 4
				all[i].Contaminated = "another program"
			}
		}
		v := judgeOne(t, plan, claim, all)
		if said(v) != test.want || v.Contaminated != test.busy || test.n > 0 && v.N != test.n {
			t.Errorf("%s: %s, n=%d, busy=%d; want %s, %d, %d", name, said(v), v.N, v.Contaminated, test.want, test.n, test.busy)
		}
	}
}

// TestOthersContaminationIsNoMatter: a check goes by its own cells.
func TestOthersContaminationIsNoMatter(t *testing.T) {
	plan := planOf("serial", "executor=serial", "executor=procs workers=2", "executor=procs workers=4")
	plan.Experiment.Repeats = spec.Repeats{Min: 10, Max: 10}
	all := trials(plan, 10, perWorker(plan))
	for i := range all {
		if all[i].Workers == 4 {
			all[i].Contaminated = "another program"
		}
	}
	if v := judgeOne(t, plan, asserted("speedup(procs=2) > 1.3", "", ""), all); v.Outcome != Pass || v.N != 10 || v.Contaminated != 0 {
		t.Error(said(v), v.N, v.Contaminated)
	}
	if v := judgeOne(t, plan, asserted("memory(procs=4) == 1*MiB", "", ""), all); v.Outcome != Pass || v.N != 10 {
		t.Error("a neighbour takes no memory of ours:", said(v), v.N)
	}
	if v := judgeOne(t, plan, asserted("speedup(procs=4) > 1.3", "", ""), all); v.Outcome != Inconclusive || v.Contaminated != 10 {
		t.Error(said(v), v.Contaminated)
	}
}

// TestNoiseFloor: what differs by less than the baseline from itself is not decided.
func TestNoiseFloor(t *testing.T) {
	plan := pair(10, 10)
	withControl := func(noise float64) []results.Trial {
		all := trials(plan, 10, func(cell, block int) float64 { return []float64{1, 1 / 1.4}[cell] })
		for _, twin := range all {
			if twin.Workers == 1 {
				twin.Control = true
				twin.Phases.Total += time.Duration(noise * float64(twin.Phases.Total))
				all = append(all, twin)
			}
		}
		return all
	}
	claim := asserted("speedup(procs=2) > 1.3", "", "")
	if v := judgeOne(t, plan, claim, withControl(0.01)); v.Outcome != Pass {
		t.Error(said(v))
	}
	v := judgeOne(t, plan, claim, withControl(0.2))
	if want := "inconclusive: it lies 7.7 % from the limit, and the baseline against itself differs by 20 % here: that cannot be decided on this machine"; said(v) != want {
		t.Errorf("%s\nwant %s", said(v), want)
	}
}

// TestMoreBlocksAreAdvised where the interval could be narrow enough.
func TestMoreBlocksAreAdvised(t *testing.T) {
	plan := pair(10, 10)
	v := judgeOne(t, plan, asserted("speedup(procs=2) > 1.3", "", ""), trials(plan, 10, wavering(1.34, 0.06)))
	if v.Outcome != Inconclusive || !strings.Contains(v.Reason, "blocks would settle it") {
		t.Error(said(v))
	}
	if v.Of != 10 {
		t.Errorf("of %d blocks", v.Of)
	}
}

// TestCapacity: a machine that holds its cores back proves nothing against a program.
func TestCapacity(t *testing.T) {
	plan := pair(10, 10)
	slow := trials(plan, 10, wavering(1.1, 0.02))
	for i := range slow {
		slow[i].Usage.User, slow[i].Usage.System = slow[i].Phases.Total, 0
	}
	for _, test := range []struct {
		check       string
		parallelism *float64
		want        string
	}{
		{"speedup(procs=2) > 1.3", ptr(1.9), "fail: speedup(procs=2) is 1.105, not > 1.3"},
		{"speedup(procs=2) > 1.3", ptr(1.2), "inconclusive: the machine did the work of 1.20 cores at once, of the 2 it has: nothing could be 1.3 times as fast on it"},
		{"speedup(procs=2) > 1.3", ptr(1.5), "fail: speedup(procs=2) is 1.105, not > 1.3"},
		{"speedup(procs=2) > 1.3", nil, "fail: speedup(procs=2) is 1.105, not > 1.3"},
		{"speedup(procs=2) > 2.5", ptr(1.95), "fail: speedup(procs=2) is 1.105, not > 2.5"},
		{"speedup(procs=2) > 2.5", ptr(1.2), "fail: speedup(procs=2) is 1.105, not > 2.5"},
		{"speedup(procs=2) < 1", ptr(0.8), "fail: speedup(procs=2) is 1.105, not < 1"},
	} {
		machine := host
		machine.Parallelism = test.parallelism
		v := Judge(mustCompile(t, plan, asserted(test.check, "", "")), Data{Plan: plan, Trials: slow, Host: machine})[0]
		if said(v) != test.want {
			t.Errorf("%s: %s\nwant %s", test.check, said(v), test.want)
		}
	}
}

// TestLostTrials: those that ended well are no fair choice of all.
func TestLostTrials(t *testing.T) {
	plan := pair(20, 20)
	for _, test := range []struct {
		lost int
		want string
	}{
		{0, "pass"}, {2, "pass"},
		{3, "error: only 17 of 20 blocks have an ok trial of each cell that the check names: 3 timeout (after 2 s)"},
		{17, "error: only 3 of 20 blocks have an ok trial of each cell that the check names: 17 timeout (after 2 s)"},
	} {
		all := trials(plan, 20, wavering(1.9, 0.02))
		for i := range all {
			if all[i].Workers == 2 && all[i].Block < test.lost {
				all[i].Status, all[i].Reason = results.Timeout, "after 2 s"
			}
		}
		if v := judgeOne(t, plan, asserted("speedup(procs=2) > 1.3", "", ""), all); said(v) != test.want {
			t.Errorf("%d lost: %s", test.lost, said(v))
		}
	}
}

// TestBlocksOfOthers: a block in which only some cells of a check were tried is none of its blocks.
func TestBlocksOfOthers(t *testing.T) {
	plan := pair(10, 40)
	var all []results.Trial
	for _, trial := range trials(plan, 40, wavering(1.9, 0.02)) {
		if trial.Block >= 20 && trial.Workers == 2 {
			continue
		}
		if trial.Block < 11 {
			trial.Contaminated = "another program"
		}
		all = append(all, trial)
	}
	v := judgeOne(t, plan, asserted("speedup(procs=2) > 1.3", "", ""), all)
	if v.Outcome != Inconclusive || v.N != 9 || v.Contaminated != 11 {
		t.Error(said(v), v.N, v.Contaminated)
	}
}

// TestWhichComparison: a guard goes by the comparison of what is random that is nearest to its limit, as a share of it.
func TestWhichComparison(t *testing.T) {
	plan := pair(10, 10)
	ten := trials(plan, 10, wavering(1.31, 0.001))
	for check, observed := range map[string]float64{
		"time(procs=2) < 10 and speedup(procs=2) > 1.3":    1.31,
		"trials(procs=2) >= 10 and speedup(procs=2) > 1.3": 1.31,
		"speedup(procs=2) > 1.3 and speedup(procs=2) < 9":  1.31,
	} {
		if v := judgeOne(t, plan, asserted(check, "", ""), ten); v.Observed == nil || math.Abs(*v.Observed-observed) > 0.01 {
			t.Errorf("%s: %s, observed %v", check, said(v), v.Observed)
		}
	}
}

// TestIntervalOfTwoMeasuredSides: what both sides have in common is not in it.
func TestIntervalOfTwoMeasuredSides(t *testing.T) {
	plan := pair(10, 10)
	r := rand.New(rand.NewPCG(5, 6))
	machine, last := 1.0, -1
	all := trials(plan, 10, func(cell, block int) float64 {
		if block != last {
			machine, last = math.Exp(0.3*r.NormFloat64()), block
		}
		return machine * []float64{1, 0.7}[cell] * math.Exp(0.005*r.NormFloat64())
	})
	v := judgeOne(t, plan, asserted("time(procs=2) < 0.8 * time(serial)", "", ""), all)
	if v.Outcome != Pass || v.Interval == nil || v.Interval[1] > *v.Limit || v.Interval[0] > *v.Observed || v.Interval[1] < *v.Observed {
		t.Errorf("%s: %v in %v, limit %v", said(v), *v.Observed, v.Interval, *v.Limit)
	}
}
