package gates

import (
	"slices"
	"time"

	"runner/internal/stats"
	"runner/results"
)

// Summaries tells each planned cell in numbers, in order of the plan.
func Summaries(data Data) []Summary {
	m := measure(data)
	all := make([]int, m.blocks)
	for i := range all {
		all[i] = i
	}
	out := make([]Summary, len(data.Plan.Cells))
	for i := range out {
		out[i] = m.summary(i, all)
	}
	for i := range out {
		if base := data.Plan.Cells[i].Baseline; base >= 0 {
			out[base].Baseline = true
		}
	}
	return out
}

func (m *measured) summary(cell int, all []int) Summary {
	c := &m.Plan.Cells[cell]
	s := Summary{Cell: c.Cell, Workload: c.Workload.Name, Runtime: c.Runtime.Name, Executor: c.Executor, Workers: c.Workers,
		Counts: countStatuses(m.counted[cell]), Reason: m.trouble(cell)}
	q := query{measured: m, cells: []int{cell}, draw: all}
	times, err := q.values(cell, total)
	if err != nil {
		return s
	}
	s.N, s.Times = len(times), times
	s.Median, s.Min, s.Max = number(stats.Median(times)), number(slices.Min(times)), number(slices.Max(times))
	if ci, ok := stats.MedianInterval(times, 0.95); ok {
		s.Interval = &ci
	}
	if spread, ok := stats.RelativeSpread(times); ok {
		s.Spread = number(spread)
	}
	s.CPU, s.CoresUsed, s.Memory = q.medianOf(cpu), q.medianOf(busy), q.medianOf(peak)
	s.Phases = q.phases()
	if c.Baseline >= 0 {
		q.bases = []int{c.Baseline}
		if speedup, err := q.speedup(0); err == nil {
			s.Speedup = number(speedup)
			if c.Counted() {
				s.Efficiency = number(speedup / float64(max(c.Workers, 1)))
			}
		}
	}
	return s
}

// number is nil for what is none.
func number(f float64) *float64 {
	if !finite(f) {
		return nil
	}
	return &f
}

func (q *query) medianOf(x metric) *float64 {
	v, err := q.median(x)
	if err != nil {
		return nil
	}
	return number(v.(float64))
}

func (q *query) phases() *results.Phases {
	of := func(name string) time.Duration {
		m := q.medianOf(phases[name])
		if m == nil {
			return 0
		}
		return time.Duration(*m*float64(time.Second) + 0.5)
	}
	return &results.Phases{Startup: of("startup"), Spawn: of("spawn"), Work: of("work"), Join: of("join"), Total: of("total")}
}

// trouble is the reason of the first bad trial; of a cell that cannot run here, why.
func (m *measured) trouble(cell int) string {
	if m.absent[cell] != "" {
		return m.absent[cell]
	}
	for _, t := range m.counted[cell] {
		if t.Status != results.OK {
			return cmpOr(t.Reason, string(t.Status))
		}
	}
	return ""
}

// NoiseOf compares each baseline cell with its second copy, on the blocks that have both. A cell without a control is
// left out.
func NoiseOf(data Data) []Noise {
	m := measure(data)
	var out []Noise
	for cell := range data.Plan.Cells {
		var first, second []float64
		for block, t := range m.control[cell] {
			if twin := m.ok[cell][block]; t != nil && twin != nil {
				first, second = append(first, total.of(twin)), append(second, total.of(t))
			}
		}
		if ratio := stats.Median(second) / stats.Median(first); finite(ratio) {
			out = append(out, Noise{Cell: data.Plan.Cells[cell].Cell, N: len(first), Ratio: ratio})
		}
	}
	return out
}
