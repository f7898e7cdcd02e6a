package shims

import (
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/results"
)

// TestAsync: asyncio awaits coroutines side by side, every other executor one by one in each worker.
func TestAsync(t *testing.T) {
	each(t, func(t *testing.T, s subject, executor string) {
		if s.language == &python && !newer(t, s.path, "3.6") {
			t.Skip("this Python has no coroutines")
		}
		o := s.trial(t, executor, s.file(t, "waits", "wait"), 4)
		if o.Status != results.OK || o.Results[3] != 3 {
			t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
		}
		a, b := o.Spans[0], o.Spans[1]
		overlap := a.Start < b.End && b.Start < a.End
		if overlap && executor == "serial" || !overlap && executor == "asyncio" {
			t.Errorf("the first two tasks overlap: %v: %+v %+v", overlap, a, b)
		}
		o = s.trial(t, executor, s.file(t, "waits", "fail"), 3)
		if o.Status != results.Crash || !strings.Contains(o.Reason, "task 1: "+s.failure) {
			t.Errorf("%s: %s", o.Status, o.Reason)
		}
	})
}

// TestOutput: what is written comes out once, also what was still in a buffer when a worker was forked.
func TestOutput(t *testing.T) {
	each(t, func(t *testing.T, s subject, executor string) {
		o := s.trial(t, executor, s.file(t, "talks", "talk"), 3)
		once := []string{"task 0\n", "task 1\n", "task 2\n"}
		if !slices.Contains(s.separate, executor) {
			once = append(once, "loaded\n")
		}
		for _, text := range once {
			if n := strings.Count(o.Stdout, text); n != 1 {
				t.Errorf("%q is there %d times: %q", text, n, o.Stdout)
			}
		}
	})
}

// TestPin: each worker sees one core, not all the same one where there are several; or else a warning tells.
func TestPin(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system cannot pin")
	}
	each(t, func(t *testing.T, s subject, executor string) {
		if s.language == &python && !newer(t, s.path, "3.3") {
			t.Skip("this Python cannot pin")
		}
		tasks := 40
		if slices.Contains(s.slow, executor) {
			tasks = 8
		}
		job := s.job(t, executor, s.file(t, "talks", "cores"), tasks)
		job.Pin = true
		o := s.run(job)
		if o.Status != results.OK {
			t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
		}
		if s.language == &node || executor == "asyncio" {
			if told := warned(o); len(told) != 1 || !strings.Contains(told[0], "not pinned") {
				t.Errorf("warnings: %q", o.Warnings)
			}
			return
		}
		cores, _ := strconv.Atoi(strings.TrimSpace(output(t, s.path, "-c", "import os; print(len(os.sched_getaffinity(0)))")))
		pinned(t, o, cores)
	})
}

func pinned(t *testing.T, o executors.Observation, cores int) {
	t.Helper()
	seen := map[int]any{}
	for i, span := range o.Spans {
		on := o.Results[i].([]any)
		if len(on) != 1 || seen[span.Worker] != nil && seen[span.Worker] != on[0] {
			t.Errorf("worker %d ran on %v", span.Worker, on)
		}
		seen[span.Worker] = on[0]
	}
	if len(seen) == 2 && (seen[0] == seen[1]) != (cores == 1) {
		t.Errorf("of %d cores two workers had %v", cores, seen)
	}
}
