package spec

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"runner/internal/matrix"
)

// matrix reads the axes; false if one of them could not be read, so that what depends on them is better left alone.
func (r *reader) matrix() bool {
	before := len(*r.list)
	m := r.root.get("matrix")
	workloads := r.root.get("workloads")
	if workloads.is(isMap) && len(workloads.keys) > 1 && m.get(matrix.Workload) == nil {
		axis := Axis{Name: matrix.Workload, Pos: workloads.pos}
		for _, e := range workloads.keys {
			axis.Levels = append(axis.Levels, Level{Facets: []matrix.Facet{{Name: matrix.Workload, Value: e.name}}, Pos: e.pos})
		}
		r.addAxis(axis)
	}
	if m.is(isMap) {
		for _, e := range m.keys {
			r.axis(e)
		}
	}
	r.collisions()
	r.bound(m)
	return len(*r.list) == before
}

func (r *reader) addAxis(a Axis) {
	r.exp.names.axes[a.Name] = len(r.exp.Axes)
	for _, name := range a.linked {
		r.exp.names.linked[name] = len(r.exp.Axes)
	}
	r.exp.Axes = append(r.exp.Axes, a)
}

// axis reads one entry of the matrix.
func (r *reader) axis(e entry) {
	levels, def := splitAxis(e.value)
	axis := Axis{Name: e.name, Pos: e.pos, layer: e.value.layer}
	if levels == nil {
		r.list.Add(e.pos, utf8.RuneCountInString(e.name), "add levels: […]", "axis %s has a default but no levels", e.name)
		return
	}
	axis.layer = max(axis.layer, levels.layer)
	if splits := levels != e.value; splits {
		r.splitKeys(e)
	}
	read := r.parameterLevels
	switch e.name {
	case matrix.Executor:
		read = r.executorLevels
	case matrix.Runtime:
		read = r.namedLevels("runtime", matrix.Runtime, append(r.runtimeNames(), "go"))
	case matrix.Workload:
		read = r.namedLevels("workload", matrix.Workload, r.workloadNames())
	default:
		if !r.axisName(e) {
			return
		}
	}
	problems := len(*r.list)
	for _, item := range levels.items() {
		for _, level := range read(e.name, item) {
			r.addLevel(&axis, item, level)
		}
		if len(axis.Levels) > maxCells {
			r.fail(item, "use fewer levels", "axis %s has more than %d levels", e.name, maxCells)
			return
		}
	}
	if len(axis.Levels) == 0 && len(*r.list) == problems {
		r.fail(levels, "give it one, or take it out", "axis %s has no level", e.name)
	}
	r.defaultLevel(&axis, def)
	r.sameLinks(&axis)
	r.addAxis(axis)
}

// addLevel keeps equal levels once: 2 and cores on two cores.
func (r *reader) addLevel(a *Axis, v *value, level Level) {
	for _, l := range a.Levels {
		if !slices.EqualFunc(l.Facets, level.Facets, func(f, g matrix.Facet) bool { return f.Name == g.Name && matrix.Equal(f.Value, g.Value) }) {
			continue
		}
		if !reflect.DeepEqual(l.Values, level.Values) || !reflect.DeepEqual(l.Options, level.Options) {
			r.fail(v, "give one of them another label, or take it out", "level %s is there twice, with different values", levelKey(*a, level))
		}
		return
	}
	a.Levels = append(a.Levels, level)
}

func (r *reader) splitKeys(e entry) {
	for _, k := range e.value.keys {
		if k.name != "levels" && k.name != "default" {
			r.list.Add(k.pos, utf8.RuneCountInString(k.name), suggest(k.name, []string{"levels", "default"}), "unknown key %q in axis %s", k.name, e.name)
		}
	}
}

func (r *reader) axisName(e entry) bool {
	width := utf8.RuneCountInString(e.name)
	switch {
	case !identPattern.MatchString(e.name):
		hint := "letters, digits and _, beginning with a letter"
		r.list.Add(e.pos, width, hint, "%q cannot be the name of an axis", shorten(e.name))
	case slices.Contains(reserved, e.name):
		r.list.Add(e.pos, width, "choose another name", "an axis cannot be called %s: the word has a meaning of its own", e.name)
	default:
		return true
	}
	return false
}

func (r *reader) runtimeNames() (names []string) {
	for _, rt := range r.exp.Runtimes {
		names = append(names, rt.Name)
	}
	return names
}

func (r *reader) workloadNames() (names []string) {
	if w := r.root.get("workloads"); w.is(isMap) {
		for _, e := range w.keys {
			names = append(names, e.name)
		}
	}
	return names
}

// namedLevels reads levels that are names of something else.
func (r *reader) namedLevels(what, axis string, known []string) func(string, *value) []Level {
	return func(_ string, v *value) []Level {
		switch {
		case v.is(isText) && slices.Contains(known, v.text):
			return []Level{{Facets: []matrix.Facet{{Name: axis, Value: v.text}}, Pos: v.pos}}
		case v.is(isText):
			r.fail(v, suggest(v.text, known), "unknown %s %q", what, shorten(v.text))
		case v.is(isNumber):
			r.fail(v, fmt.Sprintf("write %q in quotes", v.text), "a %s is named by text, not %s", what, v.describe())
		default:
			r.fail(v, suggest("", known), "a %s is named by text, not %s", what, v.describe())
		}
		return nil
	}
}

