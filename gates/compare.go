package gates

import (
	"fmt"
	"slices"
	"strings"

	"bench/runner/internal/diag"
	"bench/runner/internal/expression"
	"bench/runner/internal/matrix"
	"bench/runner/internal/stats"
)

// Change is one cell in two runs, before and after.
type Change struct {
	Common       bool        `json:"-"` // both runs have the cell
	Workload     string      `json:"workload"`
	Cell         matrix.Cell `json:"-"`                // as the run after has it, if it does
	Before       *Told       `json:"before,omitempty"` // s: median time; nil where there is no ok trial
	After        *Told       `json:"after,omitempty"`
	Change       *Told       `json:"change,omitempty"`         // 1: 0.05 is 5 % slower; nil where one of the two is not there
	SpeedupA     *Told       `json:"speedup_before,omitempty"` // 1: of the cell's own baseline, which carries over between machines
	SpeedupB     *Told       `json:"speedup_after,omitempty"`
	Speedup      *Told       `json:"speedup_ratio,omitempty"` // 1: of the speedup
	Unfit        bool        `json:"unfit,omitempty"`         // the times are no ground for a verdict: Reason says why
	SpeedupUnfit string      `json:"-"`                       // why the speedups are none; "" where they are
	Outcome      Outcome     `json:"outcome,omitempty"`       // with a condition: fail where it is met; "" without one
	Reason       string      `json:"reason,omitempty"`
}

// Word tells a change without a condition: slower or faster where the whole interval is, else undecided; "" where there is none.
func (c *Change) Word() string {
	switch {
	case c.Change == nil:
		return ""
	case c.Change.Interval == nil || c.Unfit:
		return "undecided"
	case c.Change.Interval[0] > 0:
		return "slower"
	case c.Change.Interval[1] < 0:
		return "faster"
	}
	return "undecided"
}

// Condition is when a change counts as a failure.
type Condition struct{ program *expression.Program }

// CompileCondition reads an expression over `change`, such as change > 0.05.
func CompileCondition(text diag.Text) (*Condition, diag.List) {
	if strings.TrimSpace(text.String) == "" {
		var problems diag.List
		problems.Add(text.Pos(0), 1, "such as change > 0.05: 5 % slower", "an empty condition")
		return nil, problems
	}
	program, problems := expression.Compile(text, expression.Scope{Bool: true, Variables: map[string]any{"change": 1.0}})
	if program != nil && !slices.Contains(program.Variables(), "change") {
		problems.Add(text.Pos(0), len([]rune(firstLine(text.String))), "such as change > 0.05: 5 % slower", "the condition does not look at the change")
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return &Condition{program}, nil
}

// Compare tells what became of each cell: those of the run after in its order, then those that only the run before has.
// on is when a change is a failure; nil: nothing is judged.
func Compare(before, after Data, on *Condition) []Change {
	a, b := measure(before), measure(after)
	places := map[Work]int{}
	for i, c := range before.Plan.Cells {
		places[workOf(c)] = i
	}
	var out []Change
	for i, c := range after.Plan.Cells {
		at, common := places[workOf(c)]
		if !common {
			at = -1
		}
		delete(places, workOf(c))
		out = append(out, changeOf(a, b, at, i, on))
	}
	for i, c := range before.Plan.Cells {
		if _, left := places[workOf(c)]; left {
			out = append(out, changeOf(a, b, i, -1, on))
		}
	}
	return out
}

// changeOf compares cell i of a with cell k of b; -1 is none.
func changeOf(a, b *measured, i, k int, on *Condition) Change {
	var c Change
	was, is := timeIn(a, i, &c), timeIn(b, k, &c)
	c.Before, c.After, c.Common = toldOf(was), toldOf(is), i >= 0 && k >= 0
	switch {
	case i < 0:
		c.Reason = "only the later run has it"
		return c
	case k < 0:
		c.Reason = "only the earlier run has it"
		if on != nil { // what is gone is not as fast as before
			c.Outcome = Error
		}
		return c
	case was == nil || is == nil:
		if c.Reason = a.lacks(i); is == nil {
			c.Reason = b.lacks(k)
		}
		if on != nil {
			c.Outcome = Error
		}
		return c
	}
	ratio, _ := is.over(*was)
	ratio.value--
	for r := range ratio.rows {
		ratio.rows[r]--
	}
	c.Change, c.Unfit = ratio.told(), ratio.unfit != ""
	s, hadOne := a.speedupOf(i)
	t, hasOne := b.speedupOf(k)
	if hadOne && hasOne {
		c.SpeedupA, c.SpeedupB = s.told(), t.told()
		if both, ok := t.over(s); ok {
			c.Speedup, c.SpeedupUnfit = both.told(), both.why
		}
	}
	switch {
	case on != nil:
		c.Outcome, c.Reason = on.judge(ratio)
	case c.Unfit:
		c.Reason = ratio.why
	}
	return c
}

func timeIn(m *measured, cell int, c *Change) *figure {
	if cell < 0 {
		return nil
	}
	c.Workload, c.Cell = m.Plan.Cells[cell].Workload.Name, m.Plan.Cells[cell].Cell
	if e, ok := m.timeOf(cell); ok {
		return &e
	}
	return nil
}

func toldOf(e *figure) *Told {
	if e == nil {
		return nil
	}
	return e.told()
}

// lacks says why a cell has no time.
func (m *measured) lacks(cell int) string {
	return fmt.Sprintf("run without a time: %s", m.noOK(cell).reason)
}

// judge applies the rule of all verdicts: a failure where the condition is met on nearly all resamples, a pass where it is
// met on hardly any.
func (on *Condition) judge(e figure) (Outcome, string) {
	if e.unfit != "" {
		return e.unfit, e.why
	}
	met, not := 0, 0
	for _, row := range e.rows {
		switch v, err := on.program.Eval(map[string]any{"change": row}, nil); {
		case err != nil:
		case v == true:
			met++
		default:
			not++
		}
	}
	rows := float64(len(e.rows))
	switch {
	case 1-float64(met)/rows <= stats.FailLevel(e.n, 1):
		return Fail, ""
	case 1-float64(not)/rows <= stats.PassLevel(e.n, 1):
		return Pass, ""
	}
	return Inconclusive, "the interval holds both"
}

// CompareWord is what changes that were judged come to, and the exit code that goes with it.
func CompareWord(changes []Change) (word string, code int) {
	has := map[Outcome]bool{}
	for i := range changes {
		has[changes[i].Outcome] = true
	}
	switch {
	case has[Fail]:
		return "FAIL", 1
	case has[Error]:
		return "ERROR", 4
	case has[Inconclusive]:
		return "INCONCLUSIVE", 3
	}
	return "PASS", 0
}
