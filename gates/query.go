package gates

import (
	"fmt"
	"math"
	"slices"

	"bench/runner/internal/stats"
	"bench/runner/results"
)

// query is one call of a function: which cells, with which parameters, on which blocks.
type query struct {
	*measured
	cells  []int
	bases  []int // the baseline of each of cells, for a function that compares
	params []any
	on     *drawn
	n      int // how many blocks or trials the answer rests on: the least of all that were asked
	asked  bool
	lack   string // why that is too few, where a stored run is to blame
}

func (q *query) rest(n int) {
	if !q.asked || n < q.n {
		q.n, q.asked = n, true
	}
}

// values are a cell's values on the blocks that were drawn; an error if there is none.
func (q *query) values(cell int, x metric) ([]float64, error) {
	s := q.sample(cell, x)
	out := make([]float64, 0, len(q.on.blocks))
	q.on.places(func(b int) {
		if s.has[b] {
			out = append(out, s.values[b])
		}
	})
	q.rest(len(out))
	switch {
	case len(out) > 0:
		return out, nil
	case slices.ContainsFunc(q.ok[cell], func(t *results.Trial) bool { return t != nil }):
		reason := fmt.Sprintf("%s of %s was not measured", x.name, q.key(cell))
		if x.name == peak.name && q.Plan.Cells[cell].Commands != nil {
			reason += ": a command that needs less than what starts it, about 10 MB, cannot be told from that"
		}
		return nil, &missing{reason: reason}
	}
	return nil, q.noOK(cell)
}

// pairs are the values of two cells on the drawn blocks in which both have one.
func (q *query) pairs(a, b int, x metric) (as, bs []float64, err error) {
	s, t := q.sample(a, x), q.sample(b, x)
	q.on.places(func(block int) {
		if s.has[block] && t.has[block] {
			as, bs = append(as, s.values[block]), append(bs, t.values[block])
		}
	})
	q.rest(len(as))
	if len(as) > 0 {
		return as, bs, nil
	}
	_, mine := q.values(a, x)
	_, theirs := q.values(b, x)
	if err := worst(nil, []error{theirs, mine}); err != nil { // a baseline that failed is why its cells are not proven
		return nil, nil, err
	}
	return nil, nil, &missing{reason: fmt.Sprintf("%s and %s have no ok trial in the same block", q.key(a), q.key(b))}
}

// medians are those of the first cell on all rows of a resampling; nil where some block lacks the metric.
func (q *query) medians(x metric) []float64 { return q.measured.medians(q.cells[0], x, q.on) }

// known is the median on a resample of blocks that all have the metric: all of them are computed at once.
func (q *query) known(cell int, x metric) (float64, bool) {
	if q.on.row < 0 {
		return 0, false
	}
	medians := q.measured.medians(cell, x, q.on)
	if medians == nil {
		return 0, false
	}
	q.rest(len(q.on.blocks))
	return medians[q.on.row], true
}

func (q *query) median(x metric) (any, error) {
	m, err := q.medianOf(q.cells[0], x)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (q *query) medianOf(cell int, x metric) (float64, error) {
	if m, known := q.known(cell, x); known {
		return m, nil
	}
	values, err := q.values(cell, x)
	if err != nil {
		return 0, err
	}
	return stats.Median(values), nil
}

// speedup of the i-th cell is the ratio of the two medians on the blocks that both cells have. The median of the ratios
// of each block would err more often. With scaling: weak it is the scaled one (Gustafson 1988): what the baseline would take for the work.
func (q *query) speedup(i int) (float64, error) {
	cell, base := q.cells[i], q.bases[i]
	if m, known := q.known(cell, total); known && m > 0 {
		if b, known := q.known(base, total); known {
			return q.Plan.Growth(cell, base) * b / m, nil
		}
	}
	mine, theirs, err := q.pairs(cell, base, total)
	if err != nil {
		return 0, err
	}
	m := stats.Median(mine)
	if m <= 0 {
		return 0, &missing{reason: q.key(cell) + " has a median time of 0"}
	}
	return q.Plan.Growth(cell, base) * stats.Median(theirs) / m, nil
}

// speedups are those of the first cell on all rows of a resampling, divided by a number; nil where a row has none.
func (q *query) speedups(by float64) []float64 {
	cell, base := q.cells[0], q.bases[0]
	if slices.ContainsFunc(q.medians(total), func(m float64) bool { return m <= 0 }) {
		return nil
	}
	out := q.ratios(cell, base, q.on)
	for i := range out {
		out[i] /= by
	}
	return out
}

// ratios are the speedups of a cell against another on all rows of a resampling; nil where a block lacks one of the two.
func (m *measured) ratios(cell, base int, on *drawn) []float64 {
	mine, theirs := m.medians(cell, total, on), m.medians(base, total, on)
	if mine == nil || theirs == nil {
		return nil
	}
	out, growth := make([]float64, len(mine)), m.Plan.Growth(cell, base)
	for i := range out {
		out[i] = growth * theirs[i] / mine[i]
	}
	return out
}

// trials are what happened in a cell, whatever came of it; an error if nothing did.
func (q *query) trials() ([]*results.Trial, error) {
	trials := q.counted[q.cells[0]]
	q.rest(len(trials))
	if len(trials) == 0 {
		return nil, q.noOK(q.cells[0])
	}
	return trials, nil
}

func (q *query) count(of func(*results.Trial) int) (any, error) {
	trials, err := q.trials()
	if err != nil {
		return nil, err
	}
	n := 0
	for _, t := range trials {
		n += of(t)
	}
	return float64(n), nil
}

func is(status results.Status) func(*results.Trial) int {
	return func(t *results.Trial) int {
		if t.Status == status {
			return 1
		}
		return 0
	}
}

var (
	total = metric{"total", func(t *results.Trial) float64 { return t.Phases.Total.Seconds() }}
	cpu   = metric{"cpu", func(t *results.Trial) float64 { return t.Usage.CPU().Seconds() }}
	used  = metric{"cores", func(t *results.Trial) float64 { return t.Usage.CPU().Seconds() / t.Phases.Total.Seconds() }}
	peak  = metric{"memory", func(t *results.Trial) float64 {
		if t.Usage.Memory == 0 { // no process has none: it was not measured
			return math.NaN()
		}
		return float64(t.Usage.Memory)
	}}
)
