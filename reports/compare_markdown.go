package reports

import (
	"fmt"
	"io"
	"strings"

	"bench/runner/gates"
)

// CompareMarkdown writes a comparison for a comment on a pull request, which can be found again by its first line.
func CompareMarkdown(w io.Writer, c *Comparison, _ Style) error {
	d := &document{room: markdownBytes - 4000} // for what closes it
	mark := ""
	if c.Condition != "" && c.Refused == "" {
		mark = verdictMarks[gates.Outcome(strings.ToLower(c.Word))] + " "
	}
	head := "<!-- runner compare: " + commented(c.After.Experiment) + " -->\n## " + mark + inMarkdown(c.After.Experiment+": "+c.Tally()) + "\n"
	head += "\n<sub>before: " + inMarkdown(strings.Join(comparedRun(&c.Before), " · ")) + "<br>after: " + inMarkdown(strings.Join(comparedRun(&c.After), " · ")) + "</sub>\n"
	for _, s := range []string{c.Refused, c.failsWhere()} {
		if s != "" {
			head += "\n" + paragraph(s) + "\n"
		}
	}
	d.part(section{what: "head", head: head})
	d.part(bullets("differences", "differs in ", differ(c.Differences)))
	for _, p := range c.markdownRows() {
		d.part(p)
	}
	d.part(bullets("reasons", "", changeReasons(c.Changes)))
	d.end()
	d.out.WriteString("\n<sub>" + inMarkdown(strings.TrimSpace("runner "+c.After.Version)+": "+compareMethod) + "</sub>\n")
	if _, err := io.WriteString(w, d.out.String()); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	return nil
}

// compareMethod is how a comparison of two runs is to be read, in two sentences.
const compareMethod = "+ is slower, − is faster; the interval is the middle 95 % of the change on resamples of the blocks of each run. " +
	"It holds what varies within the two runs, not what varies between two times of day."

// fewRows need no folding.
const fewRows = 12

// markdownRows are the cells that want a look, and those that do not, folded where they are many.
func (c *Comparison) markdownRows() []section {
	columns, rows := c.table()
	if len(rows) == 0 {
		return nil
	}
	all := markdownGrid(gridOf(columns, rows))
	all.what = "cells"
	if len(rows) <= fewRows {
		all.head = "\n" + all.head
		return []section{all}
	}
	open, quiet := section{what: "cells", head: "\n" + all.head}, []string{}
	for i, row := range all.rows {
		switch changeWord(&c.Changes[i]) {
		case "undecided", "PASS", "":
			quiet = append(quiet, row)
		default:
			open.rows = append(open.rows, row)
		}
	}
	if len(open.rows) == 0 {
		open.head = ""
	}
	fold := folded("cells", countOf(len(quiet), "cell"), quiet)
	if len(quiet) > 0 {
		fold.head += all.head
	}
	return []section{open, fold}
}

// bullets are a list, nothing where it is empty.
func bullets(what, lead string, all []string) section {
	if len(all) == 0 {
		return section{}
	}
	p := section{what: what, head: "\n"}
	for _, s := range all {
		p.rows = append(p.rows, "- "+paragraph(lead+s)+"\n")
	}
	return p
}
