package reports

import (
	"fmt"
	"strings"

	"bench/runner/internal/matrix"
	"bench/runner/reports/charts"
)

// panel is a group of figures that answer one question.
type panel struct {
	Name    string // begins its figures' ids, and the names of their files
	Title   string
	Doc     string   // how to read it, one sentence
	Note    string   // what is left out; "" if nothing
	Told    []string // sentences before the figures
	Wide    bool     // it takes the whole width, and the numbers of its figures are to be seen at once
	Open    int      // so many figures are to be seen at once, the first ones; the others are folded
	Figures []figure
}

// figure is a chart, and the same numbers as a table.
type figure struct {
	Name  string // which of the panel's figures it is, such as a cell; "" for the only one
	Doc   string // what it is of, where Name does not say it all
	Chart *charts.Figure
	Data  sheet
}

// sheet is a table of texts.
type sheet struct {
	Head []string
	Text int // so many columns, the first ones, are words and not numbers
	Rows [][]string
}

// panels are all figures of a report, those without data left out. Texts are visible.
func (r *Report) panels() []panel {
	var all []panel
	for _, p := range []panel{r.comparisons(), r.speedups(), r.times(), r.timelines(), r.phases(), r.trends()} {
		if len(p.Figures) > 0 || len(p.Told) > 0 {
			all = append(all, p)
		}
	}
	return all
}

// id is that of a panel's figure, from 0.
func (p *panel) id(i int) string {
	if i == 0 {
		return p.Name
	}
	return fmt.Sprintf("%s-%d", p.Name, i+1)
}

// rows are those of the figures that are to be seen at once.
func (p *panel) rows() int {
	n := 0
	for _, f := range p.Figures[:min(p.Open, len(p.Figures))] {
		n += len(f.Data.Rows)
	}
	return n
}

// leave tells that there are more of something than are drawn.
func (p *panel) leave(n int, one, many string) {
	switch {
	case n == 1:
		p.Note = "1 " + one + " is left out."
	case n > 1:
		p.Note = fmt.Sprintf("%d %s are left out.", n, many)
	}
}

// batches are figures of so many rows at most.
func batches[T any](all []T, most int) [][]T {
	var out [][]T
	for len(all) > most {
		out, all = append(out, all[:most]), all[most:]
	}
	if len(all) > 0 {
		out = append(out, all)
	}
	return out
}

// which names a batch of cells among several: "cells 31 to 60 of 100".
func which(batch, most, all int) string {
	if all <= most {
		return ""
	}
	return fmt.Sprintf("cells %d to %d of %d", batch*most+1, min((batch+1)*most, all), all)
}

// shortNames are the keys of cells without what all of them have in common. The executor stays.
func shortNames(cells []matrix.Cell) []string {
	type pair struct {
		name string
		text string
	}
	n := map[pair]int{}
	for _, c := range cells {
		for _, f := range c.Facets() {
			n[pair{f.Name, matrix.Format(f.Value)}]++
		}
	}
	names := make([]string, len(cells))
	for i, c := range cells {
		var differ []matrix.Facet
		for _, f := range c.Facets() {
			own := f.Name == matrix.Executor || f.Name == matrix.Workers
			if own || n[pair{f.Name, matrix.Format(f.Value)}] < len(cells) {
				differ = append(differ, f)
			}
		}
		names[i] = Visible(key(matrix.NewCell(differ...), len(cells)))
	}
	return names
}

// label is a name within a chart, which cuts it to the room that it has.
func label(s string) string { return Clip(s, 160) }

// groups numbers what cells have in common, in order of appearance.
type groups map[string]int

func (g groups) of(s string) int {
	if _, known := g[s]; !known {
		g[s] = len(g)
	}
	return g[s]
}

// byWorkload are the cells that a test lets through, those of one workload together.
func (r *Report) byWorkload(wanted func(*Cell) bool) [][]*Cell {
	g := groups{}
	var out [][]*Cell
	for i := range r.Cells {
		if c := &r.Cells[i]; wanted(c) {
			at := g.of(c.Workload)
			if at == len(out) {
				out = append(out, nil)
			}
			out[at] = append(out[at], c)
		}
	}
	return out
}

func cellsOf(all []*Cell) []matrix.Cell {
	out := make([]matrix.Cell, len(all))
	for i, c := range all {
		out[i] = c.Cell
	}
	return out
}

// titled is the workload where there are several, and what else tells a figure from the others.
func titled(several bool, workload string, rest ...string) string {
	if several {
		rest = append([]string{Visible(workload)}, rest...)
	}
	var told []string
	for _, s := range rest {
		if s != "" {
			told = append(told, s)
		}
	}
	return strings.Join(told, ", ")
}
