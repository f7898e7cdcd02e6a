package gates

import (
	"fmt"
	"slices"
	"strings"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
	"bench/runner/spec"
)

// space is what can be named in a selector: the facets and executors of a plan, excluded cells included.
type space struct {
	plan      *spec.Plan
	aliases   map[string]string
	facets    []string         // in order of appearance
	levels    map[string][]any // of each facet
	executors []string
	workers   map[string][]any // of each executor: its worker counts
	facetsOf  [][]matrix.Facet // of each planned cell
	labels    []string         // of each planned cell: its executor, "" without such an axis
	noted     map[note]bool    // what is in levels and workers
}

func newSpace(plan *spec.Plan, aliases map[string]string) *space {
	s := &space{plan: plan, aliases: aliases, levels: map[string][]any{}, workers: map[string][]any{}, noted: map[note]bool{}}
	for _, c := range plan.Cells {
		facets := c.Facets
		if facets == nil {
			facets = c.Cell.Facets()
		}
		s.facetsOf = append(s.facetsOf, facets)
		if c.Other { // no check names it: change() finds it by its twin
			s.labels = append(s.labels, "")
			continue
		}
		s.labels = append(s.labels, s.add(facets))
	}
	for _, c := range plan.Excluded {
		s.add(c.Cell.Facets())
	}
	return s
}

// add notes the names and levels of one cell, and gives its executor.
func (s *space) add(facets []matrix.Facet) string {
	label := ""
	for _, f := range facets {
		if _, known := s.levels[f.Name]; !known {
			s.facets = append(s.facets, f.Name)
		}
		if s.fresh(note{name: f.Name, value: same(f.Value)}) {
			s.levels[f.Name] = append(s.levels[f.Name], f.Value)
		}
		switch f.Name {
		case matrix.Executor:
			label, _ = f.Value.(string)
			if _, known := s.workers[label]; !known {
				s.executors = append(s.executors, label)
				s.workers[label] = nil
			}
		case matrix.Workers:
			if s.fresh(note{f.Name, label, same(f.Value)}) {
				s.workers[label] = append(s.workers[label], f.Value)
			}
		}
	}
	return label
}

// note is one level of a facet, or of the workers of one executor.
type note struct {
	name, of string
	value    any
}

func (s *space) fresh(n note) bool {
	known := s.noted[n]
	s.noted[n] = true
	return !known
}

// same is one value for all that matrix.Equal takes to be the same.
func same(v any) any {
	if n, isInt := v.(int); isInt {
		return float64(n)
	}
	return v
}

// place is where in the check's text something stands, in runes.
type place struct{ from, to int }

// problem is a refusal at a place of the check.
type problem struct {
	place
	message, hint string
	excuse        string // why the check is rather skipped: what it asks for is not run here
}

func (p *problem) Error() string { return p.message }

func problemAt(at place, hint, format string, args ...any) *problem {
	return &problem{place: at, message: fmt.Sprintf(format, args...), hint: hint}
}

// touched are the facets that a condition decides.
func (s *space) touched(t matrix.Term) []string {
	if _, isFacet := s.levels[t.Name]; isFacet && len(t.Values) > 0 {
		return []string{t.Name}
	}
	return []string{matrix.Executor, matrix.Workers}
}

// valid tells whether a condition names what there is; others are further names that may have been meant.
func (s *space) valid(t matrix.Term, name, value place, others []string) *problem {
	if levels, isFacet := s.levels[t.Name]; isFacet {
		if len(t.Values) == 0 {
			return problemAt(name, fmt.Sprintf("write %s=%s", t.Name, quote(levels[0])), "%s needs a level", t.Name)
		}
		return validLevels(t, levels, value, t.Name)
	}
	counts, isExecutor := s.workers[t.Name]
	switch {
	case !isExecutor:
		return s.unknown(t.Name, name, others)
	case len(t.Values) > 0 && len(counts) == 0:
		return problemAt(name, "write "+t.Name+" alone", "%s has no worker count", t.Name)
	}
	return validLevels(t, counts, value, t.Name)
}

func validLevels(t matrix.Term, levels []any, at place, name string) *problem {
	for _, v := range t.Values {
		if slices.ContainsFunc(levels, func(l any) bool { return matrix.Equal(l, v) }) {
			continue
		}
		known := make([]string, len(levels))
		for i, l := range levels {
			known[i] = matrix.Format(l)
		}
		hint := fmt.Sprintf("%s has %s", name, enumerate(known))
		if _, isText := v.(string); isText && diag.Closest(matrix.Format(v), known) != "" {
			hint = diag.DidYouMean(matrix.Format(v), known) + " " + hint
		}
		return problemAt(at, hint, "%s=%s is not in the matrix", name, matrix.Format(v))
	}
	return nil
}

func (s *space) unknown(name string, at place, others []string) *problem {
	known := slices.Concat(s.facets, s.executors, others)
	for alias, executor := range s.aliases {
		if slices.Contains(s.executors, executor) {
			known = append(known, alias)
		}
	}
	slices.Sort(known)
	hint := diag.DidYouMean(name, known)
	if hint == "" {
		hint = "there are " + enumerate(slices.Compact(slices.Concat(s.facets, s.executors)))
		if len(s.facets) == 0 {
			hint = "the experiment has no matrix, so there is nothing to select"
		}
	}
	return problemAt(at, hint, "no axis, option or executor %q in the matrix", name)
}

// enumerate is a, b, c with at most ten of them.
func enumerate(words []string) string {
	if n := len(words); n > 10 {
		words = append(slices.Clone(words[:9]), fmt.Sprintf("… (%d in all)", n))
	}
	return strings.Join(words, ", ")
}

// quote writes a level as an expression would.
func quote(v any) string {
	if text, isText := v.(string); isText {
		return fmt.Sprintf("%q", text)
	}
	return matrix.Format(v)
}

// matches tells whether a planned cell meets the conditions.
func (s *space) matches(selector matrix.Selector, cell int) bool {
	return selector.MatchFacets(s.facetsOf[cell])
}

// agrees tells whether a planned cell has none of the bound facets at another level.
func (s *space) agrees(binding []matrix.Facet, cell int) bool {
	for _, b := range binding {
		if v := get(s.facetsOf[cell], b.Name); v != nil && !matrix.Equal(v, b.Value) {
			return false
		}
	}
	return true
}

func get(facets []matrix.Facet, name string) any {
	for _, f := range facets {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// excluded finds an excluded cell that the conditions select.
func (s *space) excluded(selector matrix.Selector) *spec.ExcludedCell {
	for i := range s.plan.Excluded {
		if selector.Match(s.plan.Excluded[i].Cell) {
			return &s.plan.Excluded[i]
		}
	}
	return nil
}

// differing are the facets in which some cells are not the same.
func (s *space) differing(cells []int) []string {
	var names []string
	for _, name := range s.facets {
		first := get(s.facetsOf[cells[0]], name)
		for _, c := range cells[1:] {
			if v := get(s.facetsOf[c], name); (v == nil) != (first == nil) || v != nil && !matrix.Equal(v, first) {
				names = append(names, name)
				break
			}
		}
	}
	return names
}
