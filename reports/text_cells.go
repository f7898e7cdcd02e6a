package reports

import (
	"fmt"
	"strings"

	"bench/runner/internal/matrix"
	"bench/runner/results"
)

var columns = []column{
	{head: "cell", left: true, tell: func(c *Cell) string { return Visible(key(c.Cell, 1)) }},
	{head: "n", tell: func(c *Cell) string { return fmt.Sprint(c.N) }},
	{head: "median", tell: func(c *Cell) string { return number(c.Median, func(v float64) string { return Quantity(v, "s") }) }},
	{head: "95 % interval", drop: 7, tell: medianInterval},
	{head: "trials", drop: 2, left: true, tell: func(c *Cell) string { return sparkline(c.Times) }},
	{head: "speedup", drop: 9, tell: speedup},
	{head: "95 % interval", drop: 6, tell: speedupInterval},
	{head: "efficiency", drop: 5, tell: func(c *Cell) string { return number(c.Efficiency, Ratio) }},
	{head: "cores used", drop: 4, tell: func(c *Cell) string { return number(c.CoresUsed, Ratio) }},
	{head: "memory", drop: 3, tell: func(c *Cell) string { return number(c.Memory, func(v float64) string { return Quantity(v, "B") }) }},
	{head: "trouble", drop: 8, left: true, ink: red, tell: shortTrouble},
	{head: "why", drop: 1, left: true, tell: func(c *Cell) string { return Visible(c.Why) }},
}

// key is a cell's name among so many cells. That of the only cell of an experiment without a matrix is empty, but a table
// needs one; beside other cells it is the one whose twin in another build is called build=base.
func key(c matrix.Cell, of int) string {
	switch k := c.Key(); {
	case k != "":
		return k
	case of > 1:
		return "(this build)"
	}
	return "(the only cell)"
}

// key is the name of a cell of this report.
func (r *Report) key(c matrix.Cell) string { return Visible(key(c, len(r.Cells))) }

func number(v *float64, tell func(float64) string) string {
	if !measured(v) {
		return missing
	}
	return tell(*v)
}

func medianInterval(c *Cell) string {
	if c.Interval == nil || !measured(c.Median) {
		return missing
	}
	return interval(*c.Interval, *c.Median, "s")
}

func speedup(c *Cell) string {
	if c.Baseline {
		return "baseline"
	}
	return number(c.Speedup, Ratio)
}

func speedupInterval(c *Cell) string {
	if c.Baseline || c.SpeedupCI == nil || !measured(c.Speedup) {
		return missing
	}
	return interval(*c.SpeedupCI, *c.Speedup, "1")
}

// shortTrouble leaves it to the stories below the table to tell one bad status from another.
func shortTrouble(c *Cell) string {
	statuses, trials := 0, 0
	for s, n := range c.Counts {
		if s != results.OK && n > 0 {
			statuses++
			trials += n
		}
	}
	if statuses > 1 {
		return fmt.Sprintf("%d bad", trials)
	}
	return c.Trouble()
}

// newGrid is the table of cells, a row each.
func newGrid(cells []Cell) grid {
	rows, strong := make([][]string, len(cells)), make([]bool, len(cells))
	for i := range cells {
		for _, col := range columns {
			rows[i] = append(rows[i], col.tell(&cells[i]))
		}
		rows[i][0], strong[i] = Visible(key(cells[i].Cell, len(cells))), cells[i].Baseline
	}
	g := gridOf(columns, rows)
	g.strong = strong
	return g
}

// cells writes the table. The reasons why are listed below it where they do not fit beside.
func (t *teller) cells() {
	if len(t.Cells) == 0 {
		return
	}
	g := newGrid(t.Cells)
	below := false
	if g.width() > t.width {
		g.narrow(t.width, t.width*3/10)
	}
	for g.width() > t.width {
		gone := g.without()
		if gone == "" {
			break
		}
		below = below || gone == "why"
	}
	t.grid(g)
	if below {
		t.why()
	}
}

// why lists the cells' one-line explanations, those with the same one together.
func (t *teller) why() {
	var order []string
	cells := map[string][]string{}
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Why == "" {
			continue
		}
		if cells[c.Why] == nil {
			order = append(order, c.Why)
		}
		cells[c.Why] = append(cells[c.Why], glue(t.key(c.Cell)))
	}
	t.blank()
	for _, why := range order {
		t.para("", "  ", "", strings.Join(cells[why], "\u00a0· ")+": "+Visible(why))
	}
}
