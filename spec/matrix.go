package spec

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"unicode/utf8"

	"bench/runner/internal/matrix"
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
		for i, e := range m.keys {
			if i == maxAxes {
				r.fail(m, "use fewer", "the matrix has more than %d axes", maxAxes)
				break
			}
			r.axis(e)
		}
	}
	r.collisions()
	r.unfilled()
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
		read = r.namedLevels("runtime", matrix.Runtime, r.runtimeNames())
	case matrix.Workload:
		read = r.namedLevels("workload", matrix.Workload, r.workloadNames())
	default:
		if !r.axisName(e) {
			return
		}
	}
	problems := len(*r.list)
	seen := map[string]int{}
	most := maxCells
	if e.name == matrix.Executor {
		most = maxVariants
	}
	for _, item := range levels.items() {
		for _, level := range read(e.name, item) {
			r.addLevel(&axis, seen, item, level)
		}
		if len(axis.Levels) > most {
			r.fail(item, "use fewer levels", "axis %s has more than %d levels", e.name, most)
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

// addLevel keeps equal levels once: 2 and cores on two cores. seen has the index of each level by its facets.
func (r *reader) addLevel(a *Axis, seen map[string]int, v *value, level Level) {
	facets := slices.Clone(level.Facets)
	for i, f := range facets {
		if x, isFloat := f.Value.(float64); isFloat && x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			facets[i].Value = int(x) // 1.0 is the level 1 to a selector
		}
	}
	key := matrix.NewCell(facets...).Encoded()
	i, twice := seen[key]
	if !twice {
		seen[key] = len(a.Levels)
		a.Levels = append(a.Levels, level)
		return
	}
	if l := a.Levels[i]; !reflect.DeepEqual(l.Values, level.Values) || !reflect.DeepEqual(l.Options, level.Options) {
		r.fail(v, "give one of them another label, or take it out", "level %s is there twice, with different values", levelKey(*a, level))
	}
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
	case len(e.name) > maxName:
		r.list.Add(e.pos, width, "a shorter one will do", "the name %q is longer than %d characters", shorten(e.name), maxName)
	case !identPattern.matches(e.name):
		hint := "letters, digits and _, beginning with a letter"
		r.list.Add(e.pos, width, hint, "%q cannot be the name of an axis", shorten(e.name))
	case slices.Contains(reserved, e.name):
		hint := "choose another name"
		if e.name == matrix.Workers {
			hint = "worker counts stand with their executor: executor: [{threads: [1, 2]}]"
		}
		r.list.Add(e.pos, width, hint, "an axis cannot be called %s: the word has a meaning of its own", e.name)
	default:
		return true
	}
	return false
}

func (r *reader) runtimeNames() (names []string) {
	for _, rt := range append(r.exp.Runtimes, r.exp.names.implied()...) {
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

// idle refuses an axis that is called like an executor and that no workload uses: it would change nothing, and read as if
// it did.
func (r *reader) idle() {
	for _, a := range r.exp.Axes {
		info, isExecutor := r.exp.names.executors[a.Name]
		used := slices.ContainsFunc(r.exp.Workloads, func(w Workload) bool {
			return slices.Contains(w.usedNames(), a.Name)
		})
		if isExecutor && !r.exp.names.running[info.Name] && !used {
			r.list.Add(a.Pos, len(a.Name), fmt.Sprintf("write executor: [{%s: [1, 2]}]; a parameter of that name is used as {{%s}}", a.Name, a.Name),
				"%s is an executor, not an axis", a.Name)
		}
	}
}

func (r *reader) bound(m *value) {
	v := m
	if v == nil {
		v = r.root.get("workloads")
	}
	cells := 1
	for _, a := range r.exp.Axes {
		if cells *= max(1, len(a.Levels)); cells > maxCells {
			r.fail(v, "use fewer levels, or several experiments", "the matrix has more than %d cells", maxCells)
			return
		}
	}
	keys := 0 // B: each level stands in the keys of as many cells as the other axes have combinations
	for _, a := range r.exp.Axes {
		for _, l := range a.Levels {
			for _, f := range l.Facets {
				keys += cells / len(a.Levels) * (len(f.Name) + len(display(f.Value)))
			}
		}
	}
	if keys > maxKeys {
		r.fail(v, "use shorter levels: {label: NAME, text: …} names a long one", "the keys of the %d cells are longer than %d MiB together", cells, maxKeys>>20)
	}
}
