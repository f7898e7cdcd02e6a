package reports

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	prettytext "github.com/jedib0t/go-pretty/v6/text"
)

// column is one column of the table of cells. Where the table is too wide, columns go in the order of drop, 1 first, and those
// of the same number together; those with 0 stay.
type column struct {
	head string
	drop int
	tell func(*Cell) string
	left bool
	ink  ink
	inks map[string]ink // by the word that stands there
}

// grid is a table as text: only the columns that have something to say.
type grid struct {
	columns []column
	rows    [][]string // [row][column]
	strong  []bool     // rows whose name stands out; nil: none
}

func gridOf(all []column, rows [][]string) grid {
	g := grid{rows: make([][]string, len(rows))}
	for i, col := range all {
		said := false
		for _, r := range rows {
			said = said || r[i] != "" && r[i] != missing && r[i] != "baseline"
		}
		if !said {
			continue
		}
		g.columns = append(g.columns, col)
		for k, r := range rows {
			g.rows[k] = append(g.rows[k], strings.ReplaceAll(r[i], "\u00a0", " "))
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

// without removes the columns that are to go first, and tells which; "" when none may go.
func (g *grid) without() string {
	first, name := 0, ""
	for _, c := range g.columns {
		if c.drop > 0 && (first == 0 || c.drop < first) {
			first, name = c.drop, c.head
		}
	}
	if first == 0 {
		return ""
	}
	for i := len(g.columns) - 1; i >= 0; i-- {
		if g.columns[i].drop != first {
			continue
		}
		g.columns = slices.Delete(g.columns, i, i+1)
		for k := range g.rows {
			g.rows[k] = slices.Delete(g.rows[k], i, i+1)
		}
	}
	return name
}

// grid writes a table.
func (t *teller) grid(g grid) {
	t.blank()
	for i, line := range strings.Split(t.table(g), "\n") {
		if i == 1 { // the rule runs on below the space behind the last column
			line = strings.TrimSuffix(line, strings.Repeat("─", gap))
		}
		t.line(line)
	}
}

// sheet writes a table that is no run's, whose first column may take so many columns of the terminal.
func (t *teller) sheet(all []column, rows [][]string, most int) {
	if len(rows) == 0 {
		return
	}
	g := gridOf(all, rows)
	if g.width() > t.width {
		g.narrow(t.width, most)
	}
	for g.width() > t.width && g.without() != "" {
	}
	t.grid(g)
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
			if w, known := g.columns[j].inks[s]; known {
				in = w
			}
			if j == 0 && g.strong != nil && g.strong[i] {
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
