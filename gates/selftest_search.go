package gates

import "bench/runner/results"

// farthest is the greatest change of a self-test, as a factor.
const farthest = 1000.0

// steps are the changes that are tried in turn, as factors.
var steps = []float64{1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2, 3, 5, 10, 100, farthest}

func (t *tester) search(a alteration, more bool) []Turn {
	turns := make([]Turn, len(t.cells))
	for i, cell := range t.cells {
		turns[i].Cell, turns[i].Tried = t.data.Plan.Cells[cell].Cell, factor(farthest, more)
		if step := t.least(func(step float64) bool { return t.red(cell, a, factor(step, more)) }); step > 0 {
			turns[i].Factor = factor(step, more)
		}
	}
	return turns
}

func factor(step float64, more bool) float64 {
	if more {
		return step
	}
	return 1 / step
}

// least is the smallest step at which red is true, to 1 % of the change; 0 where no step is.
func (t *tester) least(red func(step float64) bool) float64 {
	low := 1.0
	for _, high := range steps {
		if !red(high) {
			low = high
			continue
		}
		for high-low > max(0.01*(high-1), 0.0005) {
			if middle := (low + high) / 2; red(middle) {
				high = middle
			} else {
				low = middle
			}
		}
		return high
	}
	return 0
}

func (t *tester) red(cell int, a alteration, factor float64) bool {
	m := measure(t.altered(cell, a, factor))
	v, _ := m.judge(t.check, true)
	return v.Outcome == Fail
}

// altered is the data with other values of one cell, those of its controls too.
func (t *tester) altered(cell int, a alteration, factor float64) Data {
	data := t.data
	data.Trials = make([]results.Trial, len(t.data.Trials))
	for i := range data.Trials {
		data.Trials[i] = t.data.Trials[i]
		if t.of(&data.Trials[i]) == cell {
			a.alter(&data.Trials[i], factor)
		}
	}
	return data
}
