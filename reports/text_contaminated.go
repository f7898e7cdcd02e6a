package reports

import (
	"fmt"

	"runner/internal/stats"
	"runner/results"
)

// contaminated tells how many of the counted trials are, and what by. Where a cell would have too few others, its
// numbers come from all of them.
func (t *teller) contaminated() {
	ok, out, kept := 0, 0, 0
	for i := range t.Cells {
		c := &t.Cells[i]
		n := c.Counts[results.OK]
		ok += n
		if n-c.Contaminated < stats.LeastBlocks {
			kept += c.Contaminated
		} else {
			out += c.Contaminated
		}
	}
	of := fmt.Sprintf(" of %d trials shared the machine", ok)
	why := ""
	if first := t.firstContaminated(); first != nil {
		why = ": " + Visible(first.Contaminated)
	}
	if out > 0 {
		t.para("", "  ", yellow, fmt.Sprintf("%d%s and %s not count%s", out, of, do(out), why))
		why = ""
	}
	if kept > 0 {
		t.para("", "  ", yellow, fmt.Sprintf("%d%s, but the table counts %s, since fewer than %d others of the cell are there%s",
			kept, of, them(kept), stats.LeastBlocks, why))
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
		told = append(told, "load "+ratio(*e.Load)+" at the start")
	}
	if e.Swap != nil && *e.Swap > 0 {
		told = append(told, Quantity(float64(*e.Swap), "B")+" swapped out")
	}
	return told
}

func do(n int) string {
	if n == 1 {
		return "does"
	}
	return "do"
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// firstContaminated is the first of the trials that are counted here.
func (t *teller) firstContaminated() (first *results.Trial) {
	for i := range t.Cells {
		for _, trial := range t.Cells[i].Trials {
			if trial.Contaminated == "" || trial.Warmup || trial.Control || trial.Status != results.OK {
				continue
			}
			if first == nil || trial.Block < first.Block || trial.Block == first.Block && trial.Position < first.Position {
				first = trial
			}
		}
	}
	return first
}
