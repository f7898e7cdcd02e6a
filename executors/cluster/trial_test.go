package cluster

import (
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/executorstest"
	"bench/runner/results"
)

// squares checks that each task counted once, with the result that serial gives.
func squares(t *testing.T, o executors.Observation, tasks, workers int) {
	t.Helper()
	if o.Status != results.OK {
		t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
	}
	if len(o.Results) != tasks {
		t.Fatalf("%d results of %d tasks", len(o.Results), tasks)
	}
	for n, v := range o.Results {
		if v != n*n {
			t.Fatalf("task %d gave %v", n, v)
		}
	}
	if err := executorstest.Consistent(o, workers, tasks); err != nil {
		t.Error(err)
	}
}

func TestEveryTaskOnce(t *testing.T) {
	for _, shape := range []struct{ hosts, workers, tasks, chunk int }{
		{1, 1, 1, 1}, {1, 2, 5, 1}, {2, 1, 200, 1}, {2, 2, 200, 7}, {3, 1, 2, 64}, {2, 2, 3000, 64},
	} {
		f := newFleet(t)
		f.lease = time.Minute // who stands still for a while is not lost
		job := jobOf("test-square", shape.tasks, shape.hosts*shape.workers, shape.chunk)
		members := f.members(job, shape.hosts, shape.workers)
		o := f.coordinate(job)
		squares(t, o, shape.tasks, job.Workers)
		if o.Disturbed != "" {
			t.Errorf("disturbed: %s", o.Disturbed)
		}
		did := 0
		for _, m := range members {
			seen := <-m.seen
			if seen.Status != results.OK {
				t.Errorf("a member: %s: %s", seen.Status, seen.Reason)
			}
			for _, v := range seen.Results {
				did += v.(map[string]any)["tasks"].(int)
			}
		}
		if did != shape.tasks {
			t.Errorf("%+v: members did %d tasks", shape, did)
		}
		t.Logf("%+v: %v", shape, o.Phases)
	}
}
