package spec

import (
	"fmt"
	"slices"
	"strings"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// design is the matrix as numbered combinations: the last axis changes fastest, so that a combination's number is also
// its coordinates.
type design struct {
	exp     *Experiment
	strides []int // how far apart two neighbouring levels of each axis are
	size    int
}

func newDesign(e *Experiment) design {
	d := design{exp: e, strides: make([]int, len(e.Axes)), size: 1}
	for i := len(e.Axes) - 1; i >= 0; i-- {
		d.strides[i] = d.size
		d.size *= len(e.Axes[i].Levels)
	}
	return d
}

// index is the number of the level that combination i has on an axis.
func (d design) index(i, axis int) int { return i / d.strides[axis] % len(d.exp.Axes[axis].Levels) }

func (d design) level(i, axis int) *Level { return &d.exp.Axes[axis].Levels[d.index(i, axis)] }

// with is combination i with another level on one axis.
func (d design) with(i, axis, level int) int { return i + (level-d.index(i, axis))*d.strides[axis] }

func (d design) facets(i int) []matrix.Facet {
	facets := make([]matrix.Facet, 0, len(d.exp.Axes)+2)
	for a := range d.exp.Axes {
		facets = append(facets, d.level(i, a).Facets...)
	}
	return facets
}

func (d design) key(i int) string {
	if key := matrix.NewCell(d.facets(i)...).Key(); key != "" {
		return key
	}
	return "the only cell"
}

// excluded gives each combination's reason, "" for those that run, and reports excludes that match nothing.
func (d design) excluded(facets [][]matrix.Facet, list *diag.List) []string {
	reasons := make([]string, d.size)
	vars := map[string]any{}
	work := 0
	for _, x := range d.exp.Excludes {
		matched := false
		for i := range d.size {
			if work += x.work(); work > maxMatching {
				list.Add(x.Pos, x.width, "use fewer levels, or fewer excludes", "the excludes take more than %d comparisons with the %d cells", maxMatching, d.size)
				return reasons
			}
			hit, err := d.excludes(x, facets[i], vars)
			if err != nil {
				list.Add(x.Pos, x.width, "", "%v, in cell %s", err, d.key(i))
				break
			}
			matched = matched || hit
			if hit && reasons[i] == "" {
				reasons[i] = "exclude: " + x.Text
			}
		}
		if !matched && !d.overlaid(x.layer) && !x.onCores() {
			list.Add(x.Pos, x.width, d.whyNothing(x), "this exclude matches no cell: %s", x.Text)
		}
	}
	return reasons
}

func (d design) excludes(x Exclude, facets []matrix.Facet, vars map[string]any) (bool, error) {
	if x.If == nil {
		return x.Match.MatchFacets(facets), nil
	}
	cellVariables(vars, facets)
	vars["cores"] = d.exp.Cores
	hit, err := x.If.Eval(vars, nil)
	return hit == true, err
}

// cellVariables sets what an expression may name of a cell.
func cellVariables(vars map[string]any, facets []matrix.Facet) {
	vars[matrix.Executor], vars[matrix.Workers] = "serial", 1
	for _, f := range facets {
		vars[f.Name] = f.Value
	}
}

// overlaid: a layer above replaced levels, so that what was written for the others may match nothing.
func (d design) overlaid(layer int) bool {
	return slices.ContainsFunc(d.exp.Axes, func(a Axis) bool { return a.layer > layer })
}

// whyNothing looks for a level that does not exist.
func (d design) whyNothing(x Exclude) string {
	for _, t := range x.Match {
		i, _ := d.exp.names.axisOf(t.Name)
		axis := d.exp.Axes[i]
		if !slices.ContainsFunc(axis.Levels, func(l Level) bool { return matrix.Selector{t}.MatchFacets(l.Facets) }) {
			return levelsHint(axis)
		}
	}
	if x.If != nil {
		return "it is false everywhere: take it out, or correct it"
	}
	return "no cell has all of these"
}

// baselines gives the combination that each one is compared with, -1 for none.
func (d design) baselines(list *diag.List) []int {
	base := make([]int, d.size)
	for i := range base {
		base[i] = -1
	}
	e := d.exp
	if e.Baseline == nil {
		return base
	}
	unfit := false
	byAxis := map[int]matrix.Selector{}
	for _, t := range e.Baseline {
		axis, _ := e.names.axisOf(t.Name)
		byAxis[axis] = append(byAxis[axis], t)
	}
	chosen := make([][]int, len(e.Axes)) // by axis and level, the level it is compared with; nil: its own
	for axis, s := range byAxis {
		a := e.Axes[axis]
		var matching []int
		for l, level := range a.Levels {
			if s.MatchFacets(level.Facets) {
				matching = append(matching, l)
			}
		}
		for l := range a.Levels {
			target, problem, hint := baselineLevel(a, s, matching, l)
			if problem != "" {
				list.Add(e.BaselinePos, 1, hint, "%s", problem)
				unfit = true
				break
			}
			chosen[axis] = append(chosen[axis], target)
		}
	}
	if unfit {
		return base
	}
	for i := range base {
		base[i] = i
		for axis, to := range chosen {
			if to != nil {
				base[i] = d.with(base[i], axis, to[d.index(i, axis)])
			}
		}
	}
	return base
}

// baselineLevel finds the level of an axis that the baseline means for cells at level l. Of several that match it is
// the one that agrees with l in what the baseline leaves open: `{executor: threads}` is threads=2 for procs=2.
func baselineLevel(a Axis, s matrix.Selector, matching []int, l int) (target int, problem, hint string) {
	var agreeing []int
	for _, i := range matching {
		if len(matching) > 1 && agrees(a.Levels[i], a.Levels[l], s) {
			agreeing = append(agreeing, i)
		}
	}
	switch {
	case len(matching) == 1:
		return matching[0], "", ""
	case len(agreeing) == 1:
		return agreeing[0], "", ""
	case len(matching) == 0:
		return 0, fmt.Sprintf("the baseline names no level of %s: %s", a.Name, s), levelsHint(a)
	}
	var keys []string
	for _, i := range matching {
		keys = append(keys, levelKey(a, a.Levels[i]))
	}
	return 0, fmt.Sprintf("the baseline of %s may be %s", levelKey(a, a.Levels[l]), strings.Join(keys, " or ")), "name workers, or the option in which they differ, too"
}

// agrees: where both levels have a facet that the selector does not name, it is the same. `threads: 1` names the executor
// and its workers at once.
func agrees(level, with Level, s matrix.Selector) bool {
	named := func(facet string) bool {
		return facet == matrix.Executor || slices.ContainsFunc(s, func(t matrix.Term) bool {
			return t.Name == facet || facet == matrix.Workers && t.Name == level.Facets[0].Value && len(t.Values) > 0
		})
	}
	for _, f := range level.Facets {
		if named(f.Name) {
			continue
		}
		for _, g := range with.Facets {
			if g.Name == f.Name && g.Value != f.Value {
				return false
			}
		}
	}
	return true
}

// designProblems are those that the matrix as a whole has.
func (e *Experiment) designProblems() diag.List {
	var list diag.List
	if slices.ContainsFunc(e.Axes, func(a Axis) bool { return len(a.Levels) == 0 }) {
		return nil
	}
	d := newDesign(e)
	d.excluded(d.allFacets(), &list)
	d.baselines(&list)
	return list
}

func (d design) allFacets() [][]matrix.Facet {
	all := make([][]matrix.Facet, d.size)
	for i := range all {
		all[i] = d.facets(i)
	}
	return all
}

// work is what it takes to hold it against one cell, in comparisons; of an expression, what the last one took.
func (x *Exclude) work() int {
	if x.If != nil {
		return 2 + 4*x.If.Steps()
	}
	n := 1
	for _, t := range x.Match {
		n += len(t.Values)
	}
	return n
}

// onCores tells whether it depends on the machine what an exclude matches.
func (x *Exclude) onCores() bool {
	return x.If != nil && slices.Contains(x.If.Variables(), "cores")
}
