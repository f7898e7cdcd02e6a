package engine

import (
	"context"
	"errors"
	"os/exec"

	"bench/runner/executors"
	"bench/runner/spec"
)

// Host runs jobs: another machine, or this one. Once it is lost, all that it is asked returns at once.
type Host interface {
	Name() string // "" is this machine

	// Find looks for a program on PATH; nil if it is there, or if that cannot be told before it is started.
	Find(ctx context.Context, program string) error
	// Launch runs a job of a cell as executors.Run does on this machine, with the program there that runs its workload; the cell
	// is nil where the job is a step, such as a preparation. Job.Dir is a mark on another machine: a path that stands for the
	// same private directory there in each job that has it, until Free, and that all texts of these jobs may have in them.
	// The paths of other files are those of this machine.
	Launch(ctx context.Context, j executors.Job, cell *spec.PlannedCell) executors.Observation
	Files(ctx context.Context, dir string) (map[string]any, error) // FilesIn the directory of a trial
	Free(dir string)                                               // it is not needed any more

	// Lost says why the host does not answer any more; nil as long as it does. What comes of a job that it was lost in counts
	// for nothing: who makes up an observation in its place has it lost before.
	Lost() error
}

// Hosts are the machines that blocks are run on, much like one another.
type Hosts interface {
	// Take waits until a host is free. An error says that ctx has ended, or that there will be none any more.
	Take(ctx context.Context) (Host, error)
	Give(Host) // it is free again, or lost
}

// errLost says that a block ended where its host was lost.
var errLost = errors.New("the host was lost")

// here is this machine.
type here struct {
	engine *Engine
	room   *scratch
}

func (h here) Name() string { return "" }

func (h here) Find(_ context.Context, program string) error {
	if h.engine.Find != nil {
		return h.engine.Find(program)
	}
	_, err := exec.LookPath(program)
	return err
}

func (h here) Launch(ctx context.Context, j executors.Job, _ *spec.PlannedCell) executors.Observation {
	return h.engine.Launch(ctx, j)
}

func (h here) Files(ctx context.Context, dir string) (map[string]any, error) {
	return FilesIn(ctx, dir)
}

func (h here) Free(dir string) { h.room.free(dir) }

func (h here) Lost() error { return nil }
