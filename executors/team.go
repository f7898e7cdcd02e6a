package executors

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"bench/runner/workloads"
)

// team runs the tasks on goroutines that take them from one queue; locked gives each a thread of its own.
func team(ctx context.Context, job Job, locked bool) (Observation, error) {
	w, err := find(job)
	if err != nil {
		return Observation{}, err
	}
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	warnings := make([][]string, job.Workers)
	r, ctx := open(ctx, job)
	ready.Add(job.Workers)
	for i := range job.Workers {
		done.Go(func() {
			var m *meter
			if locked {
				runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and its affinity with it
				warnings[i] = pin(job, i)
				m = &meter{}
			}
			ready.Done()
			<-gate
			r.work(ctx, w, i, m)
		})
	}
	ready.Wait()
	spawned := r.now()
	close(gate)
	done.Wait()
	o := r.observation(spawned)
	o.Warnings = warnings[0] // the others say the same
	if job.Pin && !locked {
		o.Warnings = append(o.Warnings, "not pinned: a goroutine has no thread of its own")
	}
	return o, nil
}

func find(job Job) (workloads.Workload, error) {
	w, ok := lookup(job.Workload)
	if !ok {
		return w, fmt.Errorf("there is no built-in workload %q", job.Workload)
	}
	return w, nil
}
