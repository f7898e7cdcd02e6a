package gates

import (
	"fmt"

	"bench/runner/internal/stats"
)

// figure is a number of one run, and what it comes to on resamples of the run's blocks.
type figure struct {
	value float64
	rows  []float64 // nil where there are fewer than LeastBlocks
	n     int       // blocks
	unfit Outcome   // why nothing can be judged by it: Inconclusive or Error; "" where it can
	why   string
}

// blocksOf are the blocks that some cells can be told by, and whether a verdict could rest on them: by the rules of every
// check. What is steady may have shared the machine.
func (m *measured) blocksOf(steady bool, cells ...int) (f figure, blocks []int) {
	touchy := cells
	if steady {
		touchy = nil
	}
	at := m.sight(cells, touchy)
	blocks = at.shown()
	f.n = len(blocks)
	switch {
	case at.busy():
		f.unfit, f.why = Inconclusive, fmt.Sprintf("%s in %d of %s", spoilt(len(at.contaminated), m.disturbedIn(touchy, at.contaminated)), len(at.contaminated), counted(len(at.contaminated)+len(at.clean), "block"))
	case at.lossy():
		f.unfit, f.why = Error, fmt.Sprintf("only %d of %s have an ok trial", len(at.complete), counted(len(at.clean), "block"))
	case f.n < stats.LeastBlocks:
		f.unfit, f.why = Inconclusive, fmt.Sprintf("%s; at least %d are needed", counted(f.n, "block"), stats.LeastBlocks)
	}
	return f, blocks
}

// timeOf is a cell's median time, in s.
func (m *measured) timeOf(cell int) (figure, bool) {
	f, blocks := m.blocksOf(false, cell)
	if len(blocks) == 0 {
		return f, false
	}
	f.value = stats.Median(m.on(cell, blocks, total.of))
	if f.n >= stats.LeastBlocks {
		f.rows = m.medians(cell, total, m.redrawn(blocks))
	}
	return f, true
}

// speedupOf is how many times as fast as its baseline a cell is.
func (m *measured) speedupOf(cell int) (figure, bool) {
	base := m.Plan.Cells[cell].Baseline
	if base < 0 || base == cell {
		return figure{}, false
	}
	f, blocks := m.blocksOf(false, cell, base)
	q := query{measured: m, cells: []int{cell}, bases: []int{base}, on: each(blocks)}
	value, err := q.speedup(0)
	if err != nil {
		return f, false
	}
	f.value = value
	if f.n < stats.LeastBlocks {
		return f, true
	}
	f.rows = m.ratios(cell, base, m.redrawn(blocks))
	return f, true
}

// over is one number as a multiple of that of another run. The two share no blocks: their resamples are drawn apart.
func (e figure) over(other figure) (figure, bool) {
	if other.value <= 0 {
		return figure{}, false
	}
	ratio := figure{value: e.value / other.value, n: min(e.n, other.n), unfit: e.unfit, why: e.why}
	if e.unfit == "" || other.unfit == Error {
		ratio.unfit, ratio.why = other.unfit, other.why
	}
	if len(e.rows) == 0 || len(other.rows) == 0 {
		return ratio, true
	}
	ratio.rows = make([]float64, len(e.rows))
	for i := range e.rows {
		ratio.rows[i] = e.rows[i] / other.rows[(i+len(other.rows)/2)%len(other.rows)]
	}
	return ratio, true
}

// interval is the middle 95 %, as a verdict has it; nil where there are too few blocks.
func (e figure) interval() *[2]float64 {
	if len(e.rows) == 0 {
		return nil
	}
	if ci, ok := stats.Percentiles(e.rows, stats.IntervalTail(e.n)); ok {
		return &ci
	}
	return nil
}

// told is a number with its interval and the blocks that it rests on.
func (e figure) told() *Told { return &Told{Value: e.value, Interval: e.interval(), N: e.n} }

// Told is a number of one run, or of two.
type Told struct {
	Value    float64     `json:"value"`
	Interval *[2]float64 `json:"interval,omitempty"` // 95 %; nil where there are fewer than five blocks
	N        int         `json:"n"`                  // blocks, the fewer of two runs
}
