package gates

import (
	"slices"
	"time"

	"bench/runner/internal/stats"
	"bench/runner/results"
)

// Summaries tells each planned cell in numbers, in order of the plan.
func Summaries(data Data) []Summary {
	m := measure(data)
	out := make([]Summary, len(data.Plan.Cells))
	for i := range out {
		out[i] = m.summary(i)
	}
	for i := range out {
		if base := data.Plan.Cells[i].Baseline; base >= 0 {
			out[base].Baseline = true
		}
	}
	m.whys(out)
	return out
}

// summary leaves out the trials that shared the machine, unless too few are left.
func (m *measured) summary(cell int) Summary {
	c := &m.Plan.Cells[cell]
	s := Summary{Cell: c.Cell, Workload: c.Workload.Name, Runtime: c.Runtime.Name, Executor: c.Executor, Workers: c.Workers,
		Counts: countStatuses(m.counted[cell]), Reason: m.trouble(cell), Contaminated: contaminated(m.counted[cell], false), Disturbed: contaminated(m.counted[cell], true)}
	q := query{measured: m, cells: []int{cell}, on: each(m.together([]int{cell}))}
	times, err := q.values(cell, total)
	if err != nil {
		return s
	}
	s.N, s.Times = len(times), times
	s.Median, s.Min, s.Max = number(stats.Median(times)), number(slices.Min(times)), number(slices.Max(times))
	s.Mean = number(stats.Mean(times))
	if deviation, ok := stats.Deviation(times); ok {
		s.Deviation = number(deviation)
	}
	if ci, ok := stats.MedianInterval(times, 0.95); ok {
		s.Interval = &ci
	}
	if spread, ok := stats.RelativeSpread(times); ok {
		s.Spread = number(spread)
		s.Quartiles = &[2]float64{stats.Quantile(times, 0.25), stats.Quantile(times, 0.75)}
	}
	s.CPU, s.CoresUsed, s.Memory = q.typical(cpu), q.typical(used), q.typical(peak)
	s.User, s.System = q.meanOf(user), q.meanOf(system)
	s.Phases = q.phases()
	if c.Baseline >= 0 {
		m.compare(&s, cell, c.Baseline)
	}
	return s
}

// contaminated counts the OK trials that shared the machine or were disturbed, or only these.
func contaminated(trials []*results.Trial, disturbed bool) (n int) {
	for _, t := range trials {
		_, is := results.Disturbance(t.Contaminated)
		if t.Status == results.OK && t.Contaminated != "" && (is || !disturbed) {
			n++
		}
	}
	return n
}

// compare sets the speedup and what goes with it, on the blocks that a verdict on it would rest on.
func (m *measured) compare(s *Summary, cell, base int) {
	on := each(m.together([]int{cell, base}))
	q := query{measured: m, cells: []int{cell}, bases: []int{base}, on: on}
	speedup, err := q.speedup(0)
	if err != nil {
		return
	}
	s.Speedup, s.SpeedupN = number(speedup), len(on.blocks)
	if c := &m.Plan.Cells[cell]; c.Counted() {
		s.Efficiency = number(speedup / float64(max(c.Workers, 1)))
	}
	if n := len(on.blocks); n >= stats.LeastBlocks && cell != base {
		s.SpeedupCI = m.speedupInterval(cell, base, m.redrawn(on.blocks))
	}
}

// speedupInterval is the middle 95 % of the speedup on resamples, as a verdict has it.
func (m *measured) speedupInterval(cell, base int, on *drawn) *[2]float64 {
	ratios := m.ratios(cell, base, on)
	if ratios == nil {
		return nil
	}
	if ci, ok := stats.Percentiles(ratios, stats.IntervalTail(len(on.blocks))); ok {
		return &ci
	}
	return nil
}

// number is nil for what is none.
func number(f float64) *float64 {
	if !finite(f) {
		return nil
	}
	return &f
}

// user and system are the two parts of the CPU time.
var (
	user   = metric{"user time", func(t *results.Trial) float64 { return t.Usage.User.Seconds() }}
	system = metric{"system time", func(t *results.Trial) float64 { return t.Usage.System.Seconds() }}
)

func (q *query) typical(x metric) *float64 {
	v, err := q.median(x)
	if err != nil {
		return nil
	}
	return number(v.(float64))
}

func (q *query) meanOf(x metric) *float64 {
	values, err := q.values(q.cells[0], x)
	if err != nil {
		return nil
	}
	return number(stats.Mean(values))
}

func (q *query) phases() *results.Phases {
	of := func(name string) time.Duration {
		m := q.typical(phases[name])
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
		if n := m.noise(cell, m.everywhere()); n.N > 0 {
			out = append(out, n)
		}
	}
	return out
}

// noise is a cell against its second copy on some blocks; N is 0 where it has none that can be told.
func (m *measured) noise(cell int, blocks []int) Noise {
	var first, second []float64
	for _, block := range blocks {
		if twin, t := m.ok[cell][block], m.control[cell][block]; t != nil && twin != nil && t.Contaminated == "" && twin.Contaminated == "" {
			first, second = append(first, total.of(twin)), append(second, total.of(t))
		}
	}
	ratio := stats.Median(second) / stats.Median(first)
	if !finite(ratio) {
		return Noise{}
	}
	return Noise{Cell: m.Plan.Cells[cell].Cell, N: len(first), Ratio: ratio}
}
