package reports

import (
	"fmt"
	"io"
)

func init() {
	register(Format{Name: "action", Ext: "json", Doc: "time and memory of each cell, for github-action-benchmark (customSmallerIsBetter)", Render: renderAction})
}

// actionBench is a number that is better when it is smaller. Its unit is a base unit: it must not change from run to run.
type actionBench struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
	Range string  `json:"range,omitempty"`
	Extra string  `json:"extra"`
}

func renderAction(w io.Writer, r *Report, _ Style) error {
	all := []actionBench{}
	names := r.cellNames(r.Run.Experiment + " ")
	for i := range r.Cells {
		c := &r.Cells[i]
		extra := fmt.Sprintf("n=%d", c.N)
		if measured(c.Speedup) && !c.Baseline {
			extra += "\nspeedup " + plainSpaces(Ratio(*c.Speedup))
			if ci := finites(c.SpeedupCI); ci != nil {
				extra += " (" + plainSpaces(interval(*ci, *c.Speedup, "1")) + ")"
			}
			extra += ", " + blocks(c.SpeedupN)
		}
		extra += "\nrun " + Visible(r.Run.ID)
		if measured(c.Median) {
			bench := actionBench{Name: names[i], Unit: "s", Value: *c.Median, Extra: extra}
			if ci := finites(c.Interval); ci != nil {
				bench.Range = rounded(ci[0]) + " … " + rounded(ci[1])
			}
			all = append(all, bench)
		}
		if measured(c.Memory) {
			all = append(all, actionBench{Name: names[i] + " memory", Unit: "B", Value: *c.Memory, Extra: extra})
		}
	}
	return writeJSON(w, all, "the benchmarks")
}
