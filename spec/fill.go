package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// filler fills the names of workloads in, cell by cell. Cells that give a workload's names the same values share their
// tasks and environment: nobody may change them.
type filler struct {
	design
	list   *diag.List
	used   map[*Workload][]string // the names that a workload has in its args, tasks and env
	cache  map[string]filled
	failed map[diag.Pos]bool // each place is reported for one cell
	made   int               // different tasks so far
	values int               // of those
	calls  int               // of all kept task lists
	bytes  int               // of texts with names
}

// filled is what a workload comes to for some values of its names.
type filled struct {
	tasks  []map[string]any
	env    map[string]string
	amount string // of work, in words; "" if it could not be told

	commands         []*Command
	program          []string
	dir              string
	prepare, cleanup []*Step
	proof            *Step
}

func newFiller(d design, list *diag.List) *filler {
	f := &filler{design: d, list: list, used: map[*Workload][]string{},
		cache: map[string]filled{}, failed: map[diag.Pos]bool{}}
	for i := range d.exp.Workloads {
		w := &d.exp.Workloads[i]
		f.used[w] = w.usedNames()
	}
	return f
}

func (w *Workload) usedNames() []string {
	var names []string
	note := func(_ *value, p part) { names = append(names, p.name) }
	for _, list := range append([][]argument{w.args, w.env, w.tasks.args}, w.tasks.each...) {
		for _, a := range list {
			a.field.names(note)
		}
	}
	for _, f := range []field{w.tasks.count, w.tasks.lo, w.tasks.hi, w.tasks.chunk} {
		f.names(note)
	}
	if w.tasks.kind == split {
		names = append(names, matrix.Workers)
	}
	w.dir.names(note)
	w.stdin.names(note)
	w.program.names(note)
	for _, s := range slices.Concat(w.prepare, w.cleanup, w.proofs()) {
		s.form.names(note)
	}
	return sorted(names)
}

// cell completes a planned cell whose Facets are set, and gives its amount of work.
func (f *filler) cell(i int, c *PlannedCell) (amount string) {
	c.Executor, c.Workers = "serial", 1
	c.Workload, c.Runtime = f.running(i)
	for _, facet := range c.Facets {
		switch facet.Name {
		case matrix.Executor:
			c.Executor = facet.Value.(string)
		case matrix.Workers:
			c.Workers = facet.Value.(int)
		}
	}
	if axis, ok := f.exp.names.axes[matrix.Executor]; ok {
		c.Options = f.level(i, axis).optionsFor(f.exp.names.executors[c.Executor], c.Runtime)
	} else {
		c.Options = f.exp.names.executors[c.Executor].defaults(c.Runtime)
	}
	get := f.lookup(i, c)
	key := c.Workload.Name
	for _, name := range f.used[c.Workload] {
		if axis, isLinked := f.exp.names.linked[name]; isLinked { // which may be a long list or text
			key += fmt.Sprintf("\x00%d", f.index(i, axis))
			continue
		}
		v, _ := get(name)
		key += fmt.Sprintf("\x00%T%s", v, display(v))
	}
	done, known := f.cache[key]
	if !known && f.bytes <= maxFilled && f.calls <= maxCalls && f.made <= maxTasks && f.values <= maxValues {
		done = f.fill(c, get)
		f.cache[key] = done
	}
	c.Tasks, c.Env, c.Commands, c.Program, c.Dir = done.tasks, done.env, done.commands, done.program, done.dir
	c.Prepare, c.Cleanup, c.Proof = done.prepare, done.cleanup, done.proof
	return done.amount
}

func (e ExecutorInfo) defaults(rt Runtime) map[string]any {
	options := map[string]any{}
	for _, o := range e.Options {
		if !o.Map && offers(o.Runtimes, rt) {
			options[o.Name] = o.Default
		}
	}
	return options
}

// lookup gives the names that one cell has values for.
func (f *filler) lookup(i int, c *PlannedCell) lookup {
	return func(name string) (any, bool) {
		switch name {
		case matrix.Workers:
			return c.Workers, true
		case "cores":
			return f.exp.Cores, true
		}
		for _, facet := range c.Facets {
			if facet.Name == name {
				return facet.Value, true
			}
		}
		if axis, ok := f.exp.names.linked[name]; ok {
			v, ok := f.level(i, axis).Values[name]
			return v, ok
		}
		if v, ok := c.Options[name]; ok {
			return v, ok
		}
		return Late(name), f.exp.names.late[name]
	}
}

