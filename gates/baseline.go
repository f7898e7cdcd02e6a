package gates

import (
	"errors"
	"slices"
	"strings"

	"bench/runner/internal/matrix"
)

// base finds the cell that another is compared with: the plan's, or the one that against makes of it by replacing
// levels. An option that one of the two executors does not have, such as chunksize, is no difference.
func (a *assertion) base(site *callSite, cell int, against string) (int, *problem) {
	at := site.place()
	if strings.TrimSpace(against) == "" {
		if base := a.plan.Cells[cell].Baseline; base >= 0 {
			return base, nil
		}
		if a.plan.Experiment == nil || a.plan.Experiment.Baseline == nil {
			return 0, problemAt(at, "add `baseline:` to the experiment, or against=\"…\" to the call", "%s needs a baseline, and the experiment has none", site.Function)
		}
		return 0, problemAt(at, "give it one in `baseline:`, or against=\"…\" in the call", "%s has no baseline: %s selects no cell that is run with its other levels",
			a.keyOf(cell), a.plan.Experiment.Baseline)
	}
	selector, touched, p := a.againstTerms(site, against)
	if p != nil {
		return 0, p
	}
	var found []int
	for c := range a.plan.Cells {
		if !a.plan.Cells[c].Other && a.matches(selector, c) && a.sameBut(c, cell, touched) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		p := problemAt(at, "", "against=%q: %s has no such cell beside it", against, a.keyOf(cell))
		p.excuse = a.excuse(selector)
		return 0, p
	}
	differ := a.differing(found)
	for i, name := range differ {
		differ[i] = name + "=…"
	}
	return 0, problemAt(at, "add "+strings.Join(differ, " ")+" to against", "against=%q is ambiguous, it selects %d cells", against, len(found))
}

func (a *assertion) againstTerms(site *callSite, against string) (matrix.Selector, []string, *problem) {
	terms, err := matrix.ParseSelector(against)
	var syntax *matrix.SyntaxError
	if errors.As(err, &syntax) {
		return nil, nil, problemAt(site.place(), "write it as a report prints it: \"executor=threads workers=1\"", "against: %s in %q", syntax.Problem, against)
	}
	terms = terms.Canonical(a.aliases)
	var touched []string
	for _, t := range terms {
		if p := a.valid(t, site.place(), site.place(), nil); p != nil {
			p.message = "against: " + p.message
			return nil, nil, p
		}
		touched = append(touched, a.touched(t)...)
	}
	return terms, touched, nil
}

// sameBut tells whether two cells have the same levels, apart from some facets and those that one of them lacks.
func (a *assertion) sameBut(c, d int, except []string) bool {
	if a.plan.Cells[c].Workload.Name != a.plan.Cells[d].Workload.Name && !slices.Contains(except, matrix.Workload) {
		return false
	}
	for _, f := range a.facetsOf[c] {
		v := get(a.facetsOf[d], f.Name)
		if v != nil && !matrix.Equal(v, f.Value) && !slices.Contains(except, f.Name) {
			return false
		}
	}
	return true
}

func (a *assertion) keyOf(cell int) string { return nameOf(a.plan.Cells[cell].Cell) }
