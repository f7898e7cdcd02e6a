package engine

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
	"bench/runner/workloads"
)

// Stage is what trials need besides their plan: the programs of other languages, and what is known only when a run
// begins.
type Stage struct {
	Programs map[string]Program // by the name of the runtime; one that is not here is Go
	Values   map[string]string  // by what {{…}} calls them: dir, fixture.value
	Missing  string             // why no cell can be run here, for want of a program; "" if they can
	Close    func() error       // undoes it; may be nil
}

// Program is how a runtime besides Go is started.
type Program struct {
	Argv    []string                    // of its shim
	Env     map[string]string           // under that of the workload
	Unset   []string                    // beginnings of the names of variables that it does not inherit
	Name    func(*spec.Workload) string // what the shim calls a workload
	Missing string                      // why it is not here, so that its cells are unavailable; "" if it is
}

func (e *Engine) stage(ctx context.Context, room *scratch) (*Stage, error) {
	if e.Stage == nil {
		return &Stage{}, nil
	}
	dir := filepath.Join(room.path, "stage")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a directory for the run: %w", err)
	}
	return e.Stage(ctx, dir)
}

func (s *Stage) close() error {
	if s.Close == nil {
		return nil
	}
	return s.Close()
}

// launch runs the job of a cell with what the stage adds to it.
func (s *steps) launch(ctx context.Context, j executors.Job, cell *spec.PlannedCell) executors.Observation {
	program, given := s.stage.Programs[cell.Runtime.Name]
	switch {
	case !given:
		return s.start(ctx, j, cell)
	case program.Missing != "":
		return executors.Observation{Status: results.Unavailable, Reason: program.Missing}
	}
	program.Fill(&j, cell.Workload)
	return s.start(ctx, j, cell)
}

// Fill makes a job one of this program, for a workload.
func (p Program) Fill(j *executors.Job, w *spec.Workload) {
	j.Program, j.Unset, j.Workload = p.Argv, p.Unset, p.Name(w)
	if len(p.Env) > 0 {
		env := maps.Clone(p.Env)
		maps.Copy(env, j.Env)
		j.Env = env
	}
}

// start launches a job with what is known only now in place of its marks, and with absolute paths: trials have
// directories of their own. The cell is nil where the job is a step.
func (s *steps) start(ctx context.Context, j executors.Job, cell *spec.PlannedCell) executors.Observation {
	values := maps.Clone(s.stage.Values)
	if values == nil {
		values = map[string]string{}
	}
	values["scratch"] = j.Dir
	j.Tasks = filledTasks(j.Tasks, values)
	j.Commands = filledCommands(j.Commands, values)
	j.Env = filledEnv(j.Env, values)
	if j.WorkDir = spec.Filled(j.WorkDir, values); j.WorkDir != "" {
		j.WorkDir = absolute(j.WorkDir)
	}
	j.Program = filledArgv(j.Program, values)
	return s.host.Launch(ctx, j, cell)
}

// filledTasks copies what it changes: cells share their tasks. Calls that are the same stay one.
func filledTasks(all []workloads.Args, values map[string]string) []workloads.Args {
	tasks := make([]workloads.Args, len(all))
	for i, args := range all {
		if i > 0 && reflect.ValueOf(args).Pointer() == reflect.ValueOf(all[i-1]).Pointer() {
			tasks[i] = tasks[i-1]
			continue
		}
		tasks[i] = args
		for name, v := range args {
			if text, isText := v.(string); isText && spec.Filled(text, values) != text {
				tasks[i] = maps.Clone(tasks[i])
				tasks[i][name] = spec.Filled(text, values)
			}
		}
	}
	return tasks
}

func filledEnv(env, values map[string]string) map[string]string {
	out := make(map[string]string, len(env))
	for name, v := range env {
		out[name] = spec.Filled(v, values)
	}
	return out
}

func filledCommands(all []*executors.Command, values map[string]string) []*executors.Command {
	if all == nil {
		return nil
	}
	out := make([]*executors.Command, len(all))
	for i, c := range all {
		if i > 0 && c == all[i-1] {
			out[i] = out[i-1]
			continue
		}
		made := executors.Command{Argv: filledArgv(c.Argv, values), Env: filledEnv(c.Env, values), Success: c.Success}
		if made.Stdin = spec.Filled(c.Stdin, values); made.Stdin != "" {
			made.Stdin = absolute(made.Stdin)
		}
		out[i] = &made
	}
	return out
}

// filledArgv makes the program's path absolute, if it is one and no name to be looked for on PATH.
func filledArgv(argv []string, values map[string]string) []string {
	out := make([]string, len(argv))
	for i := range argv {
		out[i] = spec.Filled(argv[i], values)
	}
	if len(out) > 0 && strings.Contains(out[0], "/") {
		out[0] = absolute(out[0])
	}
	return out
}

// absolute counts a path from the current directory.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path // only where the current directory is gone
}
