package shims

import (
	"context"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"runner/executors"
	"runner/results"
	"runner/workloads"
)

func file(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAsync: asyncio awaits coroutines side by side, every other executor one by one in each worker.
func TestAsync(t *testing.T) {
	each(t, func(t *testing.T, argv []string, executor string) {
		if !newer(t, argv[0], "3.6") {
			t.Skip("this Python has no coroutines")
		}
		o := trial(t, argv, executor, file(t, "waits.py:wait"), 4, nil)
		if o.Status != results.OK || o.Results[3] != 3 {
			t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
		}
		a, b := o.Spans[0], o.Spans[1]
		overlap := a.Start < b.End && b.Start < a.End
		if overlap && executor == "serial" || !overlap && executor == "asyncio" {
			t.Errorf("the first two tasks overlap: %v: %+v %+v", overlap, a, b)
		}
		o = trial(t, argv, executor, file(t, "waits.py:fail"), 3, nil)
		if o.Status != results.Crash || !strings.Contains(o.Reason, "task 1: ValueError: broken on purpose") {
			t.Errorf("%s: %s", o.Status, o.Reason)
		}
	})
}

// TestOutput: what is written comes out once, also what was still in a buffer when a worker was forked.
func TestOutput(t *testing.T) {
	each(t, func(t *testing.T, argv []string, executor string) {
		o := trial(t, argv, executor, file(t, "talks.py:talk"), 3, nil)
		once := []string{"task 0\n", "task 1\n", "task 2\n"}
		if executor != "subprocess" && executor != "interpreters" { // which import it each
			once = append(once, "loaded\n")
		}
		for _, text := range once {
			if n := strings.Count(o.Stdout, text); n != 1 {
				t.Errorf("%q is there %d times: %q", text, n, o.Stdout)
			}
		}
	})
}

// TestPin: each worker sees one core, not all the same one where there are several.
func TestPin(t *testing.T) {
	each(t, func(t *testing.T, argv []string, executor string) {
		if !newer(t, argv[0], "3.3") {
			t.Skip("this Python cannot pin")
		}
		out, err := exec.Command(argv[0], "-c", "import os; print(len(os.sched_getaffinity(0)))").Output()
		cores, _ := strconv.Atoi(strings.TrimSpace(string(out)))
		if err != nil || cores < 1 {
			t.Skip("this system cannot pin")
		}
		job := executors.Job{
			Runtime: "python", Executor: executor, Workers: 2, Options: map[string]any{}, Pin: true,
			Workload: file(t, "talks.py:cores"), Program: argv, Dir: t.TempDir(),
		}
		for range 40 {
			job.Tasks = append(job.Tasks, workloads.Args{"n": 0})
		}
		o := executors.Run(context.Background(), job)
		if executor == "asyncio" {
			if len(o.Warnings) != 1 || !strings.Contains(o.Warnings[0], "not pinned") {
				t.Errorf("warnings: %q", o.Warnings)
			}
			return
		}
		if o.Status != results.OK {
			t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
		}
		seen := map[int]any{}
		for i, s := range o.Spans {
			on := o.Results[i].([]any)
			if len(on) != 1 || seen[s.Worker] != nil && seen[s.Worker] != on[0] {
				t.Errorf("worker %d ran on %v", s.Worker, on)
			}
			seen[s.Worker] = on[0]
		}
		if len(seen) == 2 && (seen[0] == seen[1]) != (cores == 1) {
			t.Errorf("of %d cores two workers had %v", cores, seen)
		}
	})
}
