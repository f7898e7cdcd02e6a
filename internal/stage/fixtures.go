package stage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bench/runner/internal/fixtures"
	"bench/runner/internal/matrix"
	"bench/runner/spec"
)

// running are the fixtures of a run.
type running struct {
	all    []fixture
	values map[string]string // by what {{…}} calls them
}

// build is what one build's fixtures are called by. Directories have names of one length: a path's length can cost time.
type build struct {
	place  string // begins the names of their directories
	values string // and of what they give
	of     string // in messages
}

var (
	this  = build{place: "fixture-"}
	other = build{place: "another-", values: matrix.Base + ".", of: " of the other build"}
)

type fixture struct {
	name string
	fixtures.Running
}

// own is the fixture that every run has: its directory.
const own = "dir"

// start makes a build's fixtures in their order, the run's directory first: each may use what those before it gave.
func (r *running) start(ctx context.Context, of build, wanted []spec.Fixture, dir string) error {
	i := slices.IndexFunc(wanted, func(f spec.Fixture) bool { return f.Name == own })
	first := spec.Fixture{Name: own, Settings: map[string]any{"from": ""}}
	if i >= 0 {
		first = wanted[i]
		wanted = slices.Delete(slices.Clone(wanted), i, i+1)
	}
	for _, f := range append([]spec.Fixture{first}, wanted...) {
		if err := r.add(ctx, of, f, filepath.Join(dir, of.place+f.Name)); err != nil {
			return fmt.Errorf("fixture %s%s: %w", f.Name, of.of, err)
		}
	}
	return nil
}

func (r *running) add(ctx context.Context, of build, f spec.Fixture, place string) error {
	kind, ok := fixtures.Lookup(f.Name)
	if !ok {
		return errors.New("there is none of that name")
	}
	if err := os.Mkdir(place, 0o700); err != nil {
		return err
	}
	made, err := kind.Start(ctx, place, r.filled(kind.Info(), f.Settings))
	if err != nil {
		return err
	}
	r.all = append(r.all, fixture{f.Name + of.of, made})
	for name, v := range made.Values() {
		if name != "" {
			name = "." + name
		}
		r.values[of.values+f.Name+name] = v
	}
	return nil
}

// filled are settings with absolute paths, and with what earlier fixtures gave in their texts.
func (r *running) filled(info fixtures.Info, settings map[string]any) map[string]any {
	out := maps.Clone(settings)
	for _, p := range info.Params {
		switch v := settings[p.Name].(type) {
		case string:
			text := spec.Filled(v, r.values)
			if p.Kind == "path" && text != "" {
				text = absolute(text)
			}
			out[p.Name] = text
		case []string:
			argv := make([]string, len(v))
			for i := range v {
				argv[i] = spec.Filled(v[i], r.values)
			}
			if len(argv) > 0 && strings.Contains(argv[0], "/") {
				argv[0] = absolute(argv[0])
			}
			out[p.Name] = argv
		}
	}
	return out
}

// absolute counts a path from the current directory: fixtures may have another.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path // only where the current directory is gone
}

// stop undoes them, the last one first.
func (r *running) stop() error {
	var errs []error
	for _, f := range slices.Backward(r.all) {
		if err := f.Stop(); err != nil {
			errs = append(errs, fmt.Errorf("fixture %s: %w", f.name, err))
		}
	}
	return errors.Join(errs...)
}
