package shims

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/executorstest"
	"bench/runner/results"
)

// TestStart runs the executors of Python that take a start method with each that is not the default.
func TestStart(t *testing.T) {
	python.eachVersion(t, func(t *testing.T, s subject) {
		for _, info := range s.available(t) {
			for _, o := range info.Options {
				for _, start := range o.Choices {
					t.Run(info.Name+" "+start, func(t *testing.T) { started(t, s, info.Name, start) })
				}
			}
		}
	})
}

func started(t *testing.T, s subject, executor, start string) {
	trial := func(work string, tasks int) executors.Observation {
		job := s.job(t, executor, s.workload(t, work), tasks)
		job.Options["start"], job.Options["chunksize"] = start, 2
		return executors.Run(context.Background(), job)
	}
	before := semaphores()
	o := trial("square", 5)
	if strings.Contains(s.path, "/2.7") && start != "fork" {
		if o.Status != results.Unavailable || !strings.Contains(o.Reason, "no start method "+start) {
			t.Errorf("%s: %s", o.Status, o.Reason)
		}
		return
	}
	if o.Status != results.OK || len(o.Results) != 5 || o.Results[4] != 16 {
		t.Fatalf("%s: %s: %v\n%s", o.Status, o.Reason, o.Results, o.Stderr)
	}
	if o.Usage.CPU() <= 0 || o.Usage.CPU() > 4*o.Phases.Total+200*time.Millisecond {
		t.Errorf("used %v of CPU in %v", o.Usage.CPU(), o.Phases.Total)
	}
	if told := warned(o); len(told) > 0 {
		t.Errorf("warnings: %q", told)
	}
	o = trial("kill", 3)
	if o.Status != results.Crash || !strings.Contains(o.Reason, "killed by signal 9") && start != "forkserver" {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
	var left []string
	if !executorstest.Eventually(func() bool { // those of other programs come and go
		left = slices.DeleteFunc(semaphores(), func(name string) bool { return slices.Contains(before, name) })
		return len(left) == 0
	}) {
		t.Errorf("semaphores were left: %q", left)
	}
}

// semaphores are the named ones of multiprocessing on this machine.
func semaphores() []string {
	names, _ := filepath.Glob("/dev/shm/sem.mp-*")
	return names
}
