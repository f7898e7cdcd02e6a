package spec

import (
	"slices"
	"strings"
	"unicode/utf8"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// assertions keeps them as text: what their functions mean is not known here.
func (r *reader) assertions() {
	all := r.root.get("assert")
	if !all.is(isList) {
		return
	}
	if len(all.list) > maxAsserts {
		r.fail(all, "mention fewer levels: an assertion is checked for each combination of those that it does not mention", "more than %d assertions", maxAsserts)
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
	for key, into := range map[string]*string{"name": &a.Name, "because": &a.Because, "level": &a.Level, "published": &a.Published} {
		if child := v.get(key); child.is(isText) {
			*into = child.text
		}
	}
	if optional := v.get("optional"); optional.is(isBool) {
		a.Optional = optional.data.(bool)
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
