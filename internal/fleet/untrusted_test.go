package fleet

import (
	"context"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/cluster"
	"bench/runner/results"
	"bench/runner/workloads"
)

// TestWhatAnAgentSaysIsChecked: what cannot be of the job is a crash with the reason, and never reaches the results.
func TestWhatAnAgentSaysIsChecked(t *testing.T) {
	f := table(t, time.Minute)
	f.join(t, "a", func(context.Context, executors.Job) executors.Observation {
		return executors.Observation{Status: results.OK, Spans: []results.TaskSpan{{Task: 99, Worker: -5, Start: 5, End: -7}}, Results: []any{1}, Wall: -1}
	})
	o, err := f.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark", Workers: 1, Tasks: make([]workloads.Args, 1)}})
	if err != nil || o.Status != results.Crash || !strings.Contains(o.Reason, "what a answers cannot be taken: task 99 was never given") || len(o.Spans) > 0 {
		t.Errorf("%+v, %v", o, err)
	}
}

// TestPartsThatCannotBe: an agent says what is wrong with its part of a trial, and lives on.
func TestPartsThatCannotBe(t *testing.T) {
	f := table(t, time.Minute)
	f.join(t, "a", func(context.Context, executors.Job) executors.Observation {
		t.Error("it was run")
		return executors.Observation{}
	})
	for _, workers := range []int{-1, 1 << 40} {
		o, err := f.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark"}, Member: &cluster.Part{Trial: "t", Workers: workers}})
		if err != nil || o.Status != results.Crash || !strings.Contains(o.Reason, "workers: 1 to ") {
			t.Errorf("%d: %+v, %v", workers, o, err)
		}
	}
}
