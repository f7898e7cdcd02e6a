package reports

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"bench/runner/results"
)

func init() {
	register(Format{Name: "csv", Ext: "csv", Doc: "a row for each trial, for spreadsheets and data frames", Render: renderCSV})
}

type csvColumn struct {
	head string
	tell func(*Report, *Cell, *results.Trial) string
}

// csvColumns always stand first and in this order; a new one comes last. Where trials ran on hosts, these follow. A column for each axis of the matrix follows them.
var csvColumns = []csvColumn{
	{"experiment", func(r *Report, _ *Cell, _ *results.Trial) string { return field(r.Run.Experiment) }},
	{"run", func(r *Report, _ *Cell, _ *results.Trial) string { return field(r.Run.ID) }},
	{"cell", func(r *Report, c *Cell, _ *results.Trial) string { return field(key(c.Cell, len(r.Cells))) }},
	{"workload", func(_ *Report, c *Cell, _ *results.Trial) string { return field(c.Workload) }},
	{"runtime", func(_ *Report, c *Cell, _ *results.Trial) string { return field(c.Runtime) }},
	{"executor", func(_ *Report, c *Cell, _ *results.Trial) string { return field(c.Executor) }},
	{"workers", func(_ *Report, c *Cell, _ *results.Trial) string { return strconv.Itoa(c.Workers) }},
	{"block", func(_ *Report, _ *Cell, t *results.Trial) string { return strconv.Itoa(t.Block) }},
	{"position", func(_ *Report, _ *Cell, t *results.Trial) string { return strconv.Itoa(t.Position) }},
	{"warmup", func(_ *Report, _ *Cell, t *results.Trial) string { return strconv.FormatBool(t.Warmup) }},
	{"control", func(_ *Report, _ *Cell, t *results.Trial) string { return strconv.FormatBool(t.Control) }},
	{"status", func(_ *Report, _ *Cell, t *results.Trial) string { return string(t.Status) }},
	{"contaminated", func(_ *Report, _ *Cell, t *results.Trial) string { return field(t.Contaminated) }},
	{"reason", func(_ *Report, _ *Cell, t *results.Trial) string { return field(t.Reason) }},
	{"started", func(_ *Report, _ *Cell, t *results.Trial) string { return moment(t.Started) }},
	{"total_s", func(_ *Report, _ *Cell, t *results.Trial) string { return took(t.Phases.Total, t) }},
	{"wall_s", func(_ *Report, _ *Cell, t *results.Trial) string { return some(inSeconds(t.Wall), t.Wall > 0) }},
	{"startup_s", func(_ *Report, _ *Cell, t *results.Trial) string { return took(t.Phases.Startup, t) }},
	{"spawn_s", func(_ *Report, _ *Cell, t *results.Trial) string { return took(t.Phases.Spawn, t) }},
	{"work_s", func(_ *Report, _ *Cell, t *results.Trial) string { return took(t.Phases.Work, t) }},
	{"join_s", func(_ *Report, _ *Cell, t *results.Trial) string { return took(t.Phases.Join, t) }},
	{"user_s", func(_ *Report, _ *Cell, t *results.Trial) string { return used(inSeconds(t.Usage.User), t) }},
	{"system_s", func(_ *Report, _ *Cell, t *results.Trial) string { return used(inSeconds(t.Usage.System), t) }},
	{"memory_bytes", func(_ *Report, _ *Cell, t *results.Trial) string {
		return some(float64(t.Usage.Memory), t.Usage.Memory > 0)
	}},
	{"voluntary_switches", func(_ *Report, _ *Cell, t *results.Trial) string { return used(float64(t.Usage.Voluntary), t) }},
	{"involuntary_switches", func(_ *Report, _ *Cell, t *results.Trial) string { return used(float64(t.Usage.Involuntary), t) }},
	{"major_faults", func(_ *Report, _ *Cell, t *results.Trial) string { return used(float64(t.Usage.MajorFaults), t) }},
	{"minor_faults", func(_ *Report, _ *Cell, t *results.Trial) string { return used(float64(t.Usage.MinorFaults), t) }},
	{"leaked", func(_ *Report, _ *Cell, t *results.Trial) string { return used(float64(t.Usage.Leaked), t) }},
	{"tasks", func(_ *Report, _ *Cell, t *results.Trial) string { return strconv.Itoa(t.Tasks) }},
}

// renderCSV follows RFC 4180, line ends included.
func renderCSV(w io.Writer, r *Report, _ Style) error {
	var text bytes.Buffer
	out := csv.NewWriter(&text)
	out.UseCRLF = true
	axes := r.axes()
	columns := csvColumns
	if len(r.Hosts) > 0 {
		columns = append(slices.Clone(columns), csvColumn{"hosts", func(_ *Report, _ *Cell, t *results.Trial) string { return field(strings.Join(t.Hosts, ";")) }})
	}
	var row []string
	for _, c := range columns {
		row = append(row, c.head)
	}
	for _, a := range axes {
		row = append(row, field("axis."+a))
	}
	_ = out.Write(row) // a buffer takes all
	for i := range r.Cells {
		c := &r.Cells[i]
		for _, t := range c.Trials {
			row = row[:0]
			for _, column := range columns {
				row = append(row, column.tell(r, c, t))
			}
			for _, a := range axes {
				v := c.Cell.Get(a)
				if _, isText := v.(string); isText {
					v = field(levelText(v))
				}
				row = append(row, levelText(v))
			}
			_ = out.Write(row)
		}
	}
	out.Flush()
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("write the CSV report: %w", err)
	}
	return nil
}

// axes are the names of facets that have no column of their own, in order of appearance.
func (r *Report) axes() (names []string) {
	for i := range r.Cells {
		for _, f := range r.Cells[i].Cell.Facets() {
			if !everywhere(f.Name) && !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	return names
}

// field is a text that a spreadsheet takes for text: one that it would take for a formula gets an apostrophe in front.
func field(s string) string {
	s = Visible(s)
	if first := strings.TrimSpace(s); first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) {
		return "'" + s
	}
	return s
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// some is a number, "" where it is not known.
func some(v float64, known bool) string {
	if !known {
		return ""
	}
	return plainNumber(v)
}

// took is a phase of a trial that got through all of them: no real trial takes no time.
func took(d time.Duration, t *results.Trial) string { return some(inSeconds(d), t.Phases.Total > 0) }

// inSeconds is the number that is written with no more digits than the duration has.
func inSeconds(d time.Duration) float64 { return float64(d) / 1e9 }

// used is something that was counted with all the rest, or not at all.
func used(v float64, t *results.Trial) string { return some(v, t.Usage != (results.Usage{})) }
