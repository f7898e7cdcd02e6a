package spec

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"bench/runner/internal/diag"
	"bench/runner/internal/expression"
)

// argument is one named value of a task, or of the environment.
type argument struct {
	name  string
	field field
	param *ParamInfo // nil: text of the environment
	known bool       // field.data is bound already
}

// kinds are the keys of which a workload has exactly one, besides those of the languages.
var kinds = []string{"builtin", "command", "shell", "program"}

func (r *reader) workloads() {
	all := r.root.get("workloads")
	switch {
	case all == nil:
		r.fail(r.root, "such as workloads: {sum: {builtin: sum_primes}}", "the spec has no workloads")
	case all.is(isMap) && len(all.keys) == 0:
		r.fail(all, "such as {sum: {builtin: sum_primes}}", "the spec has no workloads")
	case all.is(isMap):
		for _, e := range all.keys {
			if e.value.is(isMap) {
				r.workload(e)
			}
		}
	}
}

func (r *reader) workload(e entry) {
	w := Workload{Name: e.name, Pos: e.pos, Combine: "none"}
	if v := e.value.get("combine"); v.is(isText) {
		w.Combine = v.text
	}
	if v := e.value.get("allow"); v.is(isList) {
		for _, item := range v.list {
			w.Allow = append(w.Allow, item.text)
		}
	}
	info := r.workloadKind(e, &w)
	w.info = info
	w.args = r.arguments(e.value.get("args"), info)
	w.tasks = r.taskForm(e.value.get("tasks"), info)
	w.env = r.environment(e.value.get("env"))
	w.Env = constantEnv(w.env)
	r.standalone(e, &w)
	r.around(e.value, &w)
	r.verify(e.value.get("verify"), &w)
	r.provable(e.value, &w)
	if w.Kind == "builtin" {
		r.required(e, &w, info)
	}
	r.exp.Workloads = append(r.exp.Workloads, w)
}

// workloadKind finds which of the kinds it is. The info is nil unless it is a built-in that exists.
func (r *reader) workloadKind(e entry, w *Workload) *BuiltinInfo {
	given := slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return e.value.get(kind) == nil })
	for _, language := range r.languages(e.value, workloadShape, e.name) {
		given = append(given, language.name)
	}
	if len(given) != 1 {
		problem, hint := "no kind", "add one of "+strings.Join(slices.Insert(slices.Clone(kinds), 1, r.exp.names.languageNames()...), ", ")
		if len(given) > 1 {
			problem, hint = strings.Join(given, " and "), "keep one of them"
		}
		r.list.Add(e.pos, utf8.RuneCountInString(e.name), hint, "workload %s has %s", e.name, problem)
		return nil
	}
	w.Kind = given[0]
	v := e.value.get(w.Kind)
	w.base = r.dirOf(v)
	if slices.Contains(r.exp.names.languageNames(), w.Kind) {
		r.function(v, w)
	}
	if w.Kind != "builtin" || !v.is(isText) {
		return nil
	}
	found, ok := r.exp.names.builtins[v.text]
	if !ok {
		r.fail(v, suggest(v.text, sorted(keysOf(r.exp.names.builtins))), "unknown built-in workload %q", shorten(v.text))
		return nil
	}
	w.Builtin = v.text
	return &found
}

// verify compiles the expression. `same-output` is a word of its own.
func (r *reader) verify(v *value, w *Workload) {
	switch {
	case v.is(isMap):
		if form := r.done(v, "verify", argNames(w.args)); form != nil {
			w.proof = &stepForm{"trial", form}
		}
	case !v.is(isText) || !r.expressionText(v):
	case v.text == "same-output":
		w.Same = true
	case diag.Closest(v.text, []string{"same-output"}) != "":
		r.fail(v, `did you mean "same-output"?`, "verify is %q", shorten(v.text))
	default:
		p, problems := expression.Compile(v.Text(), r.verifyScope(w))
		w.Verify = p
		*r.list = append(*r.list, problems...)
	}
}

// arguments reads a mapping of parameters to scalars. info is nil where the parameters are not known.
func (r *reader) arguments(v *value, info *BuiltinInfo) (args []argument) {
	if !v.is(isMap) {
		return nil
	}
	for _, e := range v.keys {
		if !e.value.is(isScalar) {
			r.fail(e.value, "write a number, a text, true or false", "%s cannot be %s", e.name, e.value.describe())
			args = append(args, argument{name: e.name})
			continue
		}
		args = append(args, r.argument(e, info))
	}
	return args
}

