package spec

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"bench/runner/internal/expression"
	"bench/runner/internal/matrix"
)

// selector reads a mapping of names to values into a selector; a list stands for any of its values if lists is true.
func (r *reader) selector(v *value, lists bool) (matrix.Selector, bool) {
	var s matrix.Selector
	fine := true
	for _, e := range v.keys {
		t := matrix.Term{Name: e.name}
		if !r.selectable(e, lists) {
			fine = false
			continue
		}
		if e.value.is(isList) && !lists {
			r.fail(e.value, "name one", "%s takes one level here, not a list", e.name)
			fine = false
			continue
		}
		for _, item := range e.value.items() {
			from, to, isRange := parseRange(item.text, r.exp.Cores)
			switch {
			case item.is(isText) && isRange && lists && to-from < maxAnyOf:
				for n := from; n <= to; n++ {
					t.Values = append(t.Values, n)
				}
			case r.typed(item, "level"):
				t.Values = append(t.Values, item.data)
			default:
				fine = false
			}
		}
		switch {
		case e.value.is(isList) && len(e.value.list) == 0:
			r.fail(e.value, "name a level", "%s is an empty list", e.name)
			fine = false
		case len(t.Values) > maxAnyOf:
			r.fail(e.value, "use several entries, or if:", "%s has more than %d values", e.name, maxAnyOf)
			fine = false
		}
		s = append(s, t)
	}
	if len(v.keys) == 0 {
		r.fail(v, "name an axis and a level", "the mapping is empty")
		fine = false
	}
	return r.exp.names.normal(s), fine
}

// selectable refuses a name that is no axis and nothing of an executor in the matrix. What another layer took out of the
// matrix may still be excluded.
func (r *reader) selectable(e entry, lists bool) bool {
	n := &r.exp.names
	if _, ok := n.axisOf(e.name); ok {
		return true
	}
	if i, ok := n.axes[matrix.Executor]; ok && lists && r.exp.Axes[i].layer > e.value.layer && n.possible(e.name) {
		return true
	}
	hint := suggest(e.name, n.selectable())
	if len(n.axes) == 0 {
		hint = "there is no matrix"
	}
	if info, isExecutor := n.executors[e.name]; isExecutor {
		r.list.Add(e.pos, utf8.RuneCountInString(e.name), hint, "executor %s is not in the matrix", info.Name)
		return false
	}
	r.list.Add(e.pos, utf8.RuneCountInString(e.name), hint, "no axis is called %q", shorten(e.name))
	return false
}

func (r *reader) excludes() {
	all := r.root.get("exclude")
	if !all.is(isList) {
		return
	}
	if len(all.list) > maxExcludes {
		r.fail(all, "use if:", "more than %d excludes", maxExcludes)
		return
	}
	for _, v := range all.list {
		if !v.is(isMap) {
			continue
		}
		x := Exclude{Pos: v.pos, width: 1, layer: v.layer}
		fine := true
		if condition := v.get("if"); condition == nil {
			x.Match, fine = r.selector(v, true)
			x.Text = x.Match.String()
		} else {
			fine = r.condition(&x, v, condition)
		}
		if fine {
			r.exp.Excludes = append(r.exp.Excludes, x)
		}
	}
}

func (r *reader) condition(x *Exclude, v, condition *value) bool {
	if len(v.keys) > 1 {
		r.fail(v, "write `and` in the expression, or a second entry", "if stands alone in an exclude")
		return false
	}
	if !condition.is(isText) {
		r.fail(condition, "such as threads > cores", "if takes an expression, not %s", condition.describe())
		return false
	}
	if !r.expressionText(condition) {
		return false
	}
	vars := r.levelVariables()
	vars["cores"] = 0
	p, problems := expression.Compile(condition.Text(), expression.Scope{Variables: vars, Bool: true})
	*r.list = append(*r.list, problems...)
	x.If, x.Text, x.Pos, x.width = p, condition.text, condition.pos, condition.width
	return p != nil
}

// baseline: without one it is the serial cell, where there is one.
func (r *reader) baseline() {
	v := r.root.get("baseline")
	if v.is(isMap) {
		if s, fine := r.selector(v, false); fine {
			r.exp.Baseline, r.exp.BaselinePos = s, v.pos
		}
		return
	}
	i, hasExecutors := r.exp.names.axes[matrix.Executor]
	if v != nil || !hasExecutors {
		return
	}
	serial := matrix.Selector{{Name: matrix.Executor, Values: []any{"serial"}}}
	alone := 0
	for _, l := range r.exp.Axes[i].Levels {
		if serial.MatchFacets(l.Facets) {
			alone++
		}
	}
	if alone == 1 {
		r.exp.Baseline, r.exp.BaselinePos = serial, r.exp.Axes[i].Pos
	}
}

// levelsHint lists the levels of an axis.
func levelsHint(a Axis) string {
	var keys []string
	for _, l := range a.Levels {
		if len(keys) == 12 {
			keys = append(keys, "…")
			break
		}
		keys = append(keys, levelKey(a, l))
	}
	return fmt.Sprintf("%s has %s", a.Name, strings.Join(keys, ", "))
}

// levelKey is how a level is written: threads=2 for an executor, 64 for a parameter.
func levelKey(a Axis, l Level) string {
	if a.Name == matrix.Executor {
		return matrix.NewCell(l.Facets...).Key()
	}
	return matrix.Format(l.Facets[0].Value)
}
