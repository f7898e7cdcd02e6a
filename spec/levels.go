package spec

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"bench/runner/internal/matrix"
)

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
	if !r.typed(v, "level") || !r.countable(v) {
		return nil
	}
	return []Level{{Facets: []matrix.Facet{{Name: axis, Value: v.data}}, Pos: v.pos}}
}

// countable refuses a range whose ends are beyond what can be counted; without this it would be one level, a text.
func (r *reader) countable(v *value) bool {
	if !v.is(isText) || v.style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 || !rangePattern.matches(v.text) {
		return true
	}
	r.fail(v, "use fewer levels", "%s has more than %d levels", shorten(v.text), maxCells)
	return false
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
	case !v.is(isScalar):
		r.fail(v, "write a number, a text, true or false", "a %s cannot be %s", what, v.describe())
	case len(v.text) > maxLevel && (what == "level" || what == "label"):
		r.fail(v, "give it a short label: {label: NAME, text: …}", "a %s is longer than %d bytes", what, maxLevel)
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
	names := map[string]bool{}
	for _, l := range a.Levels {
		for name := range l.Values {
			names[name] = true
		}
	}
	a.linked = sorted(keysOf(names))
	for _, l := range a.Levels {
		for _, name := range a.linked {
			if _, has := l.Values[name]; !has {
				r.list.Add(l.Pos, 1, "add "+name+": to it", "level %s has no %s, which other levels of %s have", matrix.NewCell(l.Facets...).Key(), name, a.Name)
			}
		}
	}
}

// unfilled refuses the name of something in a level: levels are put in place of names, and are not looked at again. Other
// braces stay as they are.
func (r *reader) unfilled() {
	for _, a := range r.exp.Axes {
		for _, l := range a.Levels {
			for _, v := range levelTexts(l) {
				parts, _, _ := splitTemplate(v)
				if i := slices.IndexFunc(parts, func(p part) bool { return p.name != "" && r.exp.names.substitute(p.name) }); i >= 0 {
					r.list.Add(l.Pos, 1, "names are filled in where a workload says what is run", "a level of %s cannot hold {{%s}}", a.Name, parts[i].name)
				}
			}
		}
	}
}

func levelTexts(l Level) (texts []string) {
	note := func(v any) {
		if s, isText := v.(string); isText && strings.Contains(s, "{{") {
			texts = append(texts, s)
		}
	}
	for _, f := range l.Facets {
		note(f.Value)
	}
	for _, v := range l.Values {
		list, _ := v.([]any)
		for _, item := range append(list, v) {
			note(item)
		}
	}
	return texts
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
