package engine

import (
	"context"
	"fmt"
	"os"
	"slices"

	"runner/executors"
	"runner/results"
	"runner/spec"
	"runner/workloads"
)

// steps are the preparations and the clean-ups of a run. A step is a command like a task's: it has a process of its own,
// and nothing of it outlives it.
type steps struct {
	engine *Engine
	stage  *Stage
	room   *scratch
	failed map[int]executors.Observation // by cell: the preparation that went wrong
	undo   []*spec.PlannedCell           // what is to be cleaned up, in order of preparation
	done   map[string]executors.Observation
}

func newSteps(e *Engine, stage *Stage, room *scratch) *steps {
	return &steps{engine: e, stage: stage, room: room, failed: map[int]executors.Observation{}, done: map[string]executors.Observation{}}
}

// prepare does what is to be done before all trials. What goes wrong is kept for the trials of the cells concerned.
func (s *steps) prepare(ctx context.Context) {
	if s.stage.Missing != "" {
		return
	}
	for i := range s.engine.Plan.Cells {
		cell := &s.engine.Plan.Cells[i]
		if c := cell.Cleanup; c != nil && c.Each != "trial" {
			s.undo = append(s.undo, cell)
		}
		if p := cell.Prepare; p != nil && p.Each != "trial" && ctx.Err() == nil {
			if o := s.once(ctx, "prepare", cell, p); o.Status != results.OK {
				s.failed[i] = o
			}
		}
	}
}

// once runs a step that belongs to the run or to a cell: the same one is not run twice, unless it is for each cell.
func (s *steps) once(ctx context.Context, what string, cell *spec.PlannedCell, step *spec.Step) executors.Observation {
	key := fmt.Sprintf("%s\x00%q\x00%v\x00%v\x00%s", what, step.Command.Argv, step.Command.Env, cell.Env, step.Command.Dir)
	if step.Each == "cell" {
		key += "\x00" + cell.Workload.Name + "\x00" + cell.Cell.Key()
	}
	if o, known := s.done[key]; known {
		return o
	}
	s.announce(what + " " + cell.Workload.Name)
	defer s.announce("")
	dir, err := s.room.next()
	if err != nil {
		return executors.Observation{Status: results.Crash, Reason: err.Error()}
	}
	defer os.RemoveAll(dir)
	o := s.run(ctx, what, cell, step, dir)
	s.done[key] = o
	return o
}

func (s *steps) announce(step string) {
	if s.engine.Announce != nil {
		s.engine.Announce(step)
	}
}

// run does a step. What is wrong is said as of the step.
func (s *steps) run(ctx context.Context, what string, cell *spec.PlannedCell, step *spec.Step, dir string) executors.Observation {
	j := executors.Job{
		Cell: cell.Cell, Runtime: "command", Executor: "serial", Workers: 1, Env: cell.Env, Dir: dir,
		Tasks: []workloads.Args{nil}, Commands: []*executors.Command{command(&step.Command)}, WorkDir: step.Command.Dir,
	}
	if step.Each == "trial" {
		j.Timeout = cell.Timeout
	}
	o := s.engine.start(ctx, j, s.stage)
	if o.Status != results.OK {
		o.Reason = what + ": " + o.Reason
	}
	return o
}

// during runs a trial's job, after what is to be done before it.
func (s *steps) during(ctx context.Context, index int, j executors.Job) executors.Observation {
	cell := &s.engine.Plan.Cells[index]
	if s.stage.Missing != "" {
		return executors.Observation{Status: results.Unavailable, Reason: s.stage.Missing}
	}
	if o, failed := s.failed[index]; failed {
		return o
	}
	if p := cell.Prepare; p != nil && p.Each == "trial" {
		if o := s.run(ctx, "prepare", cell, p, j.Dir); o.Status != results.OK {
			return o
		}
	}
	return s.engine.launch(ctx, j, cell, s.stage)
}

// after does what is to be done after a trial, whatever became of it.
func (s *steps) after(ctx context.Context, index int, dir string) executors.Observation {
	cell := &s.engine.Plan.Cells[index]
	if c := cell.Cleanup; c != nil && c.Each == "trial" && s.stage.Missing == "" {
		return s.run(context.WithoutCancel(ctx), "cleanup", cell, c, dir)
	}
	return executors.Observation{Status: results.OK}
}

// cleanup undoes what prepare did, the last first, also after an interruption. It goes on after a failure.
func (s *steps) cleanup(ctx context.Context) error {
	var failed error
	for _, cell := range slices.Backward(s.undo) {
		if o := s.once(context.WithoutCancel(ctx), "cleanup", cell, cell.Cleanup); o.Status != results.OK && failed == nil {
			failed = fmt.Errorf("workload %s: %s", cell.Workload.Name, o.Reason)
		}
	}
	return failed
}

// command is a plan's command as executors take it.
func command(c *spec.Command) *executors.Command {
	return &executors.Command{Argv: c.Argv, Env: c.Env, Stdin: c.Stdin, Success: c.Success}
}
