package reports

import (
	"fmt"
	"io"
	"strings"

	"bench/runner/gates"
	"bench/runner/results"
)

// Comparison is two runs, cell by cell.
type Comparison struct {
	Before, After results.Run
	Differences   []results.Difference // of machine, runtimes and code
	Refused       string               // why nothing is judged; "" where it is
	Changes       []gates.Change
	Condition     string // when a change is a failure; "" where nothing is judged
	Word          string
	Code          int // the exit code that goes with it
}

// judgedWords are what cells come to, those first that a reader must act on.
var judgedWords = [][2]string{
	{"FAIL", "failed"}, {"ERROR", "without data"}, {"INCONCLUSIVE", "inconclusive"}, {"PASS", "passed"},
	{"slower", "slower"}, {"faster", "faster"}, {"undecided", "undecided"}, {"", "not compared"},
}

// Tally counts what became of the cells.
func (c *Comparison) Tally() string {
	switch {
	case c.Refused != "":
		return "nothing is judged"
	case len(c.Changes) == 0:
		return "nothing to compare"
	}
	count := map[string]int{}
	for i := range c.Changes {
		count[changeWord(&c.Changes[i])]++
	}
	var parts []string
	for _, w := range judgedWords {
		if n := count[w[0]]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, w[1]))
		}
	}
	return strings.Join(parts, ", ")
}

// table tells the changes, or where times are not to be compared, the speedups.
func (c *Comparison) table() ([]column, [][]string) {
	if c.Refused != "" {
		return speedupColumns, speedupRows(c.Changes)
	}
	return changeColumns, changeRows(c.Changes)
}

// failsWhere is the condition as a sentence; "" where nothing is judged.
func (c *Comparison) failsWhere() string {
	if c.Condition == "" || c.Refused != "" {
		return ""
	}
	return "a cell fails where " + Visible(oneLine(c.Condition))
}

// CompareText writes a comparison for people.
func CompareText(w io.Writer, c *Comparison, style Style) error {
	t := &teller{style: style, width: style.width()}
	tally := c.Tally()
	if c.Condition != "" {
		tally = t.inParts(tally, c.Code)
	}
	t.para("", "  ", "", t.style.paint(bold, glue(Visible(c.After.Experiment))+":")+" "+tally)
	t.pair("before", &c.Before, "after", &c.After, c.Differences)
	t.para("", "  ", red, Visible(c.Refused))
	t.para("", "  ", "", c.failsWhere())
	columns, rows := c.table()
	t.sheet(columns, rows, t.width*3/10)
	if told := changeReasons(c.Changes); len(told) > 0 {
		t.blank()
		t.lines("", told)
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

// CompareSchema is the name and version of the JSON of a comparison; schema/compare.schema.json describes it.
const CompareSchema = "runner-compare/1"

// CompareJSON writes a comparison for programs.
func CompareJSON(w io.Writer, c *Comparison) error {
	return writeJSON(w, struct {
		Schema      string       `json:"schema"`
		Word        string       `json:"word"`
		Code        int          `json:"exit_code"`
		Experiment  string       `json:"experiment"`
		Before      string       `json:"before"`
		After       string       `json:"after"`
		Condition   string       `json:"condition,omitempty"`
		Refused     string       `json:"refused,omitempty"`
		Differences []string     `json:"differences"`
		Cells       []changeJSON `json:"cells"`
	}{CompareSchema, c.Word, c.Code, c.After.Experiment, c.Before.ID, c.After.ID, c.Condition, c.Refused, jsonDifferences(c.Differences),
		each(c.Changes, func(g *gates.Change) changeJSON {
			out := jsonChange(g)
			if c.Refused != "" {
				out.Word = ""
			}
			return out
		})}, "the comparison")
}
