package gates

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"bench/runner/internal/expression"
	"bench/runner/internal/matrix"
)

// callSite is one call in an assertion.
type callSite struct {
	function function
	expression.Call
}

func (c *callSite) place() place { return place{c.From, c.To} }

// conditions turns the values of a selector's arguments into conditions, and refuses what the matrix does not have.
func (a *assertion) conditions(site *callSite, values []any) (matrix.Selector, error) {
	var out matrix.Selector
	for i, arg := range site.Args {
		terms, err := a.argument(arg, values[i])
		if err != nil {
			return nil, err
		}
		for _, t := range terms {
			name, value := place{arg.From, arg.To}, place{arg.ValueAt, arg.ValueTo}
			if arg.Name == "" {
				name, value = a.within(arg, t)
			}
			canonical := matrix.Selector{t}.Canonical(a.aliases)[0]
			var params []string
			for _, p := range site.function.Params {
				params = append(params, p.Name)
			}
			if p := a.valid(canonical, name, value, params); p != nil {
				return nil, p
			}
			out = append(out, canonical)
		}
	}
	return out, nil
}

func (a *assertion) argument(arg expression.Arg, value any) (matrix.Selector, error) {
	at := place{arg.ValueAt, arg.ValueTo}
	if arg.Name == "" {
		text, ok := value.(string)
		if !ok {
			return nil, problemAt(at, "", "a selector without a name is a text, not %v", value)
		}
		terms, err := matrix.ParseSelector(text)
		var syntax *matrix.SyntaxError
		if errors.As(err, &syntax) {
			return nil, problemAt(at, "write it as a report prints it: \"runtime=py3 procs=2\"", "%s in the selector %q", syntax.Problem, text)
		}
		return terms, err
	}
	values, isList := value.([]any)
	if !isList {
		values = []any{value}
	}
	for _, v := range values {
		switch v.(type) {
		case int, float64, string, bool:
		default:
			return nil, problemAt(at, "", "a level is a number, a text, or true or false, not %v", v)
		}
	}
	if len(values) == 0 {
		return nil, problemAt(at, "", "%s has an empty list of levels", arg.Name)
	}
	return matrix.Selector{{Name: arg.Name, Values: values}}, nil
}

// within finds a condition in a selector that is written as one text, as far as it stands there literally.
func (a *assertion) within(arg expression.Arg, t matrix.Term) (name, value place) {
	all := place{arg.From, arg.To}
	runes := []rune(a.text.String)
	if arg.To > len(runes) {
		return all, all
	}
	source := string(runes[arg.From:arg.To])
	before, after, found := strings.Cut(source, t.Name)
	if !found {
		return all, all
	}
	from := arg.From + len([]rune(before))
	name = place{from, from + len([]rune(t.Name))}
	if len(t.Values) == 0 {
		return name, name
	}
	written := "=" + matrix.Format(t.Values[0])
	if !strings.HasPrefix(after, written) {
		return name, name
	}
	return name, place{name.to + 1, name.to + len([]rune(written))}
}

// candidates are the cells that the conditions select, within where.
func (a *assertion) candidates(selector matrix.Selector) []int {
	var cells []int
	for i := range a.plan.Cells {
		if !a.plan.Cells[i].Other && a.matches(a.where, i) && a.matches(selector, i) {
			cells = append(cells, i)
		}
	}
	return cells
}

// resolved is what a call asks about once the free facets are bound.
type resolved struct {
	cells []int
	bases []int
}

// resolve finds the cells of one call in one check. The error is a *problem.
func (a *assertion) resolve(site *callSite, values, params []any, bound []matrix.Facet) (resolved, error) {
	u, err := a.use(site, values, params)
	if err != nil || site.function.kind == noCell {
		return resolved{}, err
	}
	var cells []int
	for _, c := range u.cells {
		if a.agrees(bound, c) {
			cells = append(cells, c)
		}
	}
	return a.settle(u, cells)
}

// settle refuses a wrong number of cells, and finds their baselines.
func (a *assertion) settle(u use, cells []int) (resolved, error) {
	if p := a.countCells(u.site, u.selector, cells); p != nil {
		return resolved{}, p
	}
	r := resolved{cells: cells}
	if twin, has := a.plan.Twin(cells[0]); has && u.site.function.across {
		r.bases = []int{twin}
	}
	if !u.site.function.baseline {
		return r, nil
	}
	for _, c := range cells {
		base, p := a.base(u.site, c, u.params[len(u.params)-1].(string))
		if p != nil {
			return resolved{}, p
		}
		r.bases = append(r.bases, base)
	}
	return r, nil
}

func (a *assertion) countCells(site *callSite, selector matrix.Selector, cells []int) *problem {
	if len(cells) == 0 {
		return problemAt(site.place(), "", "%s selects no cell", cmpOr(selector.String(), "it"))
	}
	differ := a.differing(cells)
	if site.function.kind == allCounts {
		if len(cells) < 2 {
			p := problemAt(site.place(), "give the executor more worker counts", "%s needs an executor with at least two worker counts, and there is only %s",
				site.Function, a.keyOf(cells[0]))
			p.excuse = a.excuse(selector)
			return p
		}
		differ = slices.DeleteFunc(differ, func(name string) bool { return name == matrix.Workers })
		if len(differ) == 0 {
			return nil
		}
	}
	if len(cells) == 1 {
		return nil
	}
	keys := make([]string, len(cells))
	for i, c := range cells {
		keys[i] = nameOf(a.plan.Cells[c].Cell)
	}
	for i, name := range differ {
		differ[i] = name + "=…"
	}
	return problemAt(site.place(), "add "+strings.Join(differ, ", "), "this is ambiguous, it selects %d cells: %s", len(cells), strings.Join(keys[:min(len(keys), 4)], "; ")+more(len(keys)-4))
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf("; and %d more", n)
}
