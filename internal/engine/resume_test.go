package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
)

// slots are the trials in the order of their recording.
func slots(trials []results.Trial) (out []string) {
	for _, t := range trials {
		out = append(out, fmt.Sprintf("%d/%d %s control %v warm-up %v %s", t.Block, t.Position, t.Cell.Key(), t.Control, t.Warmup, t.Status))
	}
	return out
}

// TestAResumedRunIsTheSameRun: wherever a run was cut, what is recorded before and after is what it would have recorded.
func TestAResumedRunIsTheSameRun(t *testing.T) {
	missing := func(j executors.Job) executors.Observation {
		if j.Workers == 2 {
			return executors.Observation{Status: results.Unavailable, Reason: "not here"}
		}
		return right(j)
	}
	for name, c := range map[string]struct {
		launch func(executors.Job) executors.Observation
		ask    [][]int // of More; nil: none
	}{
		"fixed":       {launch: right},
		"unavailable": {launch: missing},
		"as needed":   {launch: right, ask: [][]int{every, every, {0, 2}, {3}}},
	} {
		begin := func() *bench {
			b := newBench(usual(t, "repeats: {min: 3, max: 9, warmup: 1}\n"), c.launch)
			if c.ask != nil {
				asked(b, c.ask...)
			}
			return b
		}
		whole := begin()
		want := whole.run(t)
		for cut := range len(whole.trials) + 1 {
			b := begin()
			b.Before = slices.Clone(whole.trials[:cut])
			got := b.run(t)
			if all := slots(append(b.Before, b.trials...)); !slices.Equal(all, slots(whole.trials)) || got != want {
				t.Fatalf("%s, cut after %d: %+v\n%s\nwant %+v\n%s", name, cut, got, strings.Join(all, "\n"), want, strings.Join(slots(whole.trials), "\n"))
			}
			for _, trial := range b.trials { // a block in two halves, with a pause between them, is none
				split := cut > 0 && trial.Block == whole.trials[cut-1].Block
				if marked := trial.Contaminated != ""; marked != split {
					t.Fatalf("%s, cut after %d: %d/%d is contaminated: %q", name, cut, trial.Block, trial.Position, trial.Contaminated)
				}
			}
			for i, e := range b.events {
				if e.Again != (i < cut) || e.Done != i+1 || e.Trial.Status != whole.events[i].Trial.Status {
					t.Fatalf("%s, cut after %d: event %d: %+v", name, cut, i, e)
				}
			}
			if n := len(b.events); n != len(whole.trials) || b.events[n-1].Total != whole.events[n-1].Total {
				t.Fatalf("%s, cut after %d: %d events", name, cut, n)
			}
		}
	}
}

// TestABaselineWhoseResultsWereNotKeptIsRunAgain, unrecorded, for else nothing could be proven by it.
func TestABaselineWhoseResultsWereNotKeptIsRunAgain(t *testing.T) {
	first := newBench(usual(t, "repeats: {min: 2, warmup: 0}\n"), right)
	first.run(t)
	before := slices.Clone(first.trials[:2]) // the baseline and its control
	for i := range before {
		before[i].Results, before[i].ResultsDigest = nil, "sha256:…"
	}
	launched := 0
	b := newBench(first.Plan, func(j executors.Job) executors.Observation {
		launched++
		return right(j)
	})
	b.Before = before
	b.run(t)
	if all := slots(append(before, b.trials...)); !slices.Equal(all, slots(first.trials)) || launched != len(b.trials)+1 {
		t.Errorf("%d launched for %d trials:\n%s", launched, len(b.trials), strings.Join(all, "\n"))
	}
}

// TestABaselineThatFailsToProve: nothing can be compared with what is neither kept nor had again.
func TestABaselineThatFailsToProve(t *testing.T) {
	first := newBench(usual(t, "repeats: {min: 2, warmup: 0}\n"), right)
	first.run(t)
	before := slices.Clone(first.trials[:2])
	for i := range before {
		before[i].Results, before[i].ResultsDigest = nil, "sha256:…"
	}
	b := newBench(first.Plan, func(executors.Job) executors.Observation {
		return executors.Observation{Status: results.Crash, Reason: "boom"}
	})
	b.Before = before
	if _, err := b.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "crash: boom") || len(b.trials) > 0 {
		t.Errorf("%v, %d trials", err, len(b.trials))
	}
}

