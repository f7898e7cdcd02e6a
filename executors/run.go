package executors

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// unstarted: only what is not there, the program or what that needs, makes a cell unavailable. Whatever else stands in the
// way, such as want of descriptors, processes or memory, need not do so in the next block.
func unstarted(job Job, err error) Observation {
	o := Observation{Status: results.Crash, Reason: "the trial's process could not be started: " + err.Error()}
	if len(job.Program) == 0 || notThere(job.Dir) {
		return o
	}
	switch name := job.Program[0]; {
	case errors.Is(err, host.ErrNotOnPath):
		o.Status, o.Reason = results.Unavailable, NotOnPath(name)
	case errors.Is(err, fs.ErrNotExist):
		o.Status = results.Unavailable // itself, the interpreter of its first line, or the directory that it is to run in
		if notThere(name) {
			o.Reason = shown(name) + ": no such file"
		}
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
