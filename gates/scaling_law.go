package gates

import (
	"math"
	"slices"

	"bench/runner/internal/stats"
)

// The law of work that grows with the workers is Gustafson's. Of work that stays the same, the laws by the number of worker counts that there are: two give Karp and Flatt's estimate, three Amdahl's law, four
// and more Gunther's, unless the interval of its coherency touches 0.
const (
	karpFlatt = "karp-flatt"
	amdahl    = "amdahl"
	usl       = "usl"
	gustafson = "gustafson"
)

func (s *Scaling) law(c crew, busy bool, cores int) {
	switch n := len(c.counts); {
	case n < 2:
		return
	case c.weak:
		s.fitted(c, gustafson, stats.FitGustafson)
	case n == 2:
		s.fitted(c, karpFlatt, func(p []stats.Point) (stats.Law, bool) {
			f := stats.KarpFlatt(p[0].Time/p[1].Time, p[1].Workers)
			return stats.Law{T1: p[0].Time, Contention: f}, finite(f)
		})
	case n >= 4 && s.fitted(c, usl, stats.FitUSL) && s.Pairs.Interval[0] > 0:
	default:
		s.Pairs = nil
		s.fitted(c, amdahl, stats.FitAmdahl)
	}
	if s.Ahead != nil {
		s.Ahead.Cores = busy && s.Ahead.Workers > cores
	}
}

// fitted sets what a law says; false where it cannot be fitted.
func (s *Scaling) fitted(c crew, name string, fit func([]stats.Point) (stats.Law, bool)) bool {
	l, ok := fit(points(c, func(i int) float64 { return c.times[i] }))
	if !ok {
		return false
	}
	ahead := 2 * slices.Max(c.counts)
	rows := len(c.drawn[0])
	serial, pairs, speedup := make([]float64, rows), make([]float64, rows), make([]float64, rows)
	for row := range rows {
		d, ok := fit(points(c, func(i int) float64 { return c.drawn[i][row] }))
		if serial[row], pairs[row], speedup[row] = d.Contention, d.Coherency, speedupOf(d, ahead, c.weak); !ok {
			serial[row] = math.NaN()
		}
	}
	s.Law, s.Counts, s.fit = name, c.counts, l
	s.Serial = estimate(l.Contention, serial)
	s.Ahead = nil
	if e := estimate(speedupOf(l, ahead, c.weak), speedup); e != nil {
		s.Ahead = &Ahead{Workers: ahead, Speedup: *e}
	}
	if name == usl {
		s.Pairs = estimate(l.Coherency, pairs)
	}
	if s.Serial == nil || name == usl && s.Pairs == nil {
		s.Law, s.Counts, s.Serial, s.Pairs, s.Ahead = "", nil, nil, nil, nil
		return false
	}
	return true
}

func points(c crew, time func(i int) float64) []stats.Point {
	out := make([]stats.Point, len(c.counts))
	for i, p := range c.counts {
		out[i] = stats.Point{Workers: p, Time: time(i)}
	}
	return out
}

// speedupOf is that of p workers, at most p: that fewer were faster than they are many is no law.
func speedupOf(l stats.Law, p int, weak bool) float64 { return speedupAt(l, float64(p), weak) }

func speedupAt(l stats.Law, p float64, weak bool) float64 {
	if weak {
		return min(l.ScaledSpeedup(p), p)
	}
	l.Contention = max(l.Contention, 0)
	return l.Speedup(p)
}

func estimate(v float64, drawn []float64) *Estimate {
	ci, ok := stats.Percentiles(drawn, tail)
	if !ok || !finite(v) {
		return nil
	}
	return &Estimate{v, ci}
}
