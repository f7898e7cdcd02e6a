package gates

import (
	"slices"

	"bench/runner/internal/matrix"
	"bench/runner/internal/stats"
	"bench/runner/results"
	"bench/runner/spec"
)

// Scaling is how the time of an executor goes with its number of workers, everything else equal.
type Scaling struct {
	Name         string        // the key of its cells without the worker count
	Cells        []matrix.Cell // by their worker counts, ascending
	Blocks       int           // that it rests on: those in which all of the cells have an OK trial
	Contaminated bool          // they shared the machine with other programs: too few others are left
	Law          string        // karp-flatt, amdahl, usl or gustafson; "" where there is none
	Counts       []int         // the worker counts that the law rests on, 1 for the cell that speedups are against
	Serial       *Estimate     // 1, the share that does not spread, of usl its contention; it may be negative with karp-flatt
	Pairs        *Estimate     // 1, the coherency of usl: what each pair of workers costs
	Best         int           // the worker count with the least median time, for the work
	Alike        []int         // the worker counts that cannot be told from the best, which is one of them
	Ahead        *Ahead
	Curve        []Speedup // what the law gives, as the cells' own speedups are told; nil where there is no law or no baseline
	Sentence     string

	fit    stats.Law
	spoilt string // of Contaminated: why, as a clause
}

// Estimate is a number with its interval of 95 %.
type Estimate struct {
	Value    float64
	Interval [2]float64
}

// Ahead is the speedup that a law gives for twice the largest number of workers that it rests on, and no further.
type Ahead struct {
	Workers int
	Cores   bool // as many cores would have to be there
	Speedup Estimate
}

// Speedup is that of some workers against a baseline.
type Speedup struct {
	Workers float64
	Speedup float64
}

// redraws is how many resamples an interval rests on; its ends then vary by a few per cent of its width.
const redraws = 2000

// tail is what an interval leaves out of them at each end. Laws do not get the correction for few blocks: with it their
// intervals would cover more than 98 %.
const tail = 0.025

// Scalings tells each executor that has several worker counts, in order of the plan. One with fewer than LeastBlocks
// blocks is left out.
func Scalings(data Data) []Scaling {
	m := measure(data)
	var out []Scaling
	for _, cells := range m.crews() {
		if s, ok := m.scaling(cells); ok {
			out = append(out, s)
		}
	}
	return out
}

// crews are the cells that differ in nothing but their worker count, ascending, where there are several.
func (m *measured) crews() [][]int {
	at := map[trialKey]int{}
	var groups [][]int
	for i := range m.Plan.Cells {
		c := &m.Plan.Cells[i]
		if c.Cell.Get(matrix.Workers) == nil || !m.any(i) {
			continue
		}
		key := trialKey{c.Workload.Name, uncounted(c)}
		if _, known := at[key]; !known {
			at[key] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[key]] = append(groups[at[key]], i)
	}
	for _, g := range groups {
		slices.SortFunc(g, func(a, b int) int { return m.Plan.Cells[a].Workers - m.Plan.Cells[b].Workers })
	}
	return slices.DeleteFunc(groups, func(g []int) bool { return len(g) < 2 })
}

// any tells whether a cell has an OK trial.
func (m *measured) any(cell int) bool {
	return slices.ContainsFunc(m.ok[cell], func(t *results.Trial) bool { return t != nil })
}

func uncounted(c *spec.PlannedCell) matrix.Cell {
	return matrix.NewCell(slices.DeleteFunc(c.Cell.Facets(), func(f matrix.Facet) bool { return f.Name == matrix.Workers })...)
}

// crew is one executor's cells on the blocks that all of them have. Of work that grows with the workers the times are
// those for what one worker has to do.
type crew struct {
	weak   bool
	counts []int
	times  []float64   // s, medians
	drawn  [][]float64 // [count][row]
}

func (m *measured) scaling(cells []int) (Scaling, bool) {
	one := m.alone(cells[len(cells)-1])
	if one >= 0 && !m.any(one) {
		one = -1
	}
	all := cells
	if one >= 0 {
		all = append([]int{one}, cells...)
	}
	blocks, dirty := m.meeting(all)
	if len(blocks) < stats.LeastBlocks {
		return Scaling{}, false
	}
	c := m.crew(all, blocks)
	s := Scaling{Name: nameOf(uncounted(&m.Plan.Cells[cells[0]])), Blocks: len(blocks), Contaminated: dirty}
	if dirty {
		s.spoilt = m.spoiltIn(all, blocks)
	}
	for _, i := range cells {
		s.Cells = append(s.Cells, m.Plan.Cells[i].Cell)
	}
	own := c
	if one >= 0 {
		own = crew{c.weak, c.counts[1:], c.times[1:], c.drawn[1:]}
		work := stats.Median(m.on(one, blocks, used.of)) >= 0.5
		s.law(c.within(m.Host.Cores, work), work, m.Host.Cores)
		s.Curve = m.curve(&s, cells, blocks)
	}
	s.best(own)
	s.Sentence = s.sentence()
	return s, true
}

func (m *measured) crew(cells, blocks []int) crew {
	draws := drawsOf(len(blocks), redraws)
	var c crew
	for _, cell := range cells {
		times := m.on(cell, blocks, total.of)
		c.counts = append(c.counts, m.Plan.Cells[cell].Workers)
		c.times = append(c.times, stats.Median(times))
		c.drawn = append(c.drawn, draws.Medians(times))
	}
	if c.weak = m.Plan.Cells[cells[0]].Workload.Weak; c.weak {
		for i, p := range c.counts {
			c.times[i] /= float64(p)
			for row := range c.drawn[i] {
				c.drawn[i][row] /= float64(p)
			}
		}
	}
	return c
}

// within is what a law can rest on: the cell with one worker, which speedups are against, and the counts above one. Where
// the work keeps cores busy, more workers than cores would make a law of the machine's, not of the work's.
func (c crew) within(cores int, busy bool) crew {
	out := crew{c.weak, c.counts[:1:1], c.times[:1:1], c.drawn[:1:1]}
	for i, p := range c.counts {
		if i > 0 && p > 1 && (!busy || cores == 0 || p <= cores) {
			out.counts, out.times, out.drawn = append(out.counts, p), append(out.times, c.times[i]), append(out.drawn, c.drawn[i])
		}
	}
	return out
}

// best tells which worker count is the fastest, and which cannot be told from it.
func (s *Scaling) best(c crew) {
	best := 0
	for i := range c.times {
		if c.times[i] < c.times[best] {
			best = i
		}
	}
	s.Best = c.counts[best]
	for i := range c.counts {
		ratios := make([]float64, len(c.drawn[i]))
		for row := range ratios {
			ratios[row] = c.drawn[i][row] / c.drawn[best][row]
		}
		if ci, ok := stats.Percentiles(ratios, tail); i == best || ok && ci[0] <= 1 {
			s.Alike = append(s.Alike, c.counts[i])
		}
	}
}
