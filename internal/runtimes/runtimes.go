// Package runtimes finds what executes workloads on this machine besides Go. It runs nothing but the interpreters' own
// version questions.
package runtimes

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Installed is one interpreter that is there and has answered.
type Installed struct {
	Kind    string // the language: python
	Name    string // the implementation: cpython, pypy, …; where there is but one, the language
	Version string // of the language: 3.12.1, 3.15.0a1
	GIL     string // of Python: on or off, as it starts when nothing is set
	Path    string // absolute, as it is to be started: a virtual environment's python keeps its own path
	From    string // how it was found: venv, PATH, pyenv, uv, well-known, path
}

// Find gives the interpreter of a language that want means: a version, of which the first numbers suffice ("20" is also
// 20.1.0); "", which is any; or a path, which holds a slash, may begin with ~/, and counts from dir where it is relative.
// dir is the spec's directory. The names of the language are looked for on PATH, name by name. What does not answer is
// passed over. The error says what was looked for, what was broken, and what there is instead.
//
// Python is looked for in more places: in the active virtual environment, then .venv and venv in dir and its parents up to
// the root of the repository, then on PATH (python3.12, python3, python), then in pyenv, uv's store and the well-known
// directories, newest first. Its versions are "3", "3.12", "3.12.1", "2.7"; "3.13t" for a free-threaded one; "pypy3",
// "pypy3.10" for PyPy, which no bare version means.
func Find(ctx context.Context, l Language, want, dir string) (Installed, error) {
	m, dir := here().asking(l), absolute(dir)
	switch {
	case len(l.Interpreter) > 0:
		return m.findNamed(ctx, want, dir)
	case l.Kind != python:
		return Installed{}, fmt.Errorf("nothing is known of how to find %s: its shim must name its interpreter", l.Kind)
	}
	return m.find(ctx, want, dir)
}

// All lists every interpreter of a language that is found, each once: links to one real file are one, and a virtual
// environment is one of its own. CPython comes first; within an implementation the newest version does.
func All(ctx context.Context, l Language, dir string) []Installed {
	m, dir := here().asking(l), absolute(dir)
	candidates := m.named(l.Interpreter)
	if l.Kind == python && len(l.Interpreter) == 0 {
		candidates = m.everywhere(dir)
	}
	var list []Installed
	for _, a := range sorted(m.askAll(ctx, candidates, dir)) {
		list = append(list, a.Installed)
	}
	return list
}

func (m machine) find(ctx context.Context, want, dir string) (Installed, error) {
	if strings.Contains(want, "/") {
		return m.at(ctx, want, dir)
	}
	wanted, ok := parseWant(want)
	if !ok {
		return Installed{}, errWant(want)
	}
	var broken []error
	for _, likely := range m.likely(wanted, dir) {
		for _, c := range likely() {
			a, err := m.ask(ctx, c, dir)
			switch {
			case ctx.Err() != nil:
				return Installed{}, m.errStopped(ctx, want)
			case err != nil:
				broken = append(broken, err)
			case wanted.agrees(a.build):
				return a.Installed, nil
			}
		}
	}
	// Names promised nothing more: one whose name tells less than it is, or a wrong thing, may still be it.
	all := m.askAll(ctx, m.everywhere(dir), dir)
	if ctx.Err() != nil {
		return Installed{}, m.errStopped(ctx, want)
	}
	for _, a := range all {
		if wanted.agrees(a.build) {
			return a.Installed, nil
		}
	}
	return Installed{}, errMissing(wanted, broken, all)
}

// likely are the places that the wanted one is taken from, by precedence; each is looked into only when it is reached.
func (m machine) likely(wanted build, dir string) []func() []candidate {
	return []func() []candidate{
		func() []candidate { return m.venvs(dir) },
		func() []candidate { return m.named(wanted.names()) },
		func() []candidate {
			return slices.DeleteFunc(m.stores(), func(c candidate) bool { return !wanted.agrees(c.hint) })
		},
	}
}

// at asks the interpreter at a path, and takes any.
func (m machine) at(ctx context.Context, want, dir string) (Installed, error) {
	path := want
	if rest, ok := strings.CutPrefix(want, "~/"); ok && m.home != "" {
		path = filepath.Join(m.home, rest)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	a, err := m.ask(ctx, candidate{path: filepath.Clean(path), from: "path"}, dir)
	if ctx.Err() != nil {
		return Installed{}, m.errStopped(ctx, want)
	}
	if err != nil {
		return Installed{}, fmt.Errorf("no interpreter: %w; give the path of one that starts, or a version such as %s", err, m.language.Example)
	}
	return a.Installed, nil
}

// atOnce is how many interpreters are asked at the same time: one that hangs holds up few others.
const atOnce = 8

// askAll gives the answers in the order of the candidates, without those that are broken or the same as an earlier one.
func (m machine) askAll(ctx context.Context, candidates []candidate, dir string) []answer {
	answers := make([]answer, len(candidates))
	var all sync.WaitGroup
	turns := make(chan struct{}, atOnce)
	for i, c := range candidates {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			if a, err := m.ask(ctx, c, dir); err == nil {
				answers[i] = a
			}
		})
	}
	all.Wait()
	known := map[string]bool{}
	return slices.DeleteFunc(answers, func(a answer) bool {
		if a.Path == "" {
			return true
		}
		id := identity(a.Path)
		again := known[id]
		known[id] = true
		return again
	})
}

// sorted puts CPython first, then the other implementations by name, each with its newest version first.
func sorted(all []answer) []answer {
	slices.SortStableFunc(all, func(a, b answer) int {
		return cmp.Or(
			-cmp.Compare(boolean(a.Name == "cpython"), boolean(b.Name == "cpython")),
			cmp.Compare(a.Name, b.Name),
			-slices.Compare(a.build.version, b.build.version),
			cmp.Compare(boolean(a.build.threaded), boolean(b.build.threaded)),
		)
	})
	return all
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
