package engine

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"

	"runner/executors"
	"runner/results"
	"runner/spec"
	"runner/workloads"
)

// Stage is what trials need besides their plan: the programs of other languages, and what fixtures gave.
type Stage struct {
	Programs map[string]Program // by the name of the runtime; one that is not here is Go
	Values   map[string]string  // of fixtures, by fixture.value
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

// launch runs a job with what the stage adds to it.
func (e *Engine) launch(ctx context.Context, j executors.Job, cell *spec.PlannedCell, stage *Stage) executors.Observation {
	if len(stage.Values) > 0 {
		stage.fill(&j)
	}
	program, given := stage.Programs[cell.Runtime.Name]
	switch {
	case !given:
		return e.Launch(ctx, j)
	case program.Missing != "":
		return executors.Observation{Status: results.Unavailable, Reason: program.Missing}
	}
	j.Program, j.Unset, j.Workload = program.Argv, program.Unset, program.Name(cell.Workload)
	if len(program.Env) > 0 {
		env := maps.Clone(program.Env)
		maps.Copy(env, j.Env)
		j.Env = env
	}
	return e.Launch(ctx, j)
}

// fill puts what the fixtures gave where the plan left room for it. Cells share their tasks: they are copied.
func (s *Stage) fill(j *executors.Job) {
	tasks := make([]workloads.Args, len(j.Tasks))
	for i, args := range j.Tasks {
		if i > 0 && reflect.ValueOf(args).Pointer() == reflect.ValueOf(j.Tasks[i-1]).Pointer() {
			tasks[i] = tasks[i-1] // calls that are the same stay one
			continue
		}
		tasks[i] = args
		for name, v := range args {
			if text, isText := v.(string); isText && spec.Filled(text, s.Values) != text {
				tasks[i] = maps.Clone(tasks[i])
				tasks[i][name] = spec.Filled(text, s.Values)
			}
		}
	}
	j.Tasks = tasks
	env := make(map[string]string, len(j.Env))
	for name, v := range j.Env {
		env[name] = spec.Filled(v, s.Values)
	}
	j.Env = env
}
