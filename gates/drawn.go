package gates

import "bench/runner/internal/stats"

// resamples is how many times the blocks are drawn for a verdict.
const resamples = 20_000

// What is kept for the next check, at 160 kB for the medians of a cell, and about 1 MB for the draws of a number of blocks.
const (
	mostMedians = 256
	mostDraws   = 8
)

// drawn is what a query is answered on: each of some blocks once, or one resample of them.
type drawn struct {
	blocks []int // places
	*resampling
	row int // of the resampling; -1: each block once
}

// resampling is shared by all that is computed on the same blocks: rows belong together, so that pairs stay pairs.
type resampling struct {
	draws   *stats.Draws
	medians map[sampleKey][]float64 // on each row
}

// each is every block once.
func each(blocks []int) *drawn { return &drawn{blocks: blocks, row: -1} }

// places of the blocks, as often as they were drawn.
func (d *drawn) places(do func(block int)) {
	if d.row < 0 {
		for _, b := range d.blocks {
			do(b)
		}
		return
	}
	for i, times := range d.draws.Row(d.row) {
		for range times {
			do(d.blocks[i])
		}
	}
}

// medians of a cell's metric on the rows; nil where a block lacks it, so that it cannot be had in this way.
func (m *measured) medians(cell int, x metric, d *drawn) []float64 {
	key := sampleKey{cell, x.name}
	if known, found := d.medians[key]; found {
		return known
	}
	s := m.sample(cell, x)
	values := make([]float64, len(d.blocks))
	for i, b := range d.blocks {
		if !s.has[b] {
			d.medians[key] = nil
			return nil
		}
		values[i] = s.values[b]
	}
	if len(d.medians) >= mostMedians {
		clear(d.medians)
	}
	d.medians[key] = d.draws.Medians(values)
	return d.medians[key]
}

// redrawn are resamples of the blocks. They are kept with the data, since checks of the same cells share them.
func (m *measured) redrawn(blocks []int) *drawn {
	draws := m.draw(len(blocks))
	key := string(encodePlaces(blocks))
	if m.resampled.key != key { // checks are judged in their order, mostly on the same blocks: one set is kept
		m.resampled.key, m.resampled.resampling = key, &resampling{draws, map[sampleKey][]float64{}}
	}
	return &drawn{blocks: blocks, resampling: m.resampled.resampling}
}

// draw has the draws of n blocks.
func (m *measured) draw(n int) *stats.Draws {
	if m.draws[n] == nil {
		if len(m.draws) >= mostDraws { // of a run that is looked at after each block
			clear(m.draws)
		}
		m.draws[n] = stats.NewDraws(n, m.resamples())
	}
	return m.draws[n]
}

func (m *measured) resamples() int {
	if m.Resamples > 0 {
		return m.Resamples
	}
	return resamples
}

func encodePlaces(blocks []int) []byte {
	key := make([]byte, 0, 4*len(blocks))
	for _, b := range blocks {
		key = append(key, byte(b), byte(b>>8), byte(b>>16), byte(b>>24))
	}
	return key
}
