package reports

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	prettytext "github.com/jedib0t/go-pretty/v6/text"

	"runner/internal/matrix"
	"runner/results"
)

// column is one column of the table of cells. Where the table is too wide, columns go in the order of drop, 1 first;
// those with 0 stay.
type column struct {
	head string
	drop int
	tell func(*Cell) string
	left bool
	ink  ink
}

var columns = []column{
	{head: "cell", left: true, tell: func(c *Cell) string { return Visible(key(c.Cell)) }},
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

// key of the only cell of an experiment without a matrix is empty; it still needs a name in a table.
func key(c matrix.Cell) string {
	if k := c.Key(); k != "" {
		return k
	}
	return "(the only cell)"
}

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

// grid is the table as text: one row a cell, only the columns that have something to say.
type grid struct {
	columns []column
	rows    [][]string // [row][column]
}

func newGrid(cells []Cell) grid {
	g := grid{rows: make([][]string, len(cells))}
	for _, col := range columns {
		told := make([]string, len(cells))
		said := false
		for i := range cells {
			told[i] = strings.ReplaceAll(col.tell(&cells[i]), "\u00a0", " ")
			said = said || told[i] != "" && told[i] != missing && told[i] != "baseline"
		}
		if !said {
			continue
		}
		g.columns = append(g.columns, col)
		for i := range told {
			g.rows[i] = append(g.rows[i], told[i])
		}
	}
	return g
}

const gap = 2 // columns of space between two columns of the table

func (g *grid) width() int {
	total := -gap
	for i, c := range g.columns {
		widest := Width(c.head)
		for _, r := range g.rows {
			widest = max(widest, prettytext.LongestLineLen(r[i]))
		}
		total += widest + gap
	}
	return total
}

// without removes the column that is to go first, and tells which; "" when none may go.
func (g *grid) without() string {
	first := -1
	for i, c := range g.columns {
		if c.drop > 0 && (first < 0 || c.drop < g.columns[first].drop) {
			first = i
		}
	}
	if first < 0 {
		return ""
	}
	name := g.columns[first].head
	g.columns = append(g.columns[:first:first], g.columns[first+1:]...)
	for i, r := range g.rows {
		g.rows[i] = append(r[:first:first], r[first+1:]...)
	}
	return name
}

// cells writes the table. The reasons why are listed below it where they do not fit beside.
func (t *teller) cells() {
	if len(t.Cells) == 0 {
		return
	}
	g := newGrid(t.Cells)
	below := false
	if g.width() > t.width {
		g.narrow(t.width)
	}
	for g.width() > t.width {
		gone := g.without()
		if gone == "" {
			break
		}
		below = below || gone == "why"
	}
	t.blank()
	for i, line := range strings.Split(t.table(g), "\n") {
		if i == 1 { // the rule runs on below the space behind the last column
			line = strings.TrimSuffix(line, strings.Repeat("─", gap))
		}
		t.line(line)
	}
	if below {
		t.why()
	}
}

func (t *teller) table(g grid) string {
	w := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = prettytext.FormatDefault
	style.Options = table.Options{SeparateHeader: true}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", gap)
	w.SetStyle(style)
	head := make(table.Row, len(g.columns))
	configs := make([]table.ColumnConfig, len(g.columns))
	for i, c := range g.columns {
		head[i] = t.style.paint(bold, c.head)
		align := prettytext.AlignRight
		if c.left {
			align = prettytext.AlignLeft
		}
		configs[i] = table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align}
	}
	w.AppendHeader(head)
	w.SetColumnConfigs(configs)
	for i, r := range g.rows {
		row := make(table.Row, len(r))
		for j, s := range r {
			in := g.columns[j].ink
			if s == missing || s == "baseline" {
				in = faint
			}
			if j == 0 && t.Cells[i].Baseline {
				in = bold
			}
			row[j] = t.paintLines(in, s)
		}
		w.AppendRow(row)
	}
	return w.Render()
}

func (t *teller) paintLines(i ink, s string) string {
	lines := strings.Split(s, "\n")
	for n := range lines {
		lines[n] = t.style.paint(i, lines[n])
	}
	return strings.Join(lines, "\n")
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
		cells[c.Why] = append(cells[c.Why], glue(Visible(key(c.Cell))))
	}
	t.blank()
	for _, why := range order {
		t.para("", "  ", "", strings.Join(cells[why], "\u00a0· ")+": "+Visible(why))
	}
}
