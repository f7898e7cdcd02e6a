package gates

import (
	"fmt"
	"slices"
	"strings"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// Check is one instance of an assertion: its facets that were free are bound.
type Check struct {
	Name  string
	Text  string
	Cells []matrix.Cell // all that it rests on, baselines too

	assertion *assertion
	binding   []matrix.Facet // what keeps it apart from the other checks of the assertion
	bound     []matrix.Facet // all that is bound
	cells     []int
	asked     []int             // cells without the baselines
	skip      string            // why it cannot be judged here, although it is valid
	settled   []*resolved       // of each call that is written with constants
	known     map[string]answer // of the others, as far as they have been seen
	uses      []use             // all the calls that came to light
}

// answer is what a call with certain values came to.
type answer struct {
	resolved
	err error
}

// expand makes the checks of an assertion. A facet that no call mentions is free: it takes every value that a candidate
// has; a cell that lacks the facet goes with each. A combination in which a call has no cell does not exist.
func (a *assertion) expand(problems *diag.List) []Check {
	uses, refused := a.uses()
	if len(refused) > 0 {
		a.report(refused, problems)
		return nil
	}
	if len(uses) == 0 {
		a.report([]*problem{problemAt(a.sites[0].place(), "", "this is never asked of any cell")}, problems)
		return nil
	}
	excuse, p := a.vanished(uses)
	var checks []Check
	switch {
	case p != nil:
		refused = []*problem{p}
	case excuse == "":
		checks, refused, excuse = a.combine(uses)
	}
	switch {
	case len(checks) > 0 || len(refused) > 0:
	case excuse != "":
		return []Check{{Name: a.name(), Text: a.text.String, assertion: a, skip: excuse}}
	default:
		refused = []*problem{problemAt(uses[0].site.place(), "mention the levels that belong together", "no combination of levels has all the cells that the check names")}
	}
	if len(refused) > 0 {
		a.report(refused, problems)
		return nil
	}
	a.nameAll(checks)
	return checks
}

func (a *assertion) report(refused []*problem, problems *diag.List) {
	for _, p := range refused {
		problems.Add(a.text.Pos(p.from), p.to-p.from, p.hint, "%s", p.message)
	}
}

// vanished tells why a call has no cell at all: an excuse to skip the check, or a problem.
func (a *assertion) vanished(uses []use) (excuse string, _ *problem) {
	for _, u := range uses {
		if len(u.cells) > 0 {
			continue
		}
		what := cmpOr(u.selector.String(), u.site.Function+"()")
		excluded := a.excluded(slices.Concat(a.where, u.selector))
		switch {
		case excluded != nil && a.excuse(u.selector) != "":
			excuse = a.excuse(u.selector)
		case excluded != nil:
			return "", problemAt(u.site.place(), "say in `needs:` when there is such a cell, or take the assertion away", "%s is excluded: %s", nameOf(excluded.Cell), excluded.Reason)
		case len(a.where) > 0:
			return "", problemAt(u.site.place(), "", "`where` (%s) leaves no cell that has %s", a.where, what)
		default:
			return "", problemAt(u.site.place(), "", "no cell has %s", what)
		}
	}
	return excuse, nil
}

// excuse is why cells are not run here although the assertion may ask for them: they are excluded, and needs says when
// that is so, or the command line asked for others only. It is "" where there is none.
func (a *assertion) excuse(selector matrix.Selector) string {
	asked := slices.Concat(a.where, selector)
	for _, e := range a.plan.Excluded {
		if !a.byHand && asked.Match(e.Cell) && (a.spec.Needs != nil || strings.Contains(e.Reason, "--only")) {
			return fmt.Sprintf("%s is excluded: %s", nameOf(e.Cell), e.Reason)
		}
	}
	return ""
}

// combine binds the free facets one after the other, and gives up a branch as soon as a call has no cell left.
func (a *assertion) combine(uses []use) (checks []Check, refused []*problem, excuse string) {
	free := a.free(uses)
	seen, told := map[string]bool{}, map[*callSite]bool{}
	var tie *callSite // of a baseline with itself
	var bind func(i int, bound []matrix.Facet, sets [][]int)
	bind = func(i int, bound []matrix.Facet, sets [][]int) {
		if len(checks) > maxChecks || slices.ContainsFunc(sets, func(cells []int) bool { return len(cells) == 0 }) {
			return
		}
		if i == len(free) {
			c, at, p := a.check(uses, bound, sets)
			switch {
			case p != nil && p.excuse != "":
				excuse = p.excuse
			case p != nil && !told[at]:
				told[at] = true
				refused = append(refused, p)
			case p == nil && c == nil:
				if at != nil {
					tie = at
				}
			case p == nil && !seen[fmt.Sprint(sets)]:
				seen[fmt.Sprint(sets)] = true
				checks = append(checks, *c)
			}
			return
		}
		values := a.valuesIn(free[i], sets)
		if len(values) == 0 {
			bind(i+1, bound, sets)
		}
		parted := make([]groups, len(sets))
		for k, cells := range sets {
			parted[k] = a.group(cells, free[i])
		}
		for _, v := range values {
			f := matrix.Facet{Name: free[i], Value: v}
			narrowed := make([][]int, len(sets))
			for k := range sets {
				narrowed[k] = parted[k].with(v)
			}
			bind(i+1, append(slices.Clone(bound), f), narrowed)
		}
	}
	sets := make([][]int, len(uses))
	for i, u := range uses {
		sets[i] = u.cells
	}
	bind(0, nil, sets)
	if tie != nil && len(checks) == 0 && len(refused) == 0 && excuse == "" {
		if excuse = a.excuse(uses[0].selector); excuse == "" {
			refused = []*problem{problemAt(tie.place(), "name the cell if that is meant, such as speedup(serial)", "this asks baselines only, which can but tie with themselves")}
		}
	}
	return checks, refused, excuse
}

// free are the facets that no call mentions, in order of the matrix.
func (a *assertion) free(uses []use) []string {
	mentioned := map[string]bool{}
	for _, u := range uses {
		for _, t := range u.selector {
			for _, name := range a.touched(t) {
				mentioned[name] = true
			}
		}
		if u.site.function.kind == allCounts {
			mentioned[matrix.Workers] = true
		}
	}
	var free []string
	for _, name := range a.facets {
		if !mentioned[name] {
			free = append(free, name)
		}
	}
	return free
}

func (a *assertion) valuesIn(facet string, sets [][]int) []any {
	var values []any
	seen := map[any]bool{}
	for _, cells := range sets {
		for _, c := range cells {
			if v := get(a.facetsOf[c], facet); v != nil && !seen[same(v)] {
				seen[same(v)] = true
				values = append(values, v)
			}
		}
	}
	return values
}

// groups are cells by their value of a facet, nil for those that lack it.
type groups map[any][]int

func (a *assertion) group(cells []int, facet string) groups {
	g := groups{}
	for _, c := range cells {
		v := same(get(a.facetsOf[c], facet))
		g[v] = append(g[v], c)
	}
	return g
}

// with are the cells that have a value of the facet, and those that lack it, in their order.
func (g groups) with(v any) []int {
	if len(g[nil]) == 0 {
		return g[same(v)]
	}
	all := slices.Concat(g[same(v)], g[nil])
	slices.Sort(all)
	return all
}

// check is the instance with these cells; nil where an executor that was not mentioned has too few worker counts, and,
// with the place of one, where each call compares a cell that was not asked for with itself, so that it cannot but tie.
func (a *assertion) check(uses []use, bound []matrix.Facet, sets [][]int) (*Check, *callSite, *problem) {
	c := &Check{Text: a.text.String, assertion: a, bound: bound, uses: uses, settled: make([]*resolved, len(a.sites)), known: map[string]answer{}}
	var all []int
	ties := 0
	for i, u := range uses {
		if u.site.function.kind == allCounts && len(sets[i]) < 2 && get(bound, matrix.Executor) != nil {
			return nil, nil, nil
		}
		r, err := a.settle(u, sets[i])
		if err != nil {
			return nil, u.site, err.(*problem)
		}
		if slices.Equal(r.cells, r.bases) && !a.asksForBaseline(u) {
			ties++
		}
		call := a.index(u.site)
		if u.site.constant() {
			c.settled[call] = &r
		}
		c.known[callKey(call, u.values, u.params)] = answer{resolved: r}
		c.asked = append(c.asked, r.cells...)
		all = append(all, r.cells...)
		all = append(all, r.bases...)
	}
	if ties == len(uses) {
		return nil, uses[0].site, nil
	}
	c.cells, c.asked = unique(all), unique(c.asked)
	for _, i := range c.cells {
		c.Cells = append(c.Cells, a.plan.Cells[i].Cell)
	}
	for _, f := range bound { // a facet that none of the cells has does not tell checks apart
		if slices.ContainsFunc(c.asked, func(i int) bool { return get(a.facetsOf[i], f.Name) != nil }) {
			c.binding = append(c.binding, f)
		}
	}
	return c, nil, nil
}

// asksForBaseline tells whether a call names one of the facets that its baseline replaces.
func (a *assertion) asksForBaseline(u use) bool {
	_, replaced, p := a.againstTerms(u.site, u.params[len(u.params)-1].(string))
	if p != nil {
		return false // base has refused it
	}
	if len(replaced) == 0 {
		for _, t := range a.plan.Experiment.Baseline.Canonical(a.aliases) {
			replaced = append(replaced, a.touched(t)...)
		}
	}
	return slices.ContainsFunc(u.selector, func(t matrix.Term) bool {
		return slices.ContainsFunc(a.touched(t), func(name string) bool { return slices.Contains(replaced, name) })
	})
}

func (a *assertion) index(site *callSite) int {
	for i := range a.sites {
		if &a.sites[i] == site {
			return i
		}
	}
	return -1
}

func unique(cells []int) []int {
	slices.Sort(cells)
	return slices.Compact(cells)
}

// nameAll names the checks, and leaves in their bindings what differs between them.
func (a *assertion) nameAll(checks []Check) {
	varies := map[string]bool{}
	for _, c := range checks[1:] {
		for _, f := range slices.Concat(c.binding, checks[0].binding) {
			v, w := get(c.binding, f.Name), get(checks[0].binding, f.Name)
			varies[f.Name] = varies[f.Name] || v == nil || w == nil || !matrix.Equal(v, w)
		}
	}
	for i := range checks {
		c := &checks[i]
		c.binding = slices.DeleteFunc(c.binding, func(f matrix.Facet) bool { return !varies[f.Name] })
		c.Name = a.name()
		if len(c.binding) > 0 {
			c.Name += " [" + matrix.NewCell(c.binding...).Key() + "]"
		}
	}
}
