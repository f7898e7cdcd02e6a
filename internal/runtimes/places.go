package runtimes

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// machine is all that a search depends on.
type machine struct {
	environ  []string
	home     string        // "" where there is none
	known    []string      // directories of interpreters that need not be on PATH
	patience time.Duration // with one interpreter
	answers  *memory
	language Language
	inquiry  inquiry
}

var given memory // the answers given to this process

// here is the machine that this process sees now.
func here() machine {
	home, err := os.UserHomeDir()
	known := []string{"/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"}
	if err == nil {
		known = append(known, filepath.Join(home, ".local/bin"))
	}
	return machine{environ: os.Environ(), home: home, known: known, patience: 5 * time.Second, answers: &given}
}

// candidate may be an interpreter: a file of a likely name, not asked yet.
type candidate struct {
	path string
	from string
	hint build // what the name promises
}

// everywhere is every candidate, by precedence. The commands in a directory of shims stand for what pyenv and its like
// have in their stores; only those without a version say which one is chosen.
func (m machine) everywhere(dir string) []candidate {
	list := slices.Concat(m.venvs(dir), m.named([]string{"python3", "python", "python2", "pypy3", "pypy"}))
	for _, d := range m.path() {
		if !isShim(filepath.Join(d, "python")) {
			list = append(list, commands(d, "PATH")...)
		}
	}
	list = append(list, m.stores()...)
	known := map[string]bool{}
	return slices.DeleteFunc(list, func(c candidate) bool {
		again := known[c.path]
		known[c.path] = true
		return again
	})
}

// venvs are the active virtual environment, and those in dir and above it.
func (m machine) venvs(dir string) []candidate {
	var roots []string
	if active := m.variable("VIRTUAL_ENV"); filepath.IsAbs(active) {
		roots = append(roots, filepath.Clean(active))
	}
	for _, d := range upwards(dir) {
		roots = append(roots, filepath.Join(d, ".venv"), filepath.Join(d, "venv"))
	}
	var list []candidate
	for _, root := range roots {
		list = append(list, inside(root, "venv", build{})...)
	}
	return list
}

// named are the commands of these names on PATH, by name first: a shell would not look on, but the first may be broken.
func (m machine) named(names []string) []candidate {
	var list []candidate
	for _, name := range names {
		for _, dir := range m.path() {
			if path := filepath.Join(dir, name); exists(path) {
				list = append(list, candidate{path, "PATH", parseName(name)})
			}
		}
	}
	return list
}

// stores are what pyenv, uv and the well-known directories hold, by what their names promise: newest first.
func (m machine) stores() []candidate {
	var list []candidate
	for _, store := range []struct{ from, dir string }{{"pyenv", m.pyenv()}, {"uv", m.uv()}} {
		entries, _ := os.ReadDir(store.dir) // what cannot be read has none
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), ".") {
				list = append(list, inside(filepath.Join(store.dir, e.Name()), store.from, parseName(e.Name()))...)
			}
		}
	}
	for _, dir := range m.known {
		list = append(list, commands(dir, "well-known")...)
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return newest(a.hint, b.hint) })
	return list
}

// pyenv is where pyenv keeps its interpreters, uv where uv does; "" where neither is told.
func (m machine) pyenv() string {
	return under(m.variable("PYENV_ROOT"), "versions", m.home, ".pyenv/versions")
}

func (m machine) uv() string {
	if dir := m.variable("UV_PYTHON_INSTALL_DIR"); filepath.IsAbs(dir) {
		return dir
	}
	return under(m.variable("XDG_DATA_HOME"), "uv/python", m.home, ".local/share/uv/python")
}

// under is rest within root, or else fallback within home; "" where there is neither.
func under(root, rest, home, fallback string) string {
	switch {
	case filepath.IsAbs(root):
		return filepath.Join(root, rest)
	case filepath.IsAbs(home):
		return filepath.Join(home, fallback)
	}
	return ""
}

// path is PATH without what is not absolute: that would mean another thing in another directory.
func (m machine) path() []string {
	var list []string
	for _, dir := range filepath.SplitList(m.variable("PATH")) {
		if dir = filepath.Clean(dir); filepath.IsAbs(dir) && !slices.Contains(list, dir) {
			list = append(list, dir)
		}
	}
	return list
}

// variable is what the environment says; the last of several counts.
func (m machine) variable(name string) string {
	for _, entry := range slices.Backward(m.environ) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}