// fill makes the tasks of one cell. Problems are reported, and leave tasks out.
func (f *filler) fill(c *PlannedCell, get lookup) filled {
	w := filling{filler: f, cell: c, get: get, fine: true}
	out := filled{env: c.Workload.Env}
	for _, a := range c.Workload.env {
		if !a.field.constant() {
			out.env = maps.Clone(out.env)
			w.spend(a.field.v, 64*len(c.Workload.env))
			break
		}
	}
	for _, a := range c.Workload.env {
		if v := w.value(a); !a.field.constant() && w.fine {
			out.env[a.name] = w.argument(a.field, display(v))
		}
	}
	base := map[string]any{}
	if c.Workload.info != nil {
		for _, p := range c.Workload.info.Params {
			if !p.Required {
				base[p.Name] = p.Default
			}
		}
	}
	w.add(base, c.Workload.args)
	out.tasks, out.amount = w.tasks(c.Workload.tasks, base)
	w.around(c.Workload, &out, base)
	return out
}

// around fills in what is run beside functions: commands, a program, steps, and where.
func (w *filling) around(form *Workload, out *filled, args map[string]any) {
	out.dir = w.dir(form)
	switch {
	case form.isCommand():
		out.commands, out.dir = w.commands(form, out.tasks), ""
	case form.Kind == programKind:
		out.program = w.command(form.program, w.get).Argv
	}
	out.prepare, out.cleanup = w.steps(form, form.prepare, args), w.steps(form, form.cleanup, args)
	for _, s := range w.steps(form, form.proofs(), args) {
		out.proof = s
	}
}

// filling is the work on one cell.
type filling struct {
	*filler
	cell *PlannedCell
	get  lookup
	fine bool
}

// fail reports a problem once for each place.
func (w *filling) fail(v *value, hint, format string, args ...any) {
	w.fine = false
	if w.failed[v.pos] {
		return
	}
	w.failed[v.pos] = true
	if key := w.cell.Cell.Key(); key != "" {
		format, args = format+", in cell %s", append(args, key)
	}
	w.list.Add(v.pos, v.width, hint, format, args...)
}

// value is an argument's value in this cell, typed for its parameter.
func (w *filling) value(a argument) any {
	if a.known {
		return a.field.native()
	}
	v, missing := a.field.fill(w.get)
	if missing != "" {
		w.missing(a.field, missing)
		return nil
	}
	if text, isText := v.(string); isText && a.param != nil {
		w.filled(a.field, text)
	}
	if a.param == nil {
		return v
	}
	list, isList := v.([]any)
	if !isList {
		return w.bind(a, v)
	}
	bound := make([]any, len(list))
	for i, item := range list {
		bound[i] = w.bind(a, item)
	}
	return bound
}

func (w *filling) bind(a argument, v any) any {
	bound, problem, hint := a.param.bind(v)
	if problem != "" {
		w.fail(a.field.v, hint, "%s", problem)
	}
	return bound
}

// native is a field without names: its value, or a list of them.
func (f field) native() any {
	if f.items == nil {
		return f.data
	}
	list := make([]any, len(f.items))
	for i, item := range f.items {
		list[i] = item.native()
	}
	return list
}

// add puts arguments that have one value into a task.
func (w *filling) add(task map[string]any, args []argument) {
	for _, a := range args {
		v := w.value(a)
		if _, isList := v.([]any); isList {
			w.fail(a.field.v, "a list stands under tasks: one call an element", "%s takes one value here, not a list", a.name)
			continue
		}
		task[a.name] = v
	}
}

// whole is a field that must be a whole number.
func (w *filling) whole(f field) int {
	v, missing := f.fill(w.get)
	if missing != "" {
		w.missing(f, missing)
		return 1
	}
	switch v := v.(type) {
	case int:
		return v
	case string:
		if n, err := parseSize(v); err == nil {
			return n
		}
		w.fail(f.v, "", "a whole number is wanted, not %q", shorten(v))
		return 1
	}
	w.fail(f.v, "", "a whole number is wanted, not %s", strings.TrimSpace(display(v)))
	return 1
}
