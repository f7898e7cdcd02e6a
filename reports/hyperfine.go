package reports

import (
	"io"
	"slices"

	"bench/runner/internal/matrix"
)

func init() {
	register(Format{Name: "hyperfine", Ext: "json", Doc: "hyperfine's JSON, for its plotting scripts", Render: renderHyperfine})
}

// hyperfineResult is a cell as hyperfine tells a command. Its numbers are in seconds; parameters are texts.
type hyperfineResult struct {
	Command    string            `json:"command"`
	Mean       *float64          `json:"mean"`
	Deviation  *float64          `json:"stddev"` // null for a single trial
	Median     *float64          `json:"median"`
	User       *float64          `json:"user"`
	System     *float64          `json:"system"`
	Min        *float64          `json:"min"`
	Max        *float64          `json:"max"`
	Times      []float64         `json:"times"`
	Memory     []int64           `json:"memory_usage_byte,omitempty"`
	ExitCodes  []int             `json:"exit_codes"` // 0: only trials that ended well count
	Parameters map[string]string `json:"parameters,omitempty"`
}

// renderHyperfine leaves out the cells that have no times: each command has some there.
func renderHyperfine(w io.Writer, r *Report, _ Style) error {
	out := struct {
		Results []hyperfineResult `json:"results"`
	}{[]hyperfineResult{}}
	names := r.cellNames("")
	for i := range r.Cells {
		c := &r.Cells[i]
		times := slices.DeleteFunc(slices.Clone(c.Times), func(v float64) bool { return !measured(&v) })
		if len(times) == 0 {
			continue
		}
		result := hyperfineResult{Command: names[i], Mean: finite(c.Mean), Deviation: finite(c.Deviation), Median: finite(c.Median), User: finite(c.User),
			System: finite(c.System), Min: finite(c.Min), Max: finite(c.Max), Times: times, ExitCodes: make([]int, len(times)), Parameters: parameters(c)}
		for _, t := range c.counted() {
			if t.Usage.Memory > 0 {
				result.Memory = append(result.Memory, t.Usage.Memory)
			}
		}
		if len(result.Memory) != len(times) {
			result.Memory = nil
		}
		out.Results = append(out.Results, result)
	}
	return writeJSON(w, out, "the hyperfine report")
}

// parameters are what plots can put on an axis: the number of workers and the axes of the matrix. Which workload, runtime
// and executor it is stands in the command.
func parameters(c *Cell) map[string]string {
	all := map[string]string{}
	if c.Workers > 0 {
		all[matrix.Workers] = matrix.Format(c.Workers)
	}
	named := []string{matrix.Workload, matrix.Runtime, matrix.Executor, matrix.Workers}
	for _, f := range c.Cell.Facets() {
		if !slices.Contains(named, f.Name) {
			all[Visible(f.Name)] = Visible(levelText(f.Value))
		}
	}
	return all
}