// parameterLevels reads a scalar, a range such as 1..4, or a mapping of linked values with their label.
func (r *reader) parameterLevels(axis string, v *value) []Level {
	if v.is(isMap) {
		return r.linkedLevel(axis, v)
	}
	if from, to, ok := parseRange(v.text, r.exp.Cores); ok && v.is(isText) {
		return r.spread(v, from, to, func(n int) Level {
			return Level{Facets: []matrix.Facet{{Name: axis, Value: n}}, Pos: v.pos}
		})
	}
	if !r.typed(v, "level") {
		return nil
	}
	return []Level{{Facets: []matrix.Facet{{Name: axis, Value: v.data}}, Pos: v.pos}}
}

// spread makes a level of each number of a range. A range up to `cores` may be empty on a small machine.
func (r *reader) spread(v *value, from, to int, level func(int) Level) (levels []Level) {
	switch {
	case to-from >= maxCells:
		r.fail(v, "use fewer levels", "%s has more than %d levels", v.text, maxCells)
		return nil
	case to < from && !strings.Contains(v.text, "cores"):
		r.fail(v, fmt.Sprintf("write %d..%d", to, from), "%s counts down", v.text)
		return nil
	}
	for n := from; n <= to; n++ {
		levels = append(levels, level(n))
	}
	return levels
}

// typed refuses what is no int, float, bool or text.
func (r *reader) typed(v *value, what string) bool {
	switch {
	case v.is(isNull):
		r.fail(v, `write a value, or "null" in quotes if that is meant`, "a %s that is nothing cannot be typed", what)
	case v.is(isFloat) && (math.IsNaN(v.data.(float64)) || math.IsInf(v.data.(float64), 0)):
		r.fail(v, "write a finite number, or quote it", "a %s cannot be %s", what, v.text)
	case v.is(isText) && strings.Contains(v.text, "{{"):
		r.fail(v, "names are filled in under args, tasks and env", "a %s cannot hold {{…}}", what)
	case !v.is(isScalar):
		r.fail(v, "write a number, a text, true or false", "a %s cannot be %s", what, v.describe())
	default:
		return true
	}
	return false
}

// linkedLevel reads {label: small, n: 10, m: [1, 2]}.
func (r *reader) linkedLevel(axis string, v *value) []Level {
	label := v.get("label")
	if label == nil {
		r.fail(v, "add label: NAME, which cell keys will show", "a level of %s that is a mapping needs a label", axis)
		return nil
	}
	if !r.typed(label, "label") {
		return nil
	}
	level := Level{Facets: []matrix.Facet{{Name: axis, Value: label.data}}, Values: map[string]any{}, Pos: v.pos}
	for _, e := range v.keys {
		switch {
		case e.name == "label":
		case !r.axisName(e):
		case e.value.is(isList):
			for _, item := range e.value.list {
				r.typed(item, "value")
			}
			level.Values[e.name] = e.value.native()
		case r.typed(e.value, "value"):
			level.Values[e.name] = e.value.data
		}
	}
	return []Level{level}
}

// sameLinks: a linked value is there in all levels of its axis, so that {{name}} always has a value.
func (r *reader) sameLinks(a *Axis) {
	for _, l := range a.Levels {
		for name := range l.Values {
			if !slices.Contains(a.linked, name) {
				a.linked = append(a.linked, name)
			}
		}
	}
	slices.Sort(a.linked)
	for _, l := range a.Levels {
		for _, name := range a.linked {
			if _, has := l.Values[name]; !has {
				r.list.Add(l.Pos, 1, "add "+name+": to it", "level %s has no %s, which other levels of %s have", matrix.NewCell(l.Facets...).Key(), name, a.Name)
			}
		}
	}
}

// defaultLevel notes the level that identities leave out. It need not be among the levels of this run.
func (r *reader) defaultLevel(a *Axis, v *value) {
	switch {
	case v == nil:
	case a.Name == matrix.Executor:
		if levels := r.executorLevels(a.Name, v); len(levels) == 1 {
			a.Default = matrix.NewCell(levels[0].Facets...).Key()
		} else if levels != nil {
			r.fail(v, "name one level, such as serial or {threads: 1}", "the default of executor is %d levels", len(levels))
		}
	case r.typed(v, "default"):
		a.Default = v.data
	}
}

// collisions: no two things may answer to one name in selectors and templates.
func (r *reader) collisions() {
	n := &r.exp.names
	for i, a := range r.exp.Axes {
		info, isExecutor := n.executors[a.Name]
		switch {
		case isExecutor && n.running[info.Name]:
			r.list.Add(a.Pos, len(a.Name), "choose another name", "axis %s is called like an executor of this matrix", a.Name)
		case n.options[a.Name]:
			r.list.Add(a.Pos, len(a.Name), "choose another name", "axis %s is called like an option of an executor of this matrix", a.Name)
		}
		for _, name := range a.linked {
			other, isLinked := n.linked[name]
			_, isAxis := n.axes[name]
			if isAxis || n.options[name] || isLinked && other != i {
				r.list.Add(a.Levels[0].Pos, 1, "choose another name", "linked value %s of axis %s has the name of something else", name, a.Name)
			}
		}
	}
}

func (r *reader) bound(m *value) {
	cells := 1
	for _, a := range r.exp.Axes {
		if cells *= max(1, len(a.Levels)); cells > maxCells {
			v := m
			if v == nil {
				v = r.root.get("workloads")
			}
			r.fail(v, "use fewer levels, or several experiments", "the matrix has more than %d cells", maxCells)
			return
		}
	}
}
