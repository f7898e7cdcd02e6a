package executors

import (
	"context"
	"runtime"

	"bench/runner/internal/host"
)

func init() { Register(serial{}) }

// serial is what the others are compared with: a loop on one thread.
type serial struct{}

func (serial) Info() Info {
	return Info{Name: "serial", Doc: "one task after the other, in one thread"}
}

func (serial) Execute(ctx context.Context, job Job) (Observation, error) {
	w, err := find(job)
	if err != nil {
		return Observation{}, err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	warnings := pin(job, 0)
	r, ctx := open(ctx, job)
	r.work(ctx, w, 0, &meter{})
	o := r.observation(0)
	o.Warnings = warnings
	return o, nil
}

// pin binds the calling thread to the worker's core, if the job says so.
func pin(job Job, worker int) (warnings []string) {
	if !job.Pin {
		return nil
	}
	cpus := host.CPUs()
	if err := host.Pin(cpus[worker%len(cpus)]); err != nil {
		return []string{"not pinned: " + err.Error()}
	}
	return nil
}
