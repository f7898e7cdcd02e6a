package gates

import (
	"fmt"
	"slices"

	"runner/internal/diag"
	"runner/internal/stats"
	"runner/results"
)

// Reference is a stored run that change() compares with.
type Reference struct {
	Run    string // id
	Cells  []results.PlannedCell
	Trials []results.Trial
}

// Work is what a cell is known by across runs.
type Work struct{ Workload, Identity string }

// Since is a reference that checks ask for.
type Since struct {
	Name     string   // as they write it
	Cells    []Work   // that it must have
	Optional bool     // all of these checks are skipped where there is none
	Pos      diag.Pos // of the first call
}

// Sinces are the references that checks ask for, in their order. A cell whose other build runs beside it needs none.
func Sinces(checks []Check) []Since {
	var all []Since
	at := map[string]int{}
	for i := range checks {
		c := &checks[i]
		for _, u := range c.uses {
			r, err := c.resolve(c.assertion.index(u.site), u.values, u.params)
			if !u.site.function.across || err != nil || len(r.bases) > 0 {
				continue
			}
			name, pos := u.params[0].(string), c.assertion.text.Pos(u.site.From)
			k, known := at[name]
			if !known {
				k, at[name] = len(all), len(all)
				all = append(all, Since{Name: name, Optional: true, Pos: pos})
			}
			s := &all[k]
			if !c.assertion.spec.Optional && s.Optional {
				s.Optional, s.Pos = false, pos
			}
			for _, cell := range r.cells {
				if w := c.assertion.plan.Cells[cell]; !slices.Contains(s.Cells, Work{w.Workload.Name, w.Identity}) {
					s.Cells = append(s.Cells, Work{w.Workload.Name, w.Identity})
				}
			}
		}
	}
	return all
}

// then is a metric of one cell in a reference: of its ok trials that had the machine to themselves; of all where they are too
// few for a verdict.
type then struct {
	lack    string // why no verdict can rest on it; "" where one can
	tried   int    // trials that count, whatever came of them
	ok      int    // of them
	clean   int    // ok ones that had the machine to themselves
	values  []float64
	medians []float64 // on resamples of the values; nil until they are asked for
}

type thenKey struct {
	since, metric string
	cell          int
}

// then finds a cell's values in a reference.
func (m *measured) then(since string, cell int, x metric) (*then, error) {
	key := thenKey{since, x.name, cell}
	if known := m.thens[key]; known != nil {
		return known, nil
	}
	ref := m.References[since]
	if ref == nil {
		return nil, &missing{reason: fmt.Sprintf("no stored run is known to compare with for %q", since), reference: true}
	}
	c := &m.Plan.Cells[cell]
	planned := slices.IndexFunc(ref.Cells, func(p results.PlannedCell) bool {
		return p.Workload == c.Workload.Name && p.Identity == c.Identity
	})
	if planned < 0 {
		return nil, &missing{reason: fmt.Sprintf("run %s, which %q stands for, has no cell %s", ref.Run, since, m.key(cell))}
	}
	t, all := ref.then(ref.Cells[planned], x)
	switch {
	case t.ok == 0:
		return nil, &missing{reason: fmt.Sprintf("run %s, which %q stands for, has no ok trial of %s", ref.Run, since, m.key(cell))}
	case len(all) == 0:
		return nil, &missing{reason: fmt.Sprintf("%s of %s was not measured in run %s, which %q stands for", x.name, m.key(cell), ref.Run, since)}
	case (t.tried-t.ok)*mostLost > t.tried:
		return nil, &missing{reason: fmt.Sprintf("run %s, which %q stands for, has only %d ok trials of %s in %s", ref.Run, since, t.ok, m.key(cell), counted(t.tried, "block"))}
	}
	m.thens[key] = t
	return t, nil
}

// then reads a cell's trials; all are its values, those that shared the machine too.
func (r *Reference) then(cell results.PlannedCell, x metric) (t *then, all []float64) {
	t = &then{}
	shared := 0
	for i := range r.Trials {
		trial := &r.Trials[i]
		if trial.Workload != cell.Workload || trial.Cell != cell.Cell || trial.Warmup || trial.Control || trial.Status == results.Interrupted {
			continue
		}
		if t.tried++; trial.Contaminated != "" {
			shared++
		}
		if trial.Status != results.OK {
			continue
		}
		t.ok++
		if v := x.of(trial); finite(v) {
			if all = append(all, v); trial.Contaminated == "" || x.name == peak.name {
				t.values = append(t.values, v)
			}
		}
	}
	switch t.clean = len(t.values); {
	case t.clean < stats.LeastBlocks:
		t.lack = fmt.Sprintf("only %s of run %s had the machine to themselves; at least %d are needed: measure it again", counted(t.clean, "trial"), r.Run, stats.LeastBlocks)
		t.values = all
	case shared > t.tried-shared && x.name != peak.name:
		t.lack = fmt.Sprintf("the machine was busy in %d of %s of run %s: measure it again", shared, counted(t.tried, "block"), r.Run)
	}
	return t, all
}

// median is that of the values, or on a resample of them. Its rows are not those of the run that is judged: the two runs
// share no blocks, so that they are drawn apart.
func (t *then) median(m *measured, on *drawn) float64 {
	if on.row < 0 {
		return stats.Median(t.values)
	}
	if t.medians == nil {
		t.medians = m.draw(len(t.values)).Medians(t.values)
	}
	return t.medians[(on.row+len(t.medians)/2)%len(t.medians)]
}

// change is how much more of something a cell takes than it did in a reference, or than its twin of another build does in
// the same blocks: 0.05 is 5 % more.
func (q *query) change(since string, x metric) (any, error) {
	now, before, err := q.both(since, x)
	if err != nil {
		return nil, err
	}
	if before <= 0 {
		return nil, &missing{reason: fmt.Sprintf("%s of %s was 0: nothing can be told as a share of it", x.name, q.key(q.cells[0]))}
	}
	return now/before - 1, nil
}

// both are the medians now and before.
func (q *query) both(since string, x metric) (now, before float64, err error) {
	cell := q.cells[0]
	if len(q.bases) == 1 {
		if now, known := q.known(cell, x); known {
			if before, known := q.known(q.bases[0], x); known {
				return now, before, nil
			}
		}
		mine, theirs, err := q.pairs(cell, q.bases[0], x)
		if err != nil {
			return 0, 0, err
		}
		return stats.Median(mine), stats.Median(theirs), nil
	}
	past, err := q.then(since, cell, x)
	if err != nil {
		return 0, 0, err
	}
	m, err := q.median(x)
	if err != nil {
		return 0, 0, err
	}
	q.rest(past.clean)
	q.lack = past.lack
	return m.(float64), past.median(q.measured, q.on), nil
}
