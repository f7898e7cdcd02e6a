package gates

import (
	"slices"
	"sync"

	"bench/runner/internal/stats"
)

// resamples is how many times the blocks are drawn for a verdict.
const resamples = 20_000

// What is kept for the next check: 0.6 MB of the medians of cells, so that those of a baseline are there for all of its
// cells, and 32 MB of draws, which is what the looks of a run with 400 blocks take.
const (
	mostMedians = 4
	mostDrawn   = 16_000_000
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
	medians []medians // the last that was asked for first
}

// medians are those of a cell's metric on each row.
type medians struct {
	sampleKey
	rows []float64
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
	for i, known := range d.medians {
		if known.sampleKey == key {
			copy(d.medians[1:], d.medians[:i])
			d.medians[0] = known
			return known.rows
		}
	}
	rows := m.mediansOf(cell, x, d)
	d.medians = slices.Insert(d.medians, 0, medians{key, rows})
	return rows
}

func (m *measured) mediansOf(cell int, x metric, d *drawn) []float64 {
	s := m.sample(cell, x)
	values := make([]float64, len(d.blocks))
	for i, b := range d.blocks {
		if !s.has[b] {
			return nil
		}
		values[i] = s.values[b]
	}
	return d.draws.Medians(values)
}

// redrawn are resamples of the blocks. They are kept with the data, since checks of the same cells share them. Medians go
// here and not where they are asked for: a check may ask for those of many cells on each row.
func (m *measured) redrawn(blocks []int) *drawn {
	draws := drawsOf(len(blocks), m.resamples())
	key := string(encodePlaces(blocks))
	if m.resampled.key != key { // checks are judged in their order, mostly on the same blocks: one set is kept
		m.resampled.key, m.resampled.resampling = key, &resampling{draws: draws}
	}
	if kept := m.resampled.medians; len(kept) > mostMedians {
		m.resampled.medians = slices.Clone(kept[:mostMedians])
	}
	return &drawn{blocks: blocks, resampling: m.resampled.resampling}
}

// kept are draws of this process: those of a number of blocks are the same for whoever asks, and take longer to make
// than a check to be judged.
var kept struct {
	sync.Mutex
	draws map[[2]int]*stats.Draws // by blocks and rows
	drawn int                     // how often, in all of them
}

// drawsOf are some rows of draws of n blocks.
func drawsOf(n, rows int) *stats.Draws {
	kept.Lock()
	defer kept.Unlock()
	if known := kept.draws[[2]int{n, rows}]; known != nil {
		return known
	}
	d := stats.NewDraws(n, rows)
	if kept.drawn += d.N * d.Rows; kept.draws == nil || kept.drawn > mostDrawn { // of a run that is looked at after each block
		kept.draws, kept.drawn = map[[2]int]*stats.Draws{}, d.N*d.Rows
	}
	kept.draws[[2]int{n, rows}] = d
	return d
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
