package gates

import (
	"math/rand/v2"
	"slices"

	"runner/internal/expression"
	"runner/internal/stats"
)

// resamples is how many times the blocks are drawn for an interval: its ends then vary by a few per cent of its width.
const resamples = 1000

// Intervals sets the interval of what each check observed, where it compares measured numbers on at least leastBlocks
// blocks: the middle 95 % of the values that it has when the blocks are drawn again, with replacement (Efron's
// percentile bootstrap). The draws are the same each time. With few blocks it is somewhat too narrow.
func Intervals(checks []Check, data Data, verdicts []Verdict) {
	m := measure(data)
	for i := range checks {
		v := &verdicts[i]
		if v.Observed == nil || v.N < leastBlocks || checks[i].assertion.exact() {
			continue
		}
		s := &statistic{check: &checks[i], data: m}
		s.vars, _ = m.known(&checks[i], nil)
		v.Interval = s.interval(v.Outcome == Pass)
	}
}

func (s *statistic) interval(holds bool) *[2]float64 {
	all := make([]int, s.data.blocks)
	for i := range all {
		all[i] = i
	}
	operand, found := s.operand(s.compare(all, holds))
	if !found {
		return nil
	}
	random := rand.New(rand.NewPCG(1, 2))
	var values []float64
	draw := make([]int, len(all))
	for range resamples {
		for i := range draw {
			draw[i] = random.IntN(len(all))
		}
		if x, ok := s.number(operand, draw); ok {
			values = append(values, x)
		}
	}
	if len(values) < resamples*9/10 {
		return nil
	}
	slices.Sort(values)
	return &[2]float64{stats.Quantile(values, 0.025), stats.Quantile(values, 0.975)}
}

// operand is the side of a comparison that was observed.
func (s *statistic) operand(c comparison) (expression.Operand, bool) {
	for _, known := range s.check.assertion.program.Comparisons() {
		for _, o := range []expression.Operand{known.Left, known.Right} {
			if c.found && o.From == c.at.from && o.To == c.at.to {
				return o, true
			}
		}
	}
	return expression.Operand{}, false
}
