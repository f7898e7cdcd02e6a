package reports

import (
	"fmt"
	"io"
	"math"
	"time"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
	"bench/runner/internal/stats"
)

// Past is the runs of an experiment on one machine.
type Past struct {
	Experiment string
	Runs       int
	First      string // id of the oldest run
	Last       string // and of the newest
	Trends     []gates.Trend
}

var trendColumns = []column{
	{left: true}, {head: "runs"}, {head: "trend", left: true, drop: 3}, {head: "median"}, {head: "newest"}, {head: "limit", drop: 2},
	{head: "shifts"}, {head: "failed", drop: 4}, {head: "false alarms", drop: 1},
}

// HistoryText writes trends for people: a line each, then the shifts.
func HistoryText(w io.Writer, p *Past, style Style) error {
	t := &teller{style: style, width: style.width()}
	t.para("", "  ", "", t.style.paint(bold, glue(Visible(p.Experiment))+":")+" "+p.runs())
	t.trends(p, "check", func(tr *gates.Trend) bool { return tr.Alarms != nil })
	t.trends(p, "cell", func(tr *gates.Trend) bool { return tr.Alarms == nil })
	t.blank()
	t.shifts(p)
	_, err := io.WriteString(w, t.out.String())
	return err
}

// trends writes a table of those that a test lets through.
func (t *teller) trends(p *Past, of string, wanted func(*gates.Trend) bool) {
	var rows [][]string
	for i := range p.Trends {
		if tr := &p.Trends[i]; wanted(tr) {
			rows = append(rows, p.row(tr))
		}
	}
	columns := append([]column{}, trendColumns...)
	columns[0].head = of
	t.sheet(columns, rows, t.width/2)
}

// runs tells how many there are, and which.
func (p *Past) runs() string {
	switch p.Runs {
	case 0:
		return "no run on this machine"
	case 1:
		return "1 run on this machine, " + Visible(p.Last)
	}
	return fmt.Sprintf("%d runs on this machine, %s to %s", p.Runs, Visible(p.First), Visible(p.Last))
}

// observedIn are the numbers of a trend.
func observedIn(tr *gates.Trend) (values []float64) {
	for _, m := range tr.Moments {
		if measured(m.Observed) {
			values = append(values, *m.Observed)
		}
	}
	return values
}

// fewest is how many numbers it takes to tell of a shift at all.
var fewest = stats.ShiftOptions{}.Needed()

func (p *Past) row(tr *gates.Trend) []string {
	values := observedIn(tr)
	row := []string{p.name(tr), fmt.Sprint(len(values)), trendLine(values), missing, missing, missing, missing, "", ""}
	if measured(tr.Usual) {
		row[3] = amount(*tr.Usual, tr.Unit)
	}
	if n := len(tr.Moments); n > 0 && measured(tr.Moments[n-1].Observed) {
		row[4] = amount(*tr.Moments[n-1].Observed, tr.Unit)
	}
	if measured(tr.Limit) {
		row[5] = exact(*tr.Limit, tr.Unit)
	}
	if len(values) >= fewest {
		row[6] = fmt.Sprint(len(tr.Shifts))
	}
	if a := tr.Alarms; a != nil {
		row[7], row[8] = fmt.Sprint(a.Fails), fmt.Sprint(a.False())
	}
	return row
}

// name is a check's, or a cell's key.
func (p *Past) name(tr *gates.Trend) string {
	if name := Visible(oneLine(tr.Name)); name != "" {
		return name
	}
	cells := 0
	for i := range p.Trends {
		if p.Trends[i].Alarms == nil {
			cells++
		}
	}
	return key(matrix.Cell{}, cells)
}

// amount is a quantity; a small number without a unit, such as a change, does not need zeros at its end.
func amount(v float64, unit string) string {
	if (unit == "" || unit == "1") && math.Abs(v) < 0.095 {
		return Ratio(v)
	}
	return Quantity(v, unit)
}

// shifts tells of each shift what it changed, and since when; and where none can be told of.
func (t *teller) shifts(p *Past) {
	most := 0
	for i := range p.Trends {
		tr := &p.Trends[i]
		most = max(most, len(observedIn(tr)))
		for k := range tr.Shifts {
			t.para(t.style.paint(magenta, "shift")+"  ", "  ", "", p.shift(tr, &tr.Shifts[k]))
		}
	}
	switch {
	case len(p.Trends) == 0:
		t.line("no check and no cell has a number")
	case most < fewest:
		t.para("", "  ", faint, fmt.Sprintf("it takes %d runs to tell of a shift", fewest))
	}
}

func (p *Past) shift(tr *gates.Trend, s *gates.Shift) string {
	text := fmt.Sprintf("%s: from %s to %s", p.name(tr), amount(s.Before, tr.Unit), amount(s.After, tr.Unit))
	if by, ok := s.Change(); ok && s.Before > 0 && s.After > 0 {
		text += fmt.Sprintf(" (%s)", glue(change(by, by)+" %"))
	}
	since := "run " + Visible(s.Run)
	if s.At >= 0 && s.At < len(tr.Moments) {
		m := &tr.Moments[s.At]
		since += ", " + glue(m.Started.UTC().Format("2006-01-02 15:04 UTC"))
		if m.Commit != "" {
			since += ", commit " + Visible(m.Commit[:min(len(m.Commit), 12)])
		}
	}
	return text + " since " + since + glue(", p = "+exact(s.P, ""))
}

// HistorySchema is the name and version of the JSON of a history; schema/history.schema.json describes it.
const HistorySchema = "runner-history/1"

type (
	trendJSON struct {
		Name     string        `json:"name"`
		Workload string        `json:"workload,omitempty"`
		Unit     string        `json:"unit"`
		Limit    *float64      `json:"limit,omitempty"`
		Usual    *float64      `json:"median,omitempty"`
		Moments  []momentJSON  `json:"moments"`
		Shifts   []gates.Shift `json:"shifts"`
		Alarms   *gates.Alarms `json:"alarms,omitempty"`
	}
	momentJSON struct {
		Run      string        `json:"run"`
		Started  time.Time     `json:"started"`
		Commit   string        `json:"commit,omitempty"`
		Outcome  gates.Outcome `json:"outcome,omitempty"`
		Observed *float64      `json:"observed,omitempty"`
		Interval *[2]float64   `json:"interval,omitempty"`
	}
)

// HistoryJSON writes trends for programs.
func HistoryJSON(w io.Writer, p *Past) error {
	return writeJSON(w, struct {
		Schema     string      `json:"schema"`
		Experiment string      `json:"experiment"`
		Runs       int         `json:"runs"`
		Trends     []trendJSON `json:"trends"`
	}{HistorySchema, p.Experiment, p.Runs, each(p.Trends, func(t *gates.Trend) trendJSON {
		return trendJSON{t.Name, t.Workload, t.Unit, finite(t.Limit), finite(t.Usual), each(t.Moments, func(m *gates.Moment) momentJSON {
			return momentJSON{m.Run, m.Started.UTC(), m.Commit, m.Outcome, finite(m.Observed), finites(m.Interval)}
		}), append([]gates.Shift{}, t.Shifts...), t.Alarms}
	})}, "the history")
}
