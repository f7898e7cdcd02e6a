// Package stage makes what the trials of a run need besides their plan: it finds the interpreters, writes out their shims
// and the Python twins of the built-in workloads, and starts the fixtures.
//
// It measures nothing. A runtime that is not on this machine is no error: its cells are unavailable, and say why.
package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"runner/executors/shims"
	"runner/internal/engine"
	"runner/internal/fixtures"
	"runner/internal/runtimes"
	"runner/spec"
	"runner/workloads/scripts"
)

// Set makes the stage of a plan in dir, a private directory of the run. Its Close stops the fixtures.
func Set(ctx context.Context, plan *spec.Plan, dir string) (*engine.Stage, error) {
	s := &engine.Stage{Programs: map[string]engine.Program{}}
	for _, rt := range used(plan) {
		p, err := program(ctx, rt, dir, plan.Experiment.Workloads)
		if err != nil {
			return nil, fmt.Errorf("runtime %s: %w", rt.Name, err)
		}
		s.Programs[rt.Name] = p
	}
	running, err := start(ctx, plan.Experiment.Fixtures, dir)
	s.Close = func() error { return stop(running) }
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.Values = values(running)
	return s, nil
}

// used are the runtimes of the plan's cells that are not Go, each once.
func used(plan *spec.Plan) (all []spec.Runtime) {
	for _, c := range plan.Cells {
		if c.Runtime.Kind != "go" && !slices.Contains(all, c.Runtime) {
			all = append(all, c.Runtime)
		}
	}
	return all
}

// program finds a runtime. An error is about this run's directory, never about the runtime.
func program(ctx context.Context, rt spec.Runtime, dir string, works []spec.Workload) (engine.Program, error) {
	shim, ok := shims.Lookup(rt.Kind)
	if !ok {
		return engine.Program{}, fmt.Errorf("there is no shim for %s", rt.Kind)
	}
	found, err := runtimes.Find(ctx, rt.Version, rt.Dir)
	if err != nil {
		return engine.Program{Missing: err.Error()}, ctx.Err()
	}
	twins := filepath.Join(dir, "workloads")
	if err := prepare(shim, dir, twins, works); err != nil {
		return engine.Program{}, err
	}
	return engine.Program{
		Argv: shim.Program(found.Path, dir), Env: shim.Env, Unset: shim.Unset,
		Name: func(w *spec.Workload) string { return nameOf(w, twins) },
	}, nil
}

// prepare writes the files of a language once a run.
func prepare(shim shims.Shim, dir, twins string, works []spec.Workload) error {
	if _, err := os.Stat(twins); err == nil {
		return nil
	}
	if err := os.Mkdir(twins, 0o700); err != nil {
		return err
	}
	for _, w := range works {
		if !scripts.Has(w.Builtin) {
			continue
		}
		if _, err := os.Stat(filepath.Join(twins, w.Builtin+".py")); err == nil {
			continue // two workloads are the same built-in
		}
		if _, err := scripts.Install(twins, w.Builtin); err != nil {
			return err
		}
	}
	return shim.Install(dir)
}

// nameOf is a workload as the Python shim knows it: FILE:FUNCTION.
func nameOf(w *spec.Workload, twins string) string {
	if w.File == "" {
		return filepath.Join(twins, w.Builtin+".py") + ":" + w.Builtin
	}
	file, err := filepath.Abs(w.File)
	if err != nil { // only where the current directory is gone
		file = w.File
	}
	return file + ":" + w.Function
}

// fixture is one that runs.
type fixture struct {
	name    string
	running fixtures.Running
}

func start(ctx context.Context, wanted []spec.Fixture, dir string) (all []fixture, err error) {
	for _, f := range wanted {
		kind, ok := fixtures.Lookup(f.Name)
		if !ok {
			return all, fmt.Errorf("there is no fixture %q", f.Name)
		}
		place := filepath.Join(dir, "fixture-"+f.Name)
		if err := os.Mkdir(place, 0o700); err != nil {
			return all, err
		}
		running, err := kind.Start(ctx, place, f.Settings)
		if err != nil {
			return all, fmt.Errorf("fixture %s: %w", f.Name, err)
		}
		all = append(all, fixture{f.Name, running})
	}
	return all, nil
}

// stop undoes them, the last one first.
func stop(all []fixture) error {
	var errs []error
	for _, f := range slices.Backward(all) {
		if err := f.running.Stop(); err != nil {
			errs = append(errs, fmt.Errorf("fixture %s: %w", f.name, err))
		}
	}
	return errors.Join(errs...)
}

func values(all []fixture) map[string]string {
	out := map[string]string{}
	for _, f := range all {
		for name, v := range f.running.Values() {
			out[f.name+"."+name] = v
		}
	}
	return out
}
