package reports

import "bench/runner/results"

func (t *teller) contaminated() {
	for _, s := range t.shared() {
		t.para("", "  ", magenta, s)
	}
}

// doubts are the settings and the state of a machine that spoil measurements; none where all is well, or unknown.
func doubts(e *results.Environment) (told []string) {
	if e.Governor != "" && e.Governor != "performance" {
		told = append(told, "governor "+e.Governor)
	}
	if e.Boost == "on" {
		told = append(told, "boost on")
	}
	if measured(e.Load) && *e.Load > float64(e.Cores)/2 {
		told = append(told, "load "+Ratio(*e.Load)+" at the start")
	}
	if e.Swap != nil && *e.Swap > 0 {
		told = append(told, Quantity(float64(*e.Swap), "B")+" swapped out")
	}
	return told
}
