package executors

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
)

// defaultGrace is how long a trial may take to end after it was asked to, or after a task of it has failed.
const defaultGrace = time.Second

// turn is held by the one trial that runs: two at once would measure each other, and their strays look alike.
var turn = make(chan struct{}, 1)

// Run runs one trial in a fresh process and returns what was seen of it; whatever goes wrong is a Status with a Reason.
// When it returns, no process of the trial is alive. Only one trial runs at a time: others wait.
func Run(ctx context.Context, job Job) Observation {
	if reason := refuse(job); reason != "" {
		return Observation{Status: results.Unavailable, Reason: reason}
	}
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return Observation{Status: results.Interrupted, Reason: "stopped before the trial began"}
	}
	if e, ok := Lookup(job.Executor); ok && e.Info().InRunner && len(job.Program) == 0 && len(job.Commands) == 0 {
		return replay(ctx, e, job)
	}
	t, err := start(job)
	if err != nil {
		return unstarted(job, err)
	}
	t.attend(ctx)
	o, out := t.observation(), outputOf(job)
	defer out.remove()
	out.take(ctx, &o)
	return o
}

// unstarted: what this machine cannot run now, for want of descriptors, processes or memory, or since somebody killed it
// at once, it can run all the same. A shim whose interpreter was found before is there, so that it should have started.
func unstarted(job Job, err error) Observation {
	o := Observation{Status: results.Unavailable, Reason: "the trial's process could not be started: " + err.Error()}
	for _, want := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EAGAIN, syscall.ENOMEM, syscall.ENOBUFS, syscall.ETOOMANYREFS, syscall.EPIPE} {
		if errors.Is(err, want) {
			o.Status = results.Crash
		}
	}
	if notThere(job.Dir) { // the cell could be run, and may be in the next block
		o.Status = results.Crash
	}
	if len(job.Program) == 0 || o.Status == results.Crash {
		return o
	}
	switch name := job.Program[0]; {
	case errors.Is(err, host.ErrNotOnPath):
		o.Reason = NotOnPath(name)
	case errors.Is(err, fs.ErrNotExist) && notThere(name):
		o.Reason = shown(name) + ": no such file"
	case !errors.Is(err, fs.ErrNotExist):
		o.Status = results.Crash
	}
	return o
}

func notThere(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// refuse says why a job cannot be run at all; "" if it can.
func refuse(job Job) string {
	switch _, known := Lookup(job.Executor); {
	case len(job.Program) == 0 && len(job.Commands) == 0 && !known:
		return fmt.Sprintf("there is no executor %q", job.Executor)
	case job.Workers < 1:
		return fmt.Sprintf("%d workers: at least one is needed", job.Workers)
	case len(job.Tasks) == 0:
		return "the job has no tasks"
	}
	return refuseCommands(job)
}

// replay calls an executor that needs no process.
func replay(ctx context.Context, e Executor, job Job) Observation {
	begin := time.Now()
	inner, cancel := ctx, context.CancelFunc(func() {})
	if job.Timeout > 0 {
		inner, cancel = context.WithTimeout(ctx, job.Timeout)
	}
	defer cancel()
	o, err := e.Execute(inner, job)
	switch {
	case err != nil:
		o = Observation{Status: results.Unavailable, Reason: err.Error()}
	case o.Status == "" && ctx.Err() != nil:
		o.Status, o.Reason = results.Interrupted, "stopped by the user"
	case o.Status == "":
		o.Status, o.Reason = results.Timeout, timeoutReason(job)
	}
	if o.Wall == 0 {
		o.Wall = time.Since(begin)
	}
	return o
}

func timeoutReason(job Job) string { return fmt.Sprintf("did not end within %v", job.Timeout) }
