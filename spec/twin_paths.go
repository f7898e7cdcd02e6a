package spec

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// path is a path below the current directory as the same one below the other build's; any other stays as it is.
func (m *mover) path(path string) string {
	if path == "" || strings.HasPrefix(path, "\x00") {
		return m.text(path)
	}
	whole := path
	if !filepath.IsAbs(path) {
		whole = filepath.Join(m.here, path)
	}
	if inside, err := filepath.Rel(m.here, whole); err == nil && filepath.IsLocal(inside) {
		m.own = true
		path = filepath.Join(m.there, inside)
	}
	return m.text(path)
}

// place is the path of what must be there when a cell runs.
func (m *mover) place(path string, of diag.Pos) string {
	to := m.path(path)
	if !strings.Contains(path, "\x00") {
		m.places = append(m.places, moved{path, to, of})
	}
	return to
}

// argv moves the program, unless it is looked for on PATH, and each argument that is an absolute path: relative ones count from
// the working directory.
func (m *mover) argv(argv []string, of diag.Pos) []string {
	if argv == nil {
		return nil
	}
	out := make([]string, len(argv))
	for i, arg := range argv {
		if i > 0 || !strings.Contains(arg, "/") {
			out[i] = m.argument(arg)
		} else if out[i] = m.place(arg, of); !strings.Contains(out[i], "/") {
			out[i] = "./" + out[i]
		}
	}
	return out
}

func (m *mover) argument(arg string) string {
	if filepath.IsAbs(arg) {
		return m.path(arg)
	}
	return m.text(arg)
}

func (m *mover) env(env map[string]string) map[string]string {
	if env == nil {
		return nil
	}
	out := make(map[string]string, len(env))
	for name, v := range env {
		out[name] = m.argument(v)
	}
	return out
}

func (m *mover) command(c Command, of diag.Pos) Command {
	return Command{Argv: m.argv(c.Argv, of), Env: m.env(c.Env), Dir: m.place(c.Dir, of), Stdin: m.place(c.Stdin, of), Success: c.Success}
}

// commands are those of the tasks. Cells and tasks that share one go on sharing it.
func (m *mover) commands(all []*Command, of diag.Pos) []*Command {
	if all == nil {
		return nil
	}
	out := make([]*Command, len(all))
	for i, c := range all {
		made, known := m.made[c]
		if !known {
			own, served := m.own, m.served
			m.own, m.served = false, false
			command := m.command(*c, of)
			made = movedCommand{&command, m.own, m.served}
			m.made[c], m.own, m.served = made, own, served
		}
		out[i], m.own, m.served = made.command, m.own || made.own, m.served || made.served
	}
	return out
}

func (m *mover) steps(all []*Step, of diag.Pos) (out []*Step) {
	for _, s := range all {
		out = append(out, &Step{Each: s.Each, Command: m.command(s.Command, of)})
	}
	return out
}

// tasks puts the other build's fixtures into arguments. Calls that are the same stay one.
func (m *mover) tasks(all []map[string]any) []map[string]any {
	late := func(v any) bool { text, isText := v.(string); return isText && strings.Contains(text, "\x00") }
	out, shared := all, true
	for i, args := range all {
		if i > 0 && reflect.ValueOf(args).Pointer() == reflect.ValueOf(all[i-1]).Pointer() {
			if !shared {
				out[i] = out[i-1]
			}
			continue
		}
		cloned := false
		for name, v := range args {
			if !late(v) {
				continue
			}
			if shared {
				out, shared = slices.Clone(all), false
			}
			if !cloned {
				out[i], cloned = maps.Clone(args), true
			}
			out[i][name] = m.text(v.(string))
		}
	}
	return out
}

// text is a text with what the other build's fixtures give. The trial's own directory is none of theirs.
func (m *mover) text(text string) string {
	if !strings.Contains(text, "\x00") {
		return text
	}
	for name := range m.late {
		if name == "scratch" || !strings.Contains(text, Late(name)) {
			continue
		}
		fixture, _, _ := strings.Cut(name, ".")
		m.served = m.served || m.fixtures[fixture]
		text = strings.ReplaceAll(text, Late(name), Late(matrix.Base+"."+name))
	}
	return text
}

// fixture is one with its paths in the other build, which has its own of each.
func (m *mover) fixture(f Fixture, cat Catalog) Fixture {
	m.own, m.served, m.places = false, false, nil
	path := map[string]bool{}
	for _, info := range cat.Fixtures {
		for _, s := range info.Settings {
			path[s.Name] = path[s.Name] || info.Name == f.Name && s.Path
		}
	}
	f.Settings = maps.Clone(f.Settings)
	for _, name := range sorted(keysOf(f.Settings)) {
		switch v := f.Settings[name].(type) {
		case string:
			if path[name] {
				f.Settings[name] = m.place(v, f.Pos)
			} else {
				f.Settings[name] = m.text(v)
			}
		case []string:
			f.Settings[name] = m.argv(v, f.Pos)
		}
	}
	m.fixtures[f.Name] = m.own || m.served
	m.all = append(m.all, m.places...)
	return f
}

// missing reports what is there in this build and not in the other: it was not built, or has it not yet.
func (m *mover) missing(at diag.Pos, list *diag.List) {
	if info, err := os.Stat(m.there); err != nil || !info.IsDir() {
		list.Add(at, 1, "such as ../base after `git worktree add ../base main`, and after it was built there", "there is no such directory")
		return
	}
	told := map[string]bool{}
	for _, p := range m.all {
		_, here := os.Stat(p.from)
		_, there := os.Stat(p.to)
		if here != nil || there == nil || told[p.to] {
			continue
		}
		told[p.to] = true
		list.Add(p.of, 1, fmt.Sprintf("build it there, or choose with --only what both builds have; this one has %s", p.from), "the other build has no %s", p.to)
	}
}
