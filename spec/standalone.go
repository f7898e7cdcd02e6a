package spec

import (
	"cmp"
	"fmt"
	"slices"
)

// standalone reads what only commands, shell texts and programs have.
func (r *reader) standalone(e entry, w *Workload) {
	switch {
	case w.isCommand():
		w.program = r.commandForm(e.value.get(w.Kind), w.own())
	case w.Kind == programKind:
		w.program = r.commandForm(e.value.get(w.Kind), nil)
	}
	if w.isCommand() {
		r.shadows(e.value, w)
	}
	for _, key := range []string{"stdin", "exit"} {
		if v := e.value.get(key); v != nil && !w.isCommand() && w.Kind != "" {
			r.fail(v, "take it out, or write command: […]", "%s is for command and shell", key)
		}
	}
	if v := e.value.get("combine"); v != nil && w.isCommand() && w.Combine != "none" {
		r.fail(v, "a command's result is its exit status, and what it wrote", "the results of commands cannot be combined")
	}
	if v := e.value.get("stdin"); v.is(isText) {
		w.stdin, w.stdinBase = r.fieldWith(v, w.own()), r.dirOf(v)
	}
	if v := e.value.get("exit"); v.is(isText) {
		for status := range 256 {
			w.exits = append(w.exits, status)
		}
	}
	for _, item := range e.value.get("exit").items() {
		if item.is(isInt) {
			w.exits = append(w.exits, item.data.(int))
		}
	}
}

// shadows refuses names of arguments and tasks that mean something else in a command.
func (r *reader) shadows(v *value, w *Workload) {
	for _, name := range w.own() {
		if r.exp.names.substitute(name) || slices.Contains(reserved, name) {
			at := cmp.Or(v.get("tasks"), v.get("args"))
			r.fail(at, "choose another name", "%s has the name of something else: {{%s}} would be open", name, name)
		}
	}
}

// around reads where a workload runs, and what is done before and after.
func (r *reader) around(v *value, w *Workload) {
	if d := v.get("dir"); d.is(isText) {
		w.dir, w.base = r.field(d), r.dirOf(d)
	}
	if s := v.get("scaling"); s.is(isText) {
		w.Weak = s.text == "weak"
	}
	if o := v.get("optional"); o.is(isBool) {
		w.Optional = o.data.(bool)
	}
	for _, item := range v.get("requires").items() {
		if item.is(isText) {
			w.Requires = append(w.Requires, item.text)
		}
	}
	w.prepare, w.cleanup = r.steps(v.get("prepare"), argNames(w.args)), r.steps(v.get("cleanup"), argNames(w.args))
	r.overwritten(v.get("prepare"), w)
}

// overwritten refuses a preparation of the run that differs from cell to cell where the workload does not: all cells would
// find what the last one left.
func (r *reader) overwritten(v *value, w *Workload) {
	used := map[string]bool{}
	steps := w.prepare
	w.prepare = nil
	for _, name := range w.usedNames() {
		used[name] = true
	}
	w.prepare = steps
	for _, s := range steps {
		differs, shared := "", false
		s.form.names(func(_ *value, p part) {
			shared = shared || p.name == "dir"
			if !used[p.name] && !r.exp.names.late[p.name] && r.exp.names.substitute(p.name) && p.name != "cores" {
				differs = p.name
			}
		})
		if differs != "" && shared && used["dir"] && s.each != "trial" {
			r.fail(v, fmt.Sprintf("name the file by it, such as {{dir}}/in-{{%s}}, in both", differs),
				"prepare differs by {{%s}}, and the workload does not: all cells would find what the last one left in {{dir}}", differs)
		}
	}
}

// proofs are verify where it is a command.
func (w *Workload) proofs() []*stepForm {
	if w.proof == nil {
		return nil
	}
	return []*stepForm{w.proof}
}
