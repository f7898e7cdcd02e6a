package stats

import (
	"math/rand/v2"
	"slices"
)

// Draws are resamples of n things, with replacement (Efron 1979): in each row, how often each of the n was drawn. The
// rows for an n are the same each time, so that all that is computed on them belongs together, and comes out again.
type Draws struct {
	N, Rows int
	counts  []uint16 // Rows times N
}

// mostCounts bounds the memory of one Draws: 2 B each.
const mostCounts = 8_000_000

// NewDraws draws n things n times, in as many rows as asked for, or in fewer (at least 1000) where n is in the hundreds.
func NewDraws(n, rows int) *Draws {
	if n > 0 {
		rows = min(rows, max(mostCounts/n, 1000))
	}
	d := &Draws{N: n, Rows: rows, counts: make([]uint16, n*rows)}
	random := rand.New(rand.NewPCG(uint64(n), 0x9e3779b97f4a7c15))
	for i := range rows {
		row := d.counts[i*n : (i+1)*n]
		for range n {
			row[random.IntN(n)]++
		}
	}
	return d
}

// Row tells how often each thing was drawn in a row; only to be read.
func (d *Draws) Row(i int) []uint16 { return d.counts[i*d.N : (i+1)*d.N] }

// Medians are the medians of the values on each row; values has one for each of the N.
func (d *Draws) Medians(values []float64) []float64 {
	order := make([]int, d.N)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	sorted := make([]float64, d.N)
	for i, at := range order {
		sorted[i] = values[at]
	}
	out := make([]float64, d.Rows)
	if d.N == 0 {
		return out
	}
	for i := range out {
		out[i] = middle(sorted, order, d.Row(i))
	}
	return out
}

// middle is the median of sorted values of which each counts as often as the row says.
func middle(sorted []float64, order []int, row []uint16) float64 {
	n := len(order)
	lower, seen, i := (n-1)/2, 0, 0
	for {
		seen += int(row[order[i]])
		if seen > lower {
			break
		}
		i++
	}
	if n%2 == 1 || seen > lower+1 {
		return sorted[i]
	}
	j := i + 1
	for row[order[j]] == 0 {
		j++
	}
	return (sorted[i] + sorted[j]) / 2
}
