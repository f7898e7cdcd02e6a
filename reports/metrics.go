package reports

import (
	"fmt"
	"io"
	"strings"

	"bench/runner/gates"
)

func init() {
	register(Format{Name: "metrics", Ext: "txt", Doc: "OpenMetrics, for GitLab's metrics report and Prometheus", Render: renderMetrics})
}

// metric is one family of samples.
type metric struct {
	name, unit, help string
	cell             func(*Cell) []sample // of each cell
	check            func(*gates.Verdict) []sample
	run              func(*Report) []sample
}

// sample is one number; more is what tells it from the others of the same cell or check.
type sample struct {
	more  [][2]string
	value *float64
	whole bool // a count, which is told in full
}

func one(v *float64) []sample { return []sample{{value: v}} }

func count(n int) []sample {
	v := float64(n)
	return []sample{{value: &v, whole: true}}
}

func ends(i *[2]float64) []sample {
	if i == nil {
		return nil
	}
	return []sample{{more: [][2]string{{"end", "lower"}}, value: &i[0]}, {more: [][2]string{{"end", "upper"}}, value: &i[1]}}
}

var metrics = []metric{
	{name: "runner_time_seconds", unit: "seconds", help: "Median time of a cell.", cell: func(c *Cell) []sample { return one(c.Median) }},
	{name: "runner_time_interval_seconds", unit: "seconds", help: "Ends of the 95 % interval of the median time.", cell: func(c *Cell) []sample { return ends(c.Interval) }},
	{name: "runner_speedup_ratio", unit: "ratio", help: "Speedup of a cell against its baseline.", cell: func(c *Cell) []sample { return one(c.Speedup) }},
	{name: "runner_speedup_interval_ratio", unit: "ratio", help: "Ends of the 95 % interval of the speedup.", cell: func(c *Cell) []sample { return ends(c.SpeedupCI) }},
	{name: "runner_cpu_seconds", unit: "seconds", help: "Median CPU time of a cell.", cell: func(c *Cell) []sample { return one(c.CPU) }},
	{name: "runner_memory_bytes", unit: "bytes", help: "Median peak memory of a cell.", cell: func(c *Cell) []sample { return one(c.Memory) }},
	{name: "runner_trials", help: "Trials that the numbers of a cell rest on.", cell: func(c *Cell) []sample { return count(c.N) }},
	{name: "runner_check_outcome", help: "1 for what came of a check, 0 for all else.", check: outcomeSamples},
	{name: "runner_check_margin_ratio", unit: "ratio", help: "Distance to the limit as a share of it, positive on the passing side.", check: func(v *gates.Verdict) []sample { return one(v.Margin) }},
	{name: "runner_check_blocks", help: "Blocks that a check rests on.", check: func(v *gates.Verdict) []sample { return count(v.N) }},
	{name: "runner_exit_code", help: "Exit code of the whole run; 0 is good.", run: func(r *Report) []sample { return count(r.Code) }},
}

func outcomeSamples(v *gates.Verdict) (all []sample) {
	for _, o := range outcomes {
		value := 0.0
		if v.Outcome == o.outcome {
			value = 1
		}
		all = append(all, sample{more: [][2]string{{"level", v.Level}, {"outcome", string(o.outcome)}}, value: &value})
	}
	return all
}

// renderMetrics writes gauges only, which the older text format of Prometheus reads as well.
func renderMetrics(w io.Writer, r *Report, _ Style) error {
	var out strings.Builder
	cells, checks := r.cellNames(""), r.checkNames()
	for _, m := range metrics {
		var lines strings.Builder
		for i := range r.Cells {
			if m.cell != nil {
				m.write(&lines, r, [][2]string{{"cell", cells[i]}}, m.cell(&r.Cells[i]))
			}
		}
		for i := range r.Verdicts {
			if m.check != nil {
				m.write(&lines, r, [][2]string{{"check", checks[i]}}, m.check(&r.Verdicts[i]))
			}
		}
		if m.run != nil {
			m.write(&lines, r, nil, m.run(r))
		}
		if lines.Len() > 0 {
			out.WriteString(m.head() + lines.String())
		}
	}
	if _, err := io.WriteString(w, out.String()+"# EOF\n"); err != nil {
		return fmt.Errorf("write the metrics: %w", err)
	}
	return nil
}

func (m *metric) head() string {
	head := fmt.Sprintf("# TYPE %s gauge\n", m.name)
	if m.unit != "" {
		head += fmt.Sprintf("# UNIT %s %s\n", m.name, m.unit)
	}
	return head + fmt.Sprintf("# HELP %s %s\n", m.name, m.help)
}

// write leaves out what is not known. What was measured is rounded: GitLab tells of each text that is not the same as before.
func (m *metric) write(out *strings.Builder, r *Report, of [][2]string, samples []sample) {
	for _, s := range samples {
		if !measured(s.value) {
			continue
		}
		labels := [][2]string{{"experiment", r.Run.Experiment}}
		labels = append(append(labels, of...), s.more...)
		var told []string
		for _, l := range labels {
			told = append(told, l[0]+`="`+metricLabel.Replace(Visible(l[1]))+`"`)
		}
		value := rounded(*s.value)
		if s.whole {
			value = plainNumber(*s.value)
		}
		fmt.Fprintf(out, "%s{%s} %s\n", m.name, strings.Join(told, ","), value)
	}
}

var metricLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
