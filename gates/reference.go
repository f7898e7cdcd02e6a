package gates

import (
	"fmt"
	"slices"

	"bench/runner/internal/diag"
	"bench/runner/internal/stats"
	"bench/runner/spec"
)

// Reference is a stored run that change() compares with.
type Reference struct {
	Run string // id
	Data
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
				if w := workOf(c.assertion.plan.Cells[cell]); !slices.Contains(s.Cells, w) {
					s.Cells = append(s.Cells, w)
				}
			}
		}
	}
	return all
}

// then is a metric of one cell in a reference, on the blocks that tell of it.
type then struct {
	lack    string // why no verdict can rest on it; "" where one can
	values  []float64
	medians []float64 // on resamples of the values; nil until they are asked for
}

type thenKey struct {
	since, metric string
	cell          int
}

// then finds a cell's values in a reference. It goes by the rules of every check: lost trials are missing data, and a busy
// machine tells nothing.
func (m *measured) then(since string, cell int, x metric) (*then, error) {
	key := thenKey{since, x.name, cell}
	if known := m.thens[key]; known != nil {
		return known, nil
	}
	ref := m.References[since]
	if ref == nil {
		return nil, &missing{reason: fmt.Sprintf("no stored run is known to compare with for %q", since), reference: true}
	}
	lacks := func(format string, args ...any) error {
		return &missing{reason: fmt.Sprintf("run %s, which %q stands for, ", ref.Run, since) + fmt.Sprintf(format, args...)}
	}
	was, at := m.past(since, ref), workOf(m.Plan.Cells[cell])
	place := slices.IndexFunc(ref.Plan.Cells, func(c spec.PlannedCell) bool { return workOf(c) == at })
	if place < 0 {
		return nil, lacks("has no cell %s", m.key(cell))
	}
	f, blocks := was.blocksOf(x.steady(), place)
	t := &then{values: slices.DeleteFunc(was.on(place, blocks, x.of), func(v float64) bool { return !finite(v) })}
	switch {
	case len(blocks) == 0:
		return nil, lacks("cannot be compared with: %s", was.noOK(place).reason)
	case f.unfit == Error:
		return nil, lacks("cannot be compared with: %s", f.why)
	case len(t.values) == 0:
		return nil, lacks("did not measure %s of %s", x.name, m.key(cell))
	case f.unfit != "":
		t.lack = fmt.Sprintf("run %s, which %q stands for: %s: measure it again", ref.Run, since, f.why)
	}
	m.thens[key] = t
	return t, nil
}

// past is a reference as it is asked.
func (m *measured) past(since string, ref *Reference) *measured {
	if m.pasts[since] == nil {
		m.pasts[since] = measure(ref.Data)
	}
	return m.pasts[since]
}

func workOf(c spec.PlannedCell) Work { return Work{c.Workload.Name, c.Identity} }

// median is that of the values, or on a resample of them. Its rows are not those of the run that is judged: the two runs
// share no blocks, so that they are drawn apart.
func (t *then) median(m *measured, on *drawn) float64 {
	if on.row < 0 {
		return stats.Median(t.values)
	}
	if t.medians == nil {
		t.medians = drawsOf(len(t.values), m.resamples()).Medians(t.values)
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
	q.rest(len(past.values))
	q.lack = past.lack
	return m.(float64), past.median(q.measured, q.on), nil
}
