package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
	"bench/runner/workloads"
)

// steps are the preparations and the clean-ups of a run. A step is a command like a task's: it has a process of its own,
// and nothing of it outlives it.
type steps struct {
	engine *Engine
	stage  *Stage
	host   Host
	dir    func() (string, error)        // makes a directory there
	failed map[int]executors.Observation // by cell: the preparation that went wrong
	undo   []*spec.PlannedCell           // what is to be cleaned up, in order of preparation
	done   map[string]executors.Observation
	found  map[string]bool // programs on PATH
	told   map[string]bool // what was announced
}

func newSteps(e *Engine, stage *Stage, host Host, dir func() (string, error)) *steps {
	return &steps{engine: e, stage: stage, host: host, dir: dir, failed: map[int]executors.Observation{},
		done: map[string]executors.Observation{}, found: map[string]bool{}, told: map[string]bool{}}
}

// prepare does what is to be done before all trials. What goes wrong is kept for the trials of the cells concerned.
func (s *steps) prepare(ctx context.Context) {
	for i := range s.engine.Plan.Cells {
		cell := &s.engine.Plan.Cells[i]
		if o := s.missing(ctx, cell); o.Status != results.OK {
			s.failed[i] = o
			continue
		}
		if len(before(cell.Cleanup)) > 0 {
			s.undo = append(s.undo, cell)
		}
		for _, step := range before(cell.Prepare) {
			if o := s.once(ctx, "prepare", cell, step); o.Status != results.OK {
				s.failed[i] = o
				break
			}
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// before are the steps that are not each trial's.
func before(all []*spec.Step) []*spec.Step { return parted(all, false) }

// around are those that are.
func around(all []*spec.Step) []*spec.Step { return parted(all, true) }

func parted(all []*spec.Step, trial bool) []*spec.Step {
	return slices.DeleteFunc(slices.Clone(all), func(s *spec.Step) bool { return (s.Each == "trial") != trial })
}

var well = executors.Observation{Status: results.OK}

// missing says that a cell cannot be run here: it is no use to prepare it.
func (s *steps) missing(ctx context.Context, cell *spec.PlannedCell) executors.Observation {
	if s.stage.Missing != "" {
		return executors.Observation{Status: results.Unavailable, Reason: s.stage.Missing}
	}
	if cell.Env["PATH"] != "" { // the trial's process looks for itself
		return well
	}
	wanted := slices.Clone(cell.Workload.Requires)
	for i, c := range cell.Commands {
		if i == 0 || c != cell.Commands[i-1] {
			wanted = append(wanted, c.Argv[0])
		}
	}
	for _, name := range wanted {
		if strings.Contains(name, "/") || s.found[name] {
			continue
		}
		if err := s.host.Find(ctx, name); err != nil {
			return executors.Observation{Status: results.Unavailable, Reason: executors.NotOnPath(name)}
		}
		s.found[name] = true
	}
	return well
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
	s.announce(what, cell)
	defer s.quiet()
	if what == "prepare" { // a clean-up that waits might come too late
		defer s.engine.turn(ctx)()
	}
	dir, err := s.dir()
	if err != nil {
		return executors.Observation{Status: results.Crash, Reason: err.Error()}
	}
	defer s.host.Free(dir)
	o := s.run(ctx, what, cell, step, dir)
	s.done[key] = o
	return o
}

// announce says what is done; beyond the first of a workload also for which cell.
func (s *steps) announce(what string, cell *spec.PlannedCell) {
	if s.engine.Announce == nil {
		return
	}
	text := what + " " + cell.Workload.Name
	if name := s.host.Name(); name != "" {
		text += " on " + name
	}
	if key := cell.Cell.Key(); s.told[text] && key != "" {
		s.engine.Announce(text + " (" + key + ")")
		return
	}
	s.told[text] = true
	s.engine.Announce(text)
}

func (s *steps) quiet() {
	if s.engine.Announce != nil {
		s.engine.Announce("")
	}
}

// run does a step. What is wrong is said as of the step.
func (s *steps) run(ctx context.Context, what string, cell *spec.PlannedCell, step *spec.Step, dir string) executors.Observation {
	j := executors.Job{
		Cell: cell.Cell, Runtime: executors.RuntimeCommand, Executor: "serial", Workers: 1, Env: cell.Env, Dir: dir,
		Tasks: []workloads.Args{nil}, Commands: []*executors.Command{command(&step.Command)}, WorkDir: step.Command.Dir,
	}
	if step.Each == "trial" {
		j.Timeout = cell.Timeout
	}
	o := s.start(ctx, j, nil)
	if o.Status == results.OK {
		return o
	}
	status := o.Status
	if what == "prepare" && status != results.Unavailable && status != results.Interrupted {
		status = results.Unprepared
	}
	return executors.Observation{
		Status: status, Reason: what + ": " + strings.TrimPrefix(o.Reason, "task 0: "), Stdout: o.Stdout, Stderr: o.Stderr, Wall: o.Wall,
	}
}

// during runs a trial's job, after what is to be done before it, and says what disturbed it meanwhile.
func (s *steps) during(ctx context.Context, index int, j executors.Job) (seen executors.Observation, contaminated string) {
	cell := &s.engine.Plan.Cells[index]
	if o, failed := s.failed[index]; failed {
		return o, ""
	}
	for _, step := range around(cell.Prepare) {
		if o := s.run(ctx, "prepare", cell, step, j.Dir); o.Status != results.OK {
			return o, ""
		}
	}
	if s.engine.Contamination == nil || replays(j.Executor) {
		seen = s.launch(ctx, j, cell)
		return seen, cmp.Or(results.DisturbedBy(seen.Disturbed), seen.Contaminated)
	}
	after := s.engine.Contamination()
	seen = s.launch(ctx, j, cell)
	return seen, cmp.Or(results.DisturbedBy(seen.Disturbed), seen.Contaminated, after(atOnce(cell)))
}

// atOnce is how many threads of a cell want to run at once; 0: any number.
func atOnce(cell *spec.PlannedCell) int {
	if !cell.Counted() {
		return 0
	}
	return cell.Workers
}

// prove runs the command that must succeed for a trial's work to be right; nil if it does, or if there is none.
func (s *steps) prove(ctx context.Context, index int, dir string) error {
	cell := &s.engine.Plan.Cells[index]
	if cell.Proof == nil {
		return nil
	}
	if o := s.run(ctx, "verify", cell, cell.Proof, dir); o.Status != results.OK {
		return errors.New(o.Reason)
	}
	return nil
}

// after does what is to be done after a trial, whatever became of it. It says what went wrong.
func (s *steps) after(ctx context.Context, index int, dir string) (warnings []string) {
	cell := &s.engine.Plan.Cells[index]
	if s.failed[index].Status == results.Unavailable {
		return nil
	}
	for _, step := range around(cell.Cleanup) {
		o := afterwards(ctx, cleanupPatience, func(late context.Context) executors.Observation {
			return s.run(late, "cleanup", cell, step, dir)
		})
		if o.Status != results.OK {
			warnings = append(warnings, o.Reason)
		}
	}
	return warnings
}

// cleanup undoes what prepare did, the last cell first, also after an interruption. It goes on after a failure.
func (s *steps) cleanup(ctx context.Context) error {
	var failed []error
	for _, cell := range slices.Backward(s.undo) {
		for _, step := range before(cell.Cleanup) {
			o := afterwards(ctx, cleanupPatience, func(late context.Context) executors.Observation {
				return s.once(late, "cleanup", cell, step)
			})
			text := fmt.Sprintf("workload %s: %s", cell.Workload.Name, o.Reason)
			if o.Status != results.OK && !s.told[text] {
				s.told[text] = true
				failed = append(failed, errors.New(text))
			}
		}
	}
	return errors.Join(failed...)
}

// command is a plan's command as executors take it.
func command(c *spec.Command) *executors.Command {
	return &executors.Command{Argv: c.Argv, Env: c.Env, Stdin: c.Stdin, Success: c.Success}
}
