package spec

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"runner/internal/diag"
	"runner/internal/expression"
	"runner/internal/matrix"
)

// selector reads a mapping of names to values into a selector; a list stands for any of its values if lists is true.
func (r *reader) selector(v *value, lists bool) (matrix.Selector, bool) {
	var s matrix.Selector
	fine := true
	for _, e := range v.keys {
		t := matrix.Term{Name: e.name}
		if !r.selectable(e) {
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
			case item.is(isText) && isRange && lists && to-from < maxCells:
				for n := from; n <= to; n++ {
					t.Values = append(t.Values, n)
				}
			case r.typed(item, "level"):
				t.Values = append(t.Values, item.data)
			default:
				fine = false
			}
		}
		if e.value.is(isList) && len(e.value.list) == 0 {
			r.fail(e.value, "name a level", "%s is an empty list", e.name)
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

func (r *reader) selectable(e entry) bool {
	n := &r.exp.names
	if _, ok := n.axisOf(e.name); ok {
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

// assertions keeps them as text: what their functions mean is not known here.
func (r *reader) assertions() {
	all := r.root.get("assert")
	if !all.is(isList) {
		return
	}
	for _, v := range all.list {
		a := Assertion{Level: "error", Pos: v.pos}
		check := v
		if v.is(isMap) {
			check = v.get("check")
			r.details(&a, v)
		}
		if !check.is(isText) {
			continue
		}
		a.Check = check.Text()
		if strings.TrimSpace(check.text) == "" {
			r.fail(check, "such as speedup(procs=2) > 1.3", "an empty check")
		} else if r.expressionText(check) {
			r.exp.Assertions = append(r.exp.Assertions, a)
		}
	}
}

func (r *reader) details(a *Assertion, v *value) {
	for key, into := range map[string]*string{"name": &a.Name, "because": &a.Because, "level": &a.Level} {
		if child := v.get(key); child.is(isText) {
			*into = child.text
		}
	}
	if needs := v.get("needs"); needs.is(isText) && r.expressionText(needs) {
		t := needs.Text()
		a.Needs = &t
	}
	where := v.get("where")
	if !where.is(isMap) {
		return
	}
	s, fine := r.selector(where, true)
	if a.Where = s; fine {
		r.levelsExist(s, where)
	}
}

// levelsExist refuses a level that no cell can have. A layer above may have replaced an axis's levels: then the level
// was meant for others.
func (r *reader) levelsExist(s matrix.Selector, v *value) {
	for i, t := range s {
		axis := r.exp.Axes[r.mustAxis(t.Name)]
		for _, want := range t.Values {
			one := matrix.Selector{{Name: t.Name, Values: []any{want}}}
			if axis.layer > v.layer || len(axis.Levels) == 0 || slices.ContainsFunc(axis.Levels, func(l Level) bool { return one.MatchFacets(l.Facets) }) {
				continue
			}
			at := v.keys[i].value
			r.fail(at, levelsHint(axis), "no level of %s is %s", axis.Name, one)
		}
	}
}

func (r *reader) mustAxis(name string) int {
	i, _ := r.exp.names.axisOf(name)
	return i
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

// expressionText refuses an expression that a comment cut short. expr writes # for the element of a list, and YAML
// reads ` #` as the beginning of a comment.
func (r *reader) expressionText(v *value) bool {
	if v.src == nil || v.style != 0 || balanced(v.text) {
		return true
	}
	end := v.Text().Pos(utf8.RuneCountInString(v.text))
	line := []rune(v.src.line(end.Line))
	rest := string(line[min(end.Col-1, len(line)):])
	if trimmed := strings.TrimLeft(rest, " \t"); rest != trimmed && strings.HasPrefix(trimmed, "#") {
		col := end.Col + utf8.RuneCountInString(rest) - utf8.RuneCountInString(trimmed)
		r.list.Add(diag.Pos{File: end.File, Line: end.Line, Col: col}, 1,
			"in YAML ` #` begins a comment, so a check that uses expr's `#` must be quoted", "the expression is cut short here")
		return false
	}
	return true
}

// balanced: every bracket closes, and the text does not end in the middle of something.
func balanced(text string) bool {
	depth := 0
	var quote rune
	for _, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		}
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	return depth <= 0 && quote == 0 && !strings.ContainsRune(",+-*/<>=&|!?:", last)
}
