package spec

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// The kinds of runtime that are no language of the catalog.
const (
	goKind      = "go"
	commandKind = "command" // no runtime at all: a task is a process
	programKind = "program" // it speaks the shim protocol itself
)

// implied are the runtimes that a spec need not declare.
func (n *vocabulary) implied() []Runtime {
	all := []Runtime{{Name: goKind, Kind: goKind}, {Name: commandKind, Kind: commandKind}, {Name: programKind, Kind: programKind}}
	for _, l := range n.languages {
		all = append(all, Runtime{Name: l.Name, Kind: l.Name, Version: l.Default})
	}
	return all
}

func (r *reader) runtimes() {
	all := r.root.get("runtimes")
	if !all.is(isMap) {
		return
	}
	for _, e := range all.keys {
		if e.value.is(isMap) {
			r.runtime(e)
		}
	}
}

func (r *reader) runtime(e entry) {
	rt := Runtime{Name: e.name, Pos: e.pos}
	var kinds []string
	if e.value.get(goKind) != nil {
		kinds, rt.Kind = append(kinds, goKind), goKind
	}
	found := r.languages(e.value, runtimeShape, e.name)
	for _, language := range found {
		v := language.value
		i := slices.IndexFunc(r.exp.names.languages, func(l LanguageInfo) bool { return l.Name == language.name })
		r.exp.names.languages[i].versionShape().check(v, language.name, r.list)
		kinds = append(kinds, language.name)
		rt.Kind, rt.Version, rt.Dir = language.name, v.text, r.dirOf(v)
	}
	if v := e.value.get("optional"); v.is(isBool) {
		rt.Optional = v.data.(bool)
	}
	if len(kinds) != 1 {
		hint := `such as {python: "3"}`
		if len(kinds) > 1 {
			hint = "keep one of " + strings.Join(kinds, ", ")
		}
		r.list.Add(e.pos, len(e.name), hint, "runtime %s has %d kinds, not one", e.name, len(kinds))
	}
	r.exp.Runtimes = append(r.exp.Runtimes, rt)
}

// dirOf is the directory of the file that a value is written in, as it can be opened from here.
func (r *reader) dirOf(v *value) string {
	if v.layer == commandLayer {
		return filepath.Dir(r.exp.File)
	}
	return filepath.Dir(v.pos.File)
}

// runtime finds a runtime by name.
func (e *Experiment) runtime(name string) Runtime {
	implied := e.names.implied()
	for _, known := range [][]Runtime{e.Runtimes, implied} {
		if i := slices.IndexFunc(known, func(r Runtime) bool { return r.Name == name }); i >= 0 {
			return known[i]
		}
	}
	return implied[0]
}

// runtimeOf is what runs a workload where the matrix does not say it: the one runtime that is declared, or else what the
// workload is written for.
func (e *Experiment) runtimeOf(w *Workload) Runtime {
	switch {
	case w.isCommand():
		return e.runtime(commandKind)
	case w.Kind == programKind:
		return e.runtime(programKind)
	case len(e.Runtimes) == 1:
		return e.Runtimes[0]
	case w.File != "":
		return e.runtime(w.Kind)
	}
	return e.runtime(goKind)
}

// running is the workload of a combination, and what runs it.
func (d design) running(i int) (*Workload, Runtime) {
	e := d.exp
	w := &e.Workloads[0]
	if axis, ok := e.names.axes[matrix.Workload]; ok {
		name := d.level(i, axis).Facets[0].Value
		w = &e.Workloads[slices.IndexFunc(e.Workloads, func(w Workload) bool { return w.Name == name })]
	}
	if axis, ok := e.names.axes[matrix.Runtime]; ok {
		return w, e.runtime(d.level(i, axis).Facets[0].Value.(string))
	}
	return w, e.runtimeOf(w)
}

