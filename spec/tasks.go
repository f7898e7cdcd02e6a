package spec

import (
	"strconv"
	"unicode/utf8"
)

// The forms of `tasks`.
type formKind int

const (
	once   formKind = iota // no tasks: one call
	count                  // 4
	ranged                 // {range: N or [LO, HI], chunk: C}
	split                  // {split: {n: N}}
	zipped                 // {n: [a, b, c], m: 1}
	each                   // [{n: 1}, {n: 2}]
)

// taskForm is `tasks` as written.
type taskForm struct {
	kind   formKind
	v      *value
	count  field
	lo, hi field
	chunk  field
	args   []argument   // of split and zipped
	each   [][]argument // of each
	broken bool         // reported, and better left alone
}

// taskNames are the parameters that one task has from `tasks`; v is where it is written.
type taskNames struct {
	v     *value
	names []string
}

func (t taskForm) named() []taskNames {
	switch t.kind {
	case ranged:
		return []taskNames{{t.v, []string{"lo", "hi"}}}
	case split, zipped:
		return []taskNames{{t.v, argNames(t.args)}}
	case each:
		var all []taskNames
		for i, args := range t.each {
			all = append(all, taskNames{t.v.list[i], argNames(args)})
		}
		return all
	}
	return []taskNames{{nil, nil}}
}

func argNames(args []argument) (names []string) {
	for _, a := range args {
		names = append(names, a.name)
	}
	return names
}

// taskForm tells the forms apart and reads the one it is.
func (r *reader) taskForm(v *value, info *BuiltinInfo) taskForm {
	t := taskForm{v: v}
	problems := len(*r.list)
	switch {
	case v == nil:
	case v.is(isInt | isText):
		t.kind, t.count = count, r.field(v)
		if n, isInt := t.count.data.(int); isInt && (n < 1 || n > maxCalls) {
			r.fail(v, "from 1 to "+strconv.Itoa(maxCalls), "%d is no number of calls", n)
		} else if v.is(isText) && t.count.constant() {
			r.fail(v, `such as 4 or "{{workers}}"`, "%s is no number of calls", v.describe())
		}
	case v.is(isList):
		r.eachTask(&t, v, info)
	case v.is(isMap) && v.get("range") != nil:
		r.rangeTasks(&t, v, info)
	case v.is(isMap) && v.get("split") != nil:
		r.splitTasks(&t, v, info)
	case v.is(isMap):
		r.zippedTasks(&t, v, info)
	}
	t.broken = len(*r.list) > problems
	return t
}

func (r *reader) eachTask(t *taskForm, v *value, info *BuiltinInfo) {
	t.kind = each
	if len(v.list) == 0 {
		r.fail(v, "write at least one mapping, or leave tasks out", "tasks has no task")
	}
	for _, item := range v.list {
		t.each = append(t.each, r.arguments(item, info))
	}
}

// only refuses keys besides those of a form.
func (r *reader) only(v *value, form string, known ...string) {
	for _, e := range v.keys {
		found := false
		for _, k := range known {
			found = found || e.name == k
		}
		if !found {
			r.list.Add(e.pos, utf8.RuneCountInString(e.name), "what is the same for every task belongs under args", "unknown key %q in tasks with %s", shorten(e.name), form)
		}
	}
}

func (r *reader) rangeTasks(t *taskForm, v *value, info *BuiltinInfo) {
	t.kind = ranged
	r.only(v, "range", "range", "chunk")
	r.hasParams(v, info, "lo", "hi")
	bounds := v.get("range")
	t.lo = field{data: 0}
	switch {
	case bounds.is(isInt | isText):
		t.hi = r.whole(bounds)
	case bounds.is(isList) && len(bounds.list) == 2:
		t.lo, t.hi = r.whole(bounds.list[0]), r.whole(bounds.list[1])
	default:
		r.fail(bounds, "such as 1000 or [100, 1000]", "range takes a number or [LO, HI], not %s", bounds.describe())
	}
	chunk := v.get("chunk")
	if chunk == nil {
		r.fail(v, `add chunk: 1000, or chunk: "{{chunk}}" and an axis`, "tasks with range has no chunk")
		return
	}
	t.chunk = r.whole(chunk)
	if n, isInt := t.chunk.data.(int); isInt && n < 1 {
		r.fail(chunk, "at least 1", "chunk is %d", n)
	}
	lo, loConst := t.lo.data.(int)
	if hi, hiConst := t.hi.data.(int); loConst && hiConst && hi <= lo {
		r.fail(bounds, "the first bound must be less than the second", "the range is empty")
	}
}

// whole reads a whole number, or a name that stands for one.
func (r *reader) whole(v *value) field {
	f := r.field(v)
	if f.constant() && !v.is(isInt) {
		if f.parts == nil && v.is(isText) {
			if n, err := parseSize(v.text); err == nil {
				f.data = n
				return f
			}
		}
		r.fail(v, "", "a whole number is wanted, not %s", v.describe())
	}
	return f
}

func (r *reader) hasParams(v *value, info *BuiltinInfo, names ...string) {
	if info == nil {
		return
	}
	for _, name := range names {
		found := false
		for _, p := range info.Params {
			found = found || p.Name == name
		}
		if !found {
			r.fail(v, "range gives each task lo and hi", "%s has no parameter %s", info.Name, name)
		}
	}
}

func (r *reader) splitTasks(t *taskForm, v *value, info *BuiltinInfo) {
	t.kind = split
	r.only(v, "split", "split")
	parts := v.get("split")
	if !parts.is(isMap) || len(parts.keys) == 0 {
		r.fail(parts, "such as {n: 500000}", "split takes a mapping of parameters to totals, not %s", parts.describe())
		return
	}
	t.args = r.arguments(parts, info)
	for i, e := range parts.keys {
		if i >= len(t.args) || t.args[i].param == nil {
			continue
		}
		_, whole := t.args[i].param.Default.(int)
		n, isInt := t.args[i].field.data.(int)
		switch {
		case !whole:
			r.fail(e.value, "only a whole number can be split", "%s of %s is no whole number", e.name, info.Name)
		case isInt && n < 0:
			r.fail(e.value, "0 or more", "%s is %d", e.name, n)
		}
	}
}

// zippedTasks reads parameters with lists of equal lengths; a scalar repeats.
func (r *reader) zippedTasks(t *taskForm, v *value, info *BuiltinInfo) {
	t.kind = zipped
	if len(v.keys) == 0 {
		r.fail(v, "such as {n: [1, 2, 3]}", "tasks is an empty mapping")
	}
	length, first := -1, ""
	for _, e := range v.keys {
		switch {
		case e.value.is(isList):
			for _, item := range e.value.list {
				if !item.is(isScalar) {
					r.fail(item, "write a number, a text, true or false", "a value of %s cannot be %s", e.name, item.describe())
				}
			}
			if length >= 0 && len(e.value.list) != length {
				r.fail(e.value, "lists under tasks go together, element by element", "%s has %d values, %s has %d", e.name, len(e.value.list), first, length)
			}
			if len(e.value.list) == 0 {
				r.fail(e.value, "write at least one value", "%s is an empty list", e.name)
			}
			if length < 0 {
				length, first = len(e.value.list), e.name
			}
		case !e.value.is(isScalar):
			r.fail(e.value, "write a value, or a list with one for each task", "%s cannot be %s", e.name, e.value.describe())
			continue
		}
		t.args = append(t.args, r.argument(e, info))
	}
}