// TestABlockThatNobodyWantsAnyMoreStaysAsItIs: what was wanted by the machine's state then may be settled by now.
func TestABlockThatNobodyWantsAnyMoreStaysAsItIs(t *testing.T) {
	plan := usual(t, "repeats: {min: 1, max: 9, warmup: 0}\n")
	first := newBench(plan, right)
	asked(first, every, every)
	first.run(t)
	b := newBench(plan, right)
	asked(b, every)
	b.Before = slices.Clone(first.trials[:7])
	if b.run(t); len(b.trials) > 2 { // of the cells that the block had
		t.Errorf("%d more:\n%s", len(b.trials), strings.Join(slots(b.trials), "\n"))
	}
	places := map[string]bool{}
	for _, s := range append(b.Before, b.trials...) {
		at := fmt.Sprint(s.Block, s.Position)
		if places[at] {
			t.Errorf("%s is taken twice", at)
		}
		places[at] = true
	}
}

func TestABudgetGoesOnWhereItWas(t *testing.T) {
	plan := usual(t, "repeats: {min: 9, warmup: 0, budget: 30s}\n")
	whole := newBench(plan, func(j executors.Job) executors.Observation {
		o := right(j)
		o.Wall = time.Second // as the bench's clock has it
		return o
	})
	want := whole.run(t)
	if !want.OutOfBudget {
		t.Fatalf("%+v", want)
	}
	b := newBench(plan, right)
	b.Before = slices.Clone(whole.trials[:len(whole.trials)-3])
	run := results.Run{Started: whole.trials[0].Started}
	b.Spent = run.Spent(b.Before)
	if got := b.run(t); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestATrialThatIsNotInThePlan(t *testing.T) {
	first := newBench(usual(t, "repeats: {min: 1, warmup: 0}\n"), right)
	first.run(t)
	b := newBench(first.Plan, right)
	b.Before = slices.Clone(first.trials)
	b.Before[1].Workload = "another"
	if _, err := b.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "not in its plan") {
		t.Error(err)
	}
}

// TestWhatWasNotMeasuredIsBegunAgain, in an empty directory. What it needs elsewhere is waited for before its turn: whoever
// has that may wait for the turn.
func TestWhatWasNotMeasuredIsBegunAgain(t *testing.T) {
	held, waited, tries := false, 0, 0
	b := newBench(usual(t, "repeats: {min: 1, warmup: 0}\n"), func(j executors.Job) executors.Observation {
		if left, err := os.ReadDir(j.Dir); err != nil || len(left) > 0 {
			t.Errorf("%v is left by the try before, %v", left, err)
		}
		if err := os.WriteFile(filepath.Join(j.Dir, "left"), nil, 0o600); err != nil {
			t.Error(err)
		}
		if tries++; tries%2 == 1 {
			return executors.Observation{Status: results.Crash, Unmeasured: "its host was lost"}
		}
		return right(j)
	})
	b.Turn = func(context.Context) func() { held = true; return func() { held = false } }
	b.Await = func(_ context.Context, cell *spec.PlannedCell) {
		waited++
		if held || cell == nil {
			t.Error("others are kept from measuring meanwhile")
		}
	}
	b.run(t)
	for _, trial := range b.trials {
		if trial.Status != results.OK {
			t.Errorf("%s: %s", trial.Status, trial.Reason)
		}
	}
	if n := 2 * len(b.trials); n == 0 || tries != n || waited != n {
		t.Errorf("%d trials: %d tries, waited for %d times", len(b.trials), tries, waited)
	}
}

// TestEachTrialTakesItsTurn, which is over before it is recorded.
func TestEachTrialTakesItsTurn(t *testing.T) {
	held, turns := false, 0
	b := newBench(usual(t, "repeats: {min: 1, warmup: 0}\n"), func(j executors.Job) executors.Observation {
		if !held {
			t.Error("out of turn")
		}
		return right(j)
	})
	b.Turn = func(context.Context) func() {
		held = true
		turns++
		return func() { held = false }
	}
	b.Notify = func(Event) {
		if held {
			t.Error("a trial is recorded in the turn")
		}
	}
	b.run(t)
	if turns != len(b.trials) || held {
		t.Errorf("%d turns for %d trials; held %v", turns, len(b.trials), held)
	}
}