// argument reads one value, and binds it at once if it is the same in every cell.
func (r *reader) argument(e entry, info *BuiltinInfo) argument {
	a := argument{name: e.name, field: r.field(e.value)}
	if info != nil {
		i := slices.IndexFunc(info.Params, func(p ParamInfo) bool { return p.Name == e.name })
		if i < 0 {
			r.unknownParam(e, info)
			return a
		}
		a.param = &info.Params[i]
		r.bindConstant(&a.field, a.param)
		a.known = a.field.constant()
	}
	return a
}

func (r *reader) unknownParam(e entry, info *BuiltinInfo) {
	var known []string
	for _, p := range info.Params {
		known = append(known, p.Name)
	}
	hint := suggest(e.name, known)
	if len(known) == 0 {
		hint = "it has none"
	}
	r.list.Add(e.pos, utf8.RuneCountInString(e.name), hint, "%s has no parameter %q", info.Name, shorten(e.name))
}

// bindConstant types the parts of a field that hold no names.
func (r *reader) bindConstant(f *field, p *ParamInfo) {
	for i := range f.items {
		r.bindConstant(&f.items[i], p)
	}
	if f.items != nil || !f.constant() || !f.v.is(isScalar) {
		return
	}
	bound, problem, hint := p.bind(f.data)
	if problem != "" {
		r.fail(f.v, hint, "%s", problem)
		return
	}
	f.data = bound
}

// field reads a value with its {{names}}, and refuses names that mean nothing.
func (r *reader) field(v *value) field {
	return r.fieldWith(v, nil)
}

func (r *reader) fieldWith(v *value, more []string) field {
	f := readField(v, r.list)
	var of *value // whose text it is
	var text diag.Text
	f.names(func(v *value, p part) {
		if len(*r.list) >= maxProblems {
			return
		}
		if of != v {
			of, text = v, v.Text()
		}
		if !r.exp.names.substitute(p.name) && !slices.Contains(more, p.name) {
			known := append(r.exp.names.substitutes(), more...)
			r.list.Add(text.Pos(p.at), utf8.RuneCountInString(p.name)+4, suggest(p.name, known), "{{%s}} names nothing", p.name)
		}
	})
	return f
}

func (r *reader) environment(v *value) (env []argument) {
	if !v.is(isMap) {
		return nil
	}
	for _, e := range v.keys {
		if e.name == "" || strings.ContainsAny(e.name, "=\x00") {
			r.list.Add(e.pos, max(1, len(e.name)), "choose another name", "%q cannot be the name of an environment variable", e.name)
			continue
		}
		if strings.HasPrefix(e.name, valueVariable) {
			r.list.Add(e.pos, len(e.name), "choose another name", "%s is for what is put into shell texts", e.name)
		}
		env = append(env, argument{name: e.name, field: r.field(e.value)})
	}
	return env
}

func constantEnv(env []argument) map[string]string {
	out := map[string]string{}
	for _, a := range env {
		if a.field.constant() {
			out[a.name] = display(a.field.data)
		}
	}
	return out
}

// required: each task has every parameter that has no default, under args or of its own.
func (r *reader) required(e entry, w *Workload, info *BuiltinInfo) {
	misnamed := func(a argument) bool { return a.param == nil } // and reported
	if info == nil || w.tasks.broken || slices.ContainsFunc(w.args, misnamed) {
		return
	}
	for _, p := range info.Params {
		if !p.Required || slices.ContainsFunc(w.args, func(a argument) bool { return a.name == p.Name }) {
			continue
		}
		for _, task := range w.tasks.named() {
			if !slices.Contains(task.names, p.Name) {
				v := e.value.get("builtin")
				if task.v != nil {
					v = task.v
				}
				r.fail(v, fmt.Sprintf("%s: %s", p.Name, p.Doc), "%s needs the parameter %s", info.Name, p.Name)
			}
		}
	}
}

// verifyScope is what verify may name: results in task order, result combined, the levels of the cell, and files; of a
// command also what one task is and gave.
func (r *reader) verifyScope(w *Workload) expression.Scope {
	vars := r.levelVariables()
	if w.isCommand() {
		for _, name := range w.own() {
			vars[name] = nil
		}
		vars["stdout"], vars["exit"] = "", 0
	}
	vars["results"], vars["result"], vars["files"] = []any{}, nil, map[string]any{}
	return expression.Scope{Variables: vars, Bool: true}
}

// levelVariables has an example of each axis's levels, which gives the type: nil where they are of several types.
func (r *reader) levelVariables() map[string]any {
	vars := map[string]any{"executor": "", "workers": 0}
	for _, a := range r.exp.Axes {
		if a.Name == "executor" || len(a.Levels) == 0 {
			continue
		}
		example := a.Levels[0].Facets[0].Value
		for _, l := range a.Levels {
			if fmt.Sprintf("%T", l.Facets[0].Value) != fmt.Sprintf("%T", example) {
				example = nil
				break
			}
		}
		vars[a.Name] = example
	}
	return vars
}
