package reports

import "io"

func init() {
	register(Format{Name: "bmf", Ext: "json", Doc: "Bencher Metric Format: latency, speedup and memory of each cell", Render: renderBMF})
}

// bmfValue is one measure of one benchmark. Bencher counts latency in nanoseconds; the other measures are in base units.
type bmfValue struct {
	Value float64  `json:"value"`
	Lower *float64 `json:"lower_value,omitempty"`
	Upper *float64 `json:"upper_value,omitempty"`
}

// renderBMF leaves out what is not known: a cell without any number is not there.
func renderBMF(w io.Writer, r *Report, _ Style) error {
	all := map[string]map[string]bmfValue{} // written in the order of the names
	names := r.cellNames(r.Run.Experiment + " ")
	for i := range r.Cells {
		c := &r.Cells[i]
		measures := map[string]bmfValue{}
		add := func(name string, v *float64, interval *[2]float64, by float64) {
			if !measured(v) {
				return
			}
			m := bmfValue{Value: *v * by}
			if ends := finites(interval); ends != nil {
				lower, upper := ends[0]*by, ends[1]*by
				m.Lower, m.Upper = &lower, &upper
			}
			measures[name] = m
		}
		add("latency", c.Median, c.Interval, 1e9)
		add("speedup", c.Speedup, c.SpeedupCI, 1)
		add("memory", c.Memory, nil, 1)
		if len(measures) > 0 {
			all[names[i]] = measures
		}
	}
	return writeJSON(w, all, "the Bencher report")
}
