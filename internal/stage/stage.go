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

	"bench/runner/executors/shims"
	"bench/runner/internal/engine"
	"bench/runner/internal/fixtures"
	"bench/runner/internal/runtimes"
	"bench/runner/spec"
	"bench/runner/workloads/scripts"
)

// Set makes the stage of a plan in dir, a private directory of the run. Its Close stops the fixtures.
func Set(ctx context.Context, plan *spec.Plan, dir string) (*engine.Stage, error) {
	s := &engine.Stage{Programs: map[string]engine.Program{}}
	for _, rt := range used(plan) {
		p, err := Program(ctx, rt, dir, plan.Experiment.Workloads)
		if err != nil {
			return nil, fmt.Errorf("runtime %s: %w", rt.Name, err)
		}
		s.Programs[rt.Name] = p
	}
	running := &running{values: map[string]string{}}
	s.Close = running.stop
	err := running.start(ctx, this, plan.Experiment.Fixtures, dir)
	if err == nil && plan.AgainstBuild != "" { // what one build prepares or serves must not come to the other
		err = running.start(ctx, other, plan.OtherFixtures, dir)
	}
	var missing *fixtures.Missing
	switch {
	case errors.As(err, &missing):
		s.Missing = err.Error()
	case err != nil:
		return nil, errors.Join(err, s.Close())
	}
	s.Values = running.values
	return s, nil
}

// used are the runtimes of the plan's cells that need a shim, each once.
func used(plan *spec.Plan) (all []spec.Runtime) {
	for _, c := range plan.Cells {
		if _, isLanguage := shims.Lookup(c.Runtime.Kind); isLanguage && !slices.Contains(all, c.Runtime) {
			all = append(all, c.Runtime)
		}
	}
	return all
}

// Program finds a runtime and writes what it needs into dir: its shim, and the twins of these workloads. It may be called for
// others later. An error is about the directory, never about the runtime.
func Program(ctx context.Context, rt spec.Runtime, dir string, works []spec.Workload) (engine.Program, error) {
	shim, ok := shims.Lookup(rt.Kind)
	if !ok {
		return engine.Program{}, fmt.Errorf("there is no shim for %s", rt.Kind)
	}
	language := runtimes.Language{Kind: shim.Runtime, Interpreter: shim.Interpreter, Unset: shim.Unset, Example: shim.Example}
	found, err := runtimes.Find(ctx, language, rt.Version, rt.Dir)
	if err != nil {
		return engine.Program{Missing: err.Error()}, ctx.Err()
	}
	dir = filepath.Join(dir, rt.Kind)
	twins := filepath.Join(dir, "workloads")
	if err := prepare(shim, dir, twins, works); err != nil {
		return engine.Program{}, err
	}
	return engine.Program{
		Argv: shim.Program(found.Path, dir), Env: shim.Env, Unset: shim.Unset,
		Name: func(w *spec.Workload) string { return nameOf(w, twins) },
	}, nil
}

// prepare writes the files of a language that are not there yet.
func prepare(shim shims.Shim, dir, twins string, works []spec.Workload) error {
	if err := os.Mkdir(dir, 0o700); err == nil {
		if err := errors.Join(os.Mkdir(twins, 0o700), shim.Install(dir)); err != nil {
			return err
		}
	} else if !errors.Is(err, os.ErrExist) {
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
	return nil
}

// nameOf is a workload as shims know it: FILE:FUNCTION. Twins are in Python.
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
