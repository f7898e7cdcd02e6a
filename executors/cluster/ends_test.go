package cluster

import (
	"context"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/workloads"
)

// begun is a trial of marked tasks on two hosts, of which some have been begun.
func begun(t *testing.T) (d *disturbed, end context.CancelFunc, seen chan executors.Observation) {
	d = &disturbed{fleet: newFleet(t), marks: t.TempDir()}
	d.job = jobOf("test-marked", 2000, 2, 1)
	for _, args := range d.job.Tasks {
		args["dir"] = d.marks
	}
	d.members = d.fleet.members(d.job, 2, 1)
	ctx, end := context.WithCancel(t.Context())
	seen = make(chan executors.Observation, 1)
	d.job.Dir = t.TempDir()
	go func() { seen <- executors.Run(ctx, Coordinator(d.job, d.fleet.part("", 0, 0))) }()
	d.until(t, 15)
	return d, end, seen
}

// TestNobodyLeft: without members the trial ends when the lease has passed.
func TestNobodyLeft(t *testing.T) {
	d, end, seen := begun(t)
	defer end()
	for _, m := range d.members {
		m.kill()
	}
	if o := <-seen; o.Status != results.Crash || !strings.Contains(o.Reason, "no member of the trial has been heard for 3s") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}

// TestStopped: members end with a trial that is stopped, and say why.
func TestStopped(t *testing.T) {
	d, end, seen := begun(t)
	end()
	if o := <-seen; o.Status != results.Interrupted {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
	for _, m := range d.members {
		if o := <-m.seen; o.Status != results.Crash || !strings.Contains(o.Reason, "coordinator") {
			t.Errorf("a member: %s: %s", o.Status, o.Reason)
		}
	}
}

// TestWorkersAndTasksThatFail end the trial as they do in pool.
func TestWorkersAndTasksThatFail(t *testing.T) {
	for workload, reason := range map[string]string{
		"test-fail":  "task 7: broken on purpose",
		"test-exit":  " on h",
		"test-large": "8 MiB",
	} {
		t.Run(workload, func(t *testing.T) {
			f := newFleet(t)
			job := jobOf(workload, 20, 2, 3)
			f.members(job, 2, 1)
			o := f.coordinate(job)
			if o.Status != results.Crash || !strings.Contains(o.Reason, reason) && workload != "test-large" {
				t.Errorf("%s: %s", o.Status, o.Reason)
			}
			t.Log(o.Reason)
		})
	}
}

// TestRefused is what cannot be run at all, or does not begin.
func TestRefused(t *testing.T) {
	f := newFleet(t)
	large := jobOf("test-marked", 3, 1, 1)
	large.Tasks[1] = workloads.Args{"n": 1, "dir": strings.Repeat("x", 9<<20)}
	alone := jobOf("test-square", 3, 1, 1)
	for _, c := range []struct {
		o      executors.Observation
		status results.Status
		reason string
	}{
		{f.coordinate(large), results.Unavailable, "the arguments of task 1 take"},
		{executors.Run(t.Context(), executors.Job{Executor: Name, Workers: 1, Workload: "test-square", Tasks: alone.Tasks, Dir: t.TempDir()}), results.Unavailable, "hosts of a fleet"},
	} {
		if c.o.Status != c.status || !strings.Contains(c.o.Reason, c.reason) {
			t.Errorf("%s: %s, want %s", c.o.Status, c.o.Reason, c.reason)
		}
	}
}
