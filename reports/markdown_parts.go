package reports

import (
	"fmt"
	"html"
	"net/url"
	"path/filepath"
	"strings"

	"bench/runner/reports/charts"
)

// mostPictures is how many figures of one panel a document shows.
const mostPictures = 4

// picture is the name of a figure's file.
func picture(style Style, id, theme string) string {
	return strings.TrimSuffix(style.File, filepath.Ext(style.File)) + "-" + id + "-" + theme + ".svg"
}

// besideMarkdown draws the figures that the document refers to, for a light page and for a dark one.
func besideMarkdown(r *Report, style Style) []File {
	var files []File
	for _, p := range r.panels() {
		for i, f := range p.Figures[:min(mostPictures, len(p.Figures))] {
			files = append(files, File{picture(style, p.id(i), "light"), f.Chart.SVG(charts.Light)}, File{picture(style, p.id(i), "dark"), f.Chart.SVG(charts.Dark)})
		}
	}
	return files
}

// markdownPictures shows speedups and times; other figures are folded.
func (r *Report) markdownPictures(style Style) []section {
	var parts []section
	for _, p := range r.panels() {
		var rows []string
		for i, f := range p.Figures[:min(mostPictures, len(p.Figures))] {
			rows = append(rows, pictureOf(style, p.id(i), p.Title, f.Name))
		}
		if p.Name == "speedup" || p.Name == "time" {
			parts = append(parts, section{what: "figures", head: "\n### " + p.Title + "\n", rows: rows})
		} else {
			parts = append(parts, folded("figures", p.Title, rows))
		}
	}
	return parts
}

func pictureOf(style Style, id, alt, name string) string {
	source := func(theme string) string {
		return html.EscapeString((&url.URL{Path: picture(style, id, theme)}).String())
	}
	above := ""
	if name != "" {
		above, alt = "\n**"+inMarkdown(name)+"**\n", alt+": "+name
	}
	return fmt.Sprintf("%s\n<picture>\n<source media=\"(prefers-color-scheme: dark)\" srcset=\"%s\">\n<img alt=\"%s\" src=\"%s\">\n</picture>\n",
		above, source("dark"), asIs(alt), source("light"))
}

func markdownCells(cells []Cell) section {
	if len(cells) == 0 {
		return section{}
	}
	g := markdownGrid(newGrid(cells))
	p := folded("cells", countOf(len(cells), "cell"), g.rows)
	p.head += g.head
	return p
}

// markdownGrid is a table.
func markdownGrid(g grid) section {
	head, rule := "|", "|"
	for _, c := range g.columns {
		head += " " + c.head + " |"
		if rule += "---"; !c.left {
			rule += ":"
		}
		rule += "|"
	}
	p := section{head: head + "\n" + rule + "\n"}
	for _, r := range g.rows {
		row := "|"
		for i, text := range r {
			told := inMarkdown(text)
			if !g.columns[i].left {
				told = glue(told)
			}
			row += " " + told + " |"
		}
		p.rows = append(p.rows, row+"\n")
	}
	return p
}

// markdownAgainst are the runs that this one is compared with, and each cell, folded.
func (r *Report) markdownAgainst() []section {
	var parts []section
	for i := range r.Against {
		a := &r.Against[i]
		head := "\n" + inMarkdown(againstText(a)) + "\n"
		parts = append(parts, section{what: "comparisons", head: head}, bullets("differences", "differs in ", differ(a.Differences)))
		if len(a.Changes) == 0 {
			continue
		}
		g := markdownGrid(gridOf(changeColumns, changeRows(a.Changes)))
		p := folded("changes", inMarkdown(a.tally()), g.rows)
		p.head += g.head
		parts = append(parts, p, bullets("reasons", "", changeReasons(a.Changes)))
	}
	return parts
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r *Report) markdownNotes() section {
	var rows []string
	for _, n := range htmlNotes(r) {
		for _, s := range n.Told {
			rows = append(rows, "- "+inMarkdown(n.Lead+s)+"\n")
		}
	}
	for _, e := range htmlExcluded(r.Excluded) {
		rows = append(rows, "- "+inMarkdown(countOf(len(e.Cells), "cell")+" excluded: "+e.Reason)+"\n")
	}
	return folded("notes", "scaling, noise and notes", rows)
}

func (r *Report) markdownTrouble() section {
	var rows []string
	for _, s := range htmlStories(r) {
		row := "\n" + strings.TrimSuffix("**"+inMarkdown(s.Status)+"** "+inMarkdown(s.Cells)+"<br>"+inMarkdown(s.Reason), "<br>") + "\n"
		if s.Stderr != "" {
			row += preformatted(s.Stderr)
		}
		rows = append(rows, row)
	}
	return folded("troubles", "trouble", rows)
}

func (r *Report) markdownMachine() section {
	var rows []string
	for i, e := range environment(r) {
		if i == 0 {
			rows = append(rows, "| environment | |\n|---|---|\n")
		}
		rows = append(rows, "| "+inMarkdown(e[0])+" | "+inMarkdown(e[1])+" |\n")
	}
	if again := rerun(&r.Run); len(again) > 0 {
		rows = append(rows, "\nRun it again:\n", preformatted(strings.Join(again, "\n")))
	}
	return folded("facts of the machine", "the machine, and how to run it again", rows)
}
