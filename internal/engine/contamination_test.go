package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/results"
)

// contaminates makes the engine tell when it watches, and say so many workers contaminated each trial.
func (b *bench) contaminates(tell func(string)) {
	b.Contamination = func() func(int) string {
		tell("watch")
		return func(workers int) string {
			tell("told")
			return fmt.Sprintf("by %d", workers)
		}
	}
}

func TestContaminatedTrials(t *testing.T) {
	b := newBench(usual(t, "repeats: {min: 1, warmup: 0}\n"), right)
	b.run(t)
	for _, trial := range b.trials {
		if trial.Contaminated != "" {
			t.Errorf("nobody watched: %+v", trial)
		}
	}
	var told []string
	b = newBench(usual(t, "repeats: {min: 1, warmup: 0}\n"), func(j executors.Job) executors.Observation {
		told = append(told, "launch")
		return right(j)
	})
	b.contaminates(func(s string) { told = append(told, s) })
	b.run(t)
	for _, trial := range b.trials {
		if want := fmt.Sprintf("by %d", trial.Workers); trial.Contaminated != want {
			t.Errorf("%s: %q, want %q", trial.Cell.Key(), trial.Contaminated, want)
		}
	}
	if want := slices.Repeat([]string{"watch", "launch", "told"}, len(b.trials)); len(want) == 0 || !slices.Equal(told, want) {
		t.Errorf("in the order %v", told)
	}
}

// TestContaminatedOnlyWhileATrialRuns: what is done before and after a trial is not part of it, and a cell whose number of
// workers says nothing has 0.
func TestContaminatedOnlyWhileATrialRuns(t *testing.T) {
	var told []string
	b, _ := logged(t, commands, func(argv []string) executors.Observation {
		told = append(told, argv[0])
		if argv[0] == "fresh" && slices.Contains(told, "told") {
			return executors.Observation{Status: results.Crash}
		}
		return fine(argv)
	})
	b.contaminates(func(s string) { told = append(told, s) })
	b.run(t)
	text, ran := strings.Join(told, " "), 0
	for _, trial := range b.trials {
		want := ""
		if trial.Status == results.OK {
			want = "by 0"
			ran++
		}
		if trial.Contaminated != want {
			t.Errorf("%s %s: %q, want %q", trial.Workload, trial.Status, trial.Contaminated, want)
		}
	}
	whole := strings.Count(text, "tool told") // "watch tool told" and "watch /…/tool told"
	if ran == 0 || ran == len(b.trials) || whole != ran || strings.Count(text, "watch") != ran || strings.Contains(text, "watch fresh") {
		t.Errorf("%d of %d trials ran: %s", ran, len(b.trials), text)
	}
}

func TestAReplayCannotBeContaminated(t *testing.T) {
	plan := usual(t, "repeats: {min: 1, warmup: 0}\n")
	for i := range plan.Cells {
		plan.Cells[i].Executor = "scripted"
	}
	b := newBench(plan, right)
	b.contaminates(func(string) {})
	b.run(t)
	for _, trial := range b.trials {
		if trial.Contaminated != "" {
			t.Errorf("%+v", trial)
		}
	}
	if len(b.trials) == 0 {
		t.Error("nothing ran")
	}
}
