package gates

import (
	"math"
	"slices"

	"bench/runner/internal/stats"
)

// curvePoints is how many points a curve has: enough for a smooth line of a hand's width.
const curvePoints = 33

// curve is the law's speedup from one worker up to twice the most that it rests on, where the law's own forecast ends. It
// is told against the cells' baseline, as their measured speedups are; nil where that has no time on these blocks.
func (m *measured) curve(s *Scaling, cells, blocks []int) []Speedup {
	base := m.Plan.Cells[cells[0]].Baseline
	if s.Law == "" || base < 0 {
		return nil
	}
	weak := m.Plan.Cells[cells[0]].Workload.Weak
	both := slices.DeleteFunc(slices.Clone(blocks), func(b int) bool { return m.ok[base][b] == nil })
	if len(both) < stats.LeastBlocks {
		return nil
	}
	time := stats.Median(m.on(base, both, total.of))
	if weak {
		time /= float64(max(m.Plan.Cells[base].Workers, 1))
	}
	anchor := time / s.fit.T1
	if !finite(anchor) || anchor <= 0 {
		return nil
	}
	most := 2 * float64(s.Counts[len(s.Counts)-1])
	out := make([]Speedup, curvePoints)
	for i := range out {
		p := math.Pow(most, float64(i)/(curvePoints-1))
		out[i] = Speedup{p, anchor * speedupAt(s.fit, p, weak)}
	}
	return out
}
