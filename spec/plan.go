package spec

import (
	"slices"
	"strings"
	"time"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// Plan is everything that will be run, and why the rest will not.
type Plan struct {
	Experiment *Experiment
	Cells      []PlannedCell // in matrix order, excluded cells left out
	Excluded   []ExcludedCell
	Seed       uint64

	AgainstBuild  string    // the directory of another build, which some cells have a twin in; "": there is none
	OtherFixtures []Fixture // of that build: its own of each
}

// PlannedCell is one configuration with all that its trials need. Cells may share Options, Tasks and Env: they are only
// to be read.
type PlannedCell struct {
	Cell     matrix.Cell
	Facets   []matrix.Facet // Cell.Facets(), at hand
	Identity string         // the cell's key without levels at their default: what history goes by
	Workload *Workload
	Runtime  Runtime
	Executor string // canonical name; "serial" without such an axis
	Workers  int    // at least 1
	Options  map[string]any
	Tasks    []map[string]any // arguments of each task, templates and defaults filled in, typed as the parameters are
	Env      map[string]string
	Commands []*Command // what the tasks are, of a command or a shell text: as many as Tasks
	Program  []string   // argv of a workload that is a program
	Dir      string     // where the trial's process runs, as it can be opened from here; "": in its own scratch directory
	Prepare  []*Step
	Cleanup  []*Step
	Proof    *Step // a command that must succeed after each trial; nil: none
	Baseline int   // index in Plan.Cells of the cell it is compared with; -1: none
	Timeout  time.Duration
	Other    bool // of the other build: the twin of the cell before it
}

// Foreign tells whether something runs the cell that runner does not bring: an interpreter, a program.
func (c *PlannedCell) Foreign() bool { return c.Runtime.Kind != goKind }

// Counted tells whether Workers is how many work at once: a command without an executor may start any number.
func (c *PlannedCell) Counted() bool {
	return c.Runtime.Kind != commandKind && c.Runtime.Kind != programKind || slices.ContainsFunc(c.Facets, func(f matrix.Facet) bool { return f.Name == matrix.Executor })
}

// Optional tells whether the spec says that what runs the cell may be missing.
func (c *PlannedCell) Optional() bool {
	return c.Runtime.Optional || c.Workload != nil && c.Workload.Optional
}

// Command is a program of its own, templates filled in but for what Late marks. Cells and tasks may share one.
type Command struct {
	Argv    []string
	Env     map[string]string // over that of the cell
	Dir     string            // where it runs, as it can be opened from here
	Stdin   string            // path of the file that it reads, as it can be opened from here; "": nothing
	Success []int             // exit statuses that are no failure; nil: 0 alone
}

// Step is what is done before or after trials, untimed.
type Step struct {
	Each    string // run, cell or trial
	Command Command
}

// ExcludedCell is a combination that will not run.
type ExcludedCell struct {
	Cell   matrix.Cell
	Reason string
}

// Slot is one trial's place in a block.
type Slot struct {
	Cell    int  // index in Plan.Cells
	Control bool // the baseline's second copy
}

// Plan makes the cells of the experiment. seed goes into the order of trials; of the options only Only and those of the
// other build matter here, and the catalog is the one that Load had. The problems are those that only whole cells can
// have: an exclude that matches nothing, a baseline that is not there, work that is not equal, a value that does not fit
// its parameter, another build that is not there.
func (e *Experiment) Plan(cat Catalog, seed uint64, opt Options) (Plan, diag.List) {
	var list diag.List
	p := Plan{Experiment: e, Seed: seed}
	if e.refused {
		return p, nil
	}
	d := newDesign(e)
	facets := d.allFacets()
	reasons := d.excluded(facets, &list)
	d.fit(reasons, &list)
	base := d.baselines(&list)
	for i := range base {
		if base[i] >= 0 && reasons[base[i]] != "" {
			base[i] = -1
		}
	}
	e.only(facets, reasons, base, opt, &list)
	if len(list) == 0 {
		p.fill(d, facets, reasons, base, &list)
	}
	if len(list) == 0 {
		p.placeable(opt, &list)
	}
	if len(list) == 0 && opt.AgainstBuild != "" {
		p.twins(cat, opt, &list)
	}
	if len(p.Cells) == 0 && len(list) == 0 {
		list.Add(diag.Pos{File: e.File}, 1, "loosen an exclude", "every cell is excluded")
	}
	list.Sort()
	if len(list) > 0 {
		p.Cells, p.Excluded = nil, nil
	}
	return p, list
}

// only gives a reason to the cells that no selector wants and that are not the baseline of one that is wanted.
func (e *Experiment) only(facets [][]matrix.Facet, reasons []string, base []int, opt Options, list *diag.List) {
	selectors := opt.Only
	if len(selectors) == 0 {
		return
	}
	wanted := make([]bool, len(facets))
	bytes, work := 0, 0
	for _, text := range selectors {
		at := diag.Pos{File: "--only " + shorten(text)}
		if bytes += len(text); bytes > maxOptions {
			list.Add(at, 1, "exclude in the file what is not wanted", "all --only together are longer than %d KiB", maxOptions>>10)
			return
		}
		s, err := matrix.ParseSelector(text)
		if err != nil {
			list.Add(at, 1, "such as \"runtime=go procs=2\"", "%v", err)
			continue
		}
		s = e.names.normal(s)
		if opt.AgainstBuild != "" { // whoever wants the twin wants its cell too
			s = slices.DeleteFunc(s, func(t matrix.Term) bool { return t.Name == matrix.Build && slices.Equal(t.Values, []any{matrix.Base}) })
		}
		found := false
		for _, t := range s {
			work += len(t.Values) * len(facets)
		}
		if work > maxMatching {
			list.Add(at, 1, "use fewer, or shorter ones", "all --only take more than %d comparisons with the %d cells", maxMatching, len(facets))
			return
		}
		for i, f := range facets {
			if reasons[i] == "" && s.MatchFacets(f) {
				found, wanted[i] = true, true
				if base[i] >= 0 {
					wanted[base[i]] = true
				}
			}
		}
		if !found {
			list.Add(at, 1, e.onlyHint(s, facets, reasons), "it selects no cell")
		}
	}
	for i := range facets {
		if !wanted[i] && reasons[i] == "" {
			reasons[i] = "not selected by --only"
		}
	}
}

// onlyHint is the name that was probably meant, or else some keys.
func (e *Experiment) onlyHint(s matrix.Selector, facets [][]matrix.Facet, reasons []string) string {
	for _, t := range s {
		if _, known := e.names.axisOf(t.Name); !known {
			if hint := diag.DidYouMean(t.Name, e.names.selectable()); hint != "" {
				return hint
			}
		}
	}
	var keys []string
	for i, f := range facets {
		if reasons[i] != "" {
			continue
		}
		if len(keys) == 6 {
			keys = append(keys, "…")
			break
		}
		keys = append(keys, matrix.NewCell(f...).Key())
	}
	return "cells are " + strings.Join(keys, ", ")
}

// fill makes the planned cells.
func (p *Plan) fill(d design, facets [][]matrix.Facet, reasons []string, base []int, list *diag.List) {
	e := p.Experiment
	place := make([]int, d.size)
	f := newFiller(d, list)
	kept := 0
	for _, reason := range reasons {
		if reason == "" {
			kept++
		}
	}
	p.Cells = make([]PlannedCell, 0, kept)
	var amounts []string
	for i := range d.size {
		place[i] = -1
		cell := matrix.NewCell(facets[i]...)
		if reasons[i] != "" {
			p.Excluded = append(p.Excluded, ExcludedCell{Cell: cell, Reason: reasons[i]})
			continue
		}
		place[i] = len(p.Cells)
		c := PlannedCell{Cell: cell, Facets: facets[i], Identity: d.identity(i, cell), Baseline: base[i], Timeout: e.Timeout}
		work := f.cell(i, &c)
		p.Cells = append(p.Cells, c)
		amounts = append(amounts, work)
	}
	for i := range p.Cells {
		if b := p.Cells[i].Baseline; b >= 0 {
			p.Cells[i].Baseline = place[b]
		}
	}
	p.equalWork(amounts, list)
	p.comparable(list)
}

// comparable refuses same-output where there is nothing to be the same as.
func (p *Plan) comparable(list *diag.List) {
	told := map[*Workload]bool{}
	for i := range p.Cells {
		c := &p.Cells[i]
		if w := c.Workload; w.Same && !told[w] && (c.Baseline < 0 || !p.Cells[c.Baseline].Workload.Same) {
			told[w] = true
			where := ""
			if key := c.Cell.Key(); key != "" {
				where = " in cell " + key
			}
			list.Add(w.Pos, len(w.Name), "add baseline: the cell whose output is right, of a workload that says same-output too", "verify: same-output of %s has nothing to compare with%s", w.Name, where)
		}
	}
}

// growingWork refuses weak scaling where the work of a cell stays as it is with other workers.
func (p *Plan) growingWork(cell int, amounts []string, told map[*Workload]bool, list *diag.List) {
	c := p.Cells[cell]
	b := p.Cells[c.Baseline]
	if c.Workers == b.Workers || amounts[cell] == "" || amounts[cell] != amounts[c.Baseline] {
		return
	}
	told[c.Workload] = true
	list.Add(c.Workload.Pos, len(c.Workload.Name), "let tasks grow, such as tasks: \"{{workers}}\", or leave scaling: weak out",
		"cell %s does %s, as its baseline %s with other workers: that is not scaling: weak", c.Cell.Key(), amounts[cell], b.Cell.Key())
}

// Growth is how many times the work of its baseline a cell does: as many as it has workers for one of the baseline's
// with scaling: weak, else once.
func (p *Plan) Growth(cell, baseline int) float64 {
	c, b := &p.Cells[cell], &p.Cells[baseline]
	if c.Workload == nil || !c.Workload.Weak || b.Workload.Name != c.Workload.Name { // of two builds too
		return 1
	}
	return float64(max(c.Workers, 1)) / float64(max(b.Workers, 1))
}

// identity is the key without levels at their axis's default.
func (d design) identity(i int, cell matrix.Cell) string {
	var kept []matrix.Facet
	dropped := false
	for a, axis := range d.exp.Axes {
		l := d.level(i, a)
		if axis.Default != nil && l.isDefault(axis) {
			dropped = true
			continue
		}
		kept = append(kept, l.Facets...)
	}
	if !dropped {
		return cell.Key()
	}
	return matrix.NewCell(kept...).Key()
}

func (l *Level) isDefault(a Axis) bool {
	if a.Name == matrix.Executor {
		return matrix.NewCell(l.Facets...).Key() == a.Default
	}
	return matrix.Equal(l.Facets[0].Value, a.Default)
}

// equalWork refuses a comparison of cells that do not do the same amount of work. Work is what `tasks` says: the number
// of calls, the range that they cover, the total that is split, or the sum of each number that is listed. What stands
// under `args` is a setting. Cells of different workloads may be compared whatever they do.
func (p *Plan) equalWork(amounts []string, list *diag.List) {
	told := map[*Workload]bool{}
	for i, c := range p.Cells {
		if c.Baseline < 0 || told[c.Workload] {
			continue
		}
		b := p.Cells[c.Baseline]
		if c.Workload.Weak && b.Workload == c.Workload {
			p.growingWork(i, amounts, told, list)
			continue
		}
		if b.Workload != c.Workload || amounts[i] == amounts[c.Baseline] || amounts[i] == "" || amounts[c.Baseline] == "" {
			continue
		}
		told[c.Workload] = true
		list.Add(c.Workload.tasks.v.pos, c.Workload.tasks.v.width, "compared cells must do the same: use split, or another baseline",
			"cell %s does %s, its baseline %s does %s", c.Cell.Key(), amounts[i], b.Cell.Key(), amounts[c.Baseline])
	}
}