// fit excludes the combinations that cannot be, such as goroutines in Python, and reports levels that fit nowhere.
func (d design) fit(reasons []string, list *diag.List) {
	e := d.exp
	standalone := !slices.ContainsFunc(e.Workloads, func(w Workload) bool { return !w.standalone() })
	if len(e.Runtimes) > 1 && !d.has(matrix.Runtime) && !standalone {
		names := []string{}
		for _, r := range e.Runtimes {
			names = append(names, r.Name)
		}
		list.Add(e.Runtimes[1].Pos, len(e.Runtimes[1].Name), fmt.Sprintf("add runtime: [%s] to the matrix", strings.Join(names, ", ")), "several runtimes, and none is chosen")
		return
	}
	type level struct{ axis, index int }
	fits, why := map[level]bool{}, map[level]string{}
	any, problem := false, ""
	for i := range d.size {
		if reasons[i] != "" {
			continue
		}
		reasons[i] = d.unfit(i)
		any = any || reasons[i] == ""
		problem = cmpOr(problem, reasons[i])
		for a := range e.Axes {
			at := level{a, d.index(i, a)}
			fits[at] = fits[at] || reasons[i] == ""
			why[at] = cmpOr(why[at], reasons[i])
		}
	}
	if !any && problem != "" {
		w := e.Workloads[0]
		list.Add(w.Pos, len(w.Name), "choose another runtime, executor or workload", "%s", problem)
		return
	}
	for a, axis := range e.Axes {
		for l := range axis.Levels {
			if at := (level{a, l}); !fits[at] && why[at] != "" {
				list.Add(axis.Levels[l].Pos, 1, "take it out, or add what it goes with", "%s fits no cell: %s", levelKey(axis, axis.Levels[l]), why[at])
			}
		}
	}
}

func (d design) has(axis string) bool {
	_, ok := d.exp.names.axes[axis]
	return ok
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// unfit says why a combination cannot be; "" if it can.
func (d design) unfit(i int) string {
	w, rt := d.running(i)
	switch {
	case w.File != "" && rt.Kind != w.Kind:
		return fmt.Sprintf("%s is written for %s: %s cannot run it", w.Name, w.Kind, rt.Name)
	case w.isCommand() != (rt.Kind == commandKind) || (w.Kind == programKind) != (rt.Kind == programKind):
		return fmt.Sprintf("%s is a %s: %s cannot run it", w.Name, w.Kind, rt.Name)
	case w.info != nil && !offers(w.info.Runtimes, rt):
		return fmt.Sprintf("the built-in workload %s is not there in %s", w.Builtin, rt.Kind)
	}
	axis, ok := d.exp.names.axes[matrix.Executor]
	if !ok {
		return ""
	}
	l := d.level(i, axis)
	info := d.exp.names.executors[l.Facets[0].Value.(string)]
	if !offers(info.Runtimes, rt) {
		return fmt.Sprintf("%s has no executor %s%s", rt.Kind, info.Name, d.instead(rt))
	}
	for _, o := range info.Options {
		shown := slices.ContainsFunc(l.Facets, func(f matrix.Facet) bool { return f.Name == o.Name }) || o.Map && l.Options[o.Name] != nil
		if shown && !offers(o.Runtimes, rt) {
			return fmt.Sprintf("%s has no option %s in %s", info.Name, o.Name, rt.Kind)
		}
	}
	return ""
}

// instead names the executors of a runtime that has few.
func (d design) instead(rt Runtime) string {
	var names []string
	for name, info := range d.exp.names.executors {
		if name == info.Name && info.Runtimes != nil && offers(info.Runtimes, rt) {
			names = append(names, name)
		}
	}
	if slices.Sort(names); len(names) == 0 || len(names) > 3 {
		return ""
	}
	return ", but " + strings.Join(names, ", ")
}

// offers tells whether one of the kinds of runtime is this. What a program offers only it knows: it is asked.
func offers(kinds []string, rt Runtime) bool {
	return kinds == nil || rt.Kind == programKind || slices.Contains(kinds, rt.Kind)
}

// options are those of an executor that a runtime has.
func (l *Level) optionsFor(info ExecutorInfo, rt Runtime) map[string]any {
	out := map[string]any{}
	for _, o := range info.Options {
		if v, given := l.Options[o.Name]; given && offers(o.Runtimes, rt) {
			out[o.Name] = v
		}
	}
	return out
}
