package reports

import (
	"fmt"
	"html"
	"io"
	"net/url"
	"strings"

	"bench/runner/gates"
)

func init() {
	register(Format{Name: "markdown", Ext: "md", Doc: "for a README or the comment on a pull request; in a file with figures beside it",
		Render: renderMarkdown, Beside: besideMarkdown})
}

// markdownBytes is how long a document may get: GitHub shows no summary above 1 MiB.
const markdownBytes = 900_000

func renderMarkdown(w io.Writer, r *Report, style Style) error {
	d := &document{room: markdownBytes - 4000} // for what closes it
	d.part(r.markdownHead())
	for _, p := range r.markdownChecks() {
		d.part(p)
	}
	for _, p := range r.markdownAgainst() {
		d.part(p)
	}
	if style.File != "" {
		for _, p := range r.markdownPictures(style) {
			d.part(p)
		}
	}
	for _, p := range []section{markdownCells(r.Cells), r.markdownHosts(), r.markdownNotes(), r.markdownTrouble(), r.markdownMachine()} {
		d.part(p)
	}
	d.end()
	d.out.WriteString("\n<sub>" + inMarkdown(strings.TrimSpace("runner "+r.Run.Version)+": "+method) + "</sub>\n")
	if _, err := io.WriteString(w, d.out.String()); err != nil {
		return fmt.Errorf("write the Markdown report: %w", err)
	}
	return nil
}

// section is a piece of a document whose rows can be left out, the last ones first.
type section struct {
	what       string // its rows, told where some are left out
	head, tail string
	rows       []string
}

// document takes parts as long as there is room.
type document struct {
	out  strings.Builder
	room int
	left []string
}

func (d *document) part(p section) {
	if p.head == "" && len(p.rows) == 0 {
		return
	}
	room := d.room - d.out.Len() - len(p.head) - len(p.tail)
	n, size := 0, 0
	for n < len(p.rows) && size+len(p.rows[n]) <= room {
		size += len(p.rows[n])
		n++
	}
	switch {
	case n == 0 && len(p.rows) > 0:
		d.left = append(d.left, fmt.Sprintf("all %d %s", len(p.rows), p.what))
	case n < len(p.rows):
		d.left = append(d.left, fmt.Sprintf("%d of %d %s", len(p.rows)-n, len(p.rows), p.what))
	case room < 0:
		d.left = append(d.left, p.what)
	}
	if room < 0 || n == 0 && len(p.rows) > 0 {
		return
	}
	d.out.WriteString(p.head + strings.Join(p.rows[:n], "") + p.tail)
}

// end tells what there was no room for.
func (d *document) end() {
	if len(d.left) > 0 {
		d.out.WriteString("\nThis document would be too long with all of it. Left out: " + strings.Join(d.left, ", ") + ".\n")
	}
}

// folded is a part that opens when its summary is clicked.
func folded(what, summary string, rows []string) section {
	if len(rows) == 0 {
		return section{}
	}
	return section{what: what, head: "\n<details><summary>" + summary + "</summary>\n\n", rows: rows, tail: "\n</details>\n"}
}

// marker lets a program find the comment of this experiment again, to write it anew. Nobody sees it.
func marker(experiment string) string { return "<!-- runner: " + commented(experiment) + " -->\n" }

// commented is text that ends no comment.
func commented(s string) string { return strings.ReplaceAll(url.PathEscape(s), "-", "%2D") }

func (r *Report) markdownHead() section {
	head := marker(r.Run.Experiment) + "## " + inMarkdown(r.Run.Experiment+": "+r.Headline()) + "\n"
	if r.Question != "" {
		head += "\n" + paragraph(r.Question) + "\n"
	}
	return section{what: "head", head: head + "\n<sub>" + inMarkdown(strings.Join(plainFacts(r), " · ")) + "</sub>\n"}
}

// verdictMarks stand before the words of verdicts.
var verdictMarks = map[gates.Outcome]string{gates.Fail: "❌", gates.Error: "❗", gates.Inconclusive: "🔶", gates.Skipped: "⚪", gates.Pass: "✅"}

const checksHead = "\n| verdict | claim | observed | margin | holds in |\n|---|---|---|---|---|\n"

// markdownChecks are the checks that want a look, with what each of their parts came to; those that passed are folded.
func (r *Report) markdownChecks() []section {
	open := section{what: "checks", head: checksHead}
	diagrams := section{what: "diagrams"}
	var passed []string
	for i, v := range r.byOutcome() {
		c := htmlCheck(i+1, v, nil)
		if v.Outcome == gates.Pass {
			passed = append(passed, markdownCheck(v, &c))
			continue
		}
		open.rows = append(open.rows, markdownCheck(v, &c))
		if c.Diagram != "" && c.Open {
			diagrams.rows = append(diagrams.rows, preformatted(c.Diagram))
		}
	}
	if len(open.rows) == 0 {
		open.head = ""
	}
	fold := folded("passed checks", fmt.Sprintf("%d passed", len(passed)), passed)
	if fold.head != "" {
		fold.head += strings.TrimPrefix(checksHead, "\n")
	}
	return []section{open, diagrams, fold}
}

func markdownCheck(v *gates.Verdict, c *checkHTML) string {
	claim := "<code>" + inMarkdown(c.Check) + "</code>"
	if c.Name != "" {
		claim = inMarkdown(c.Name) + "<br>" + claim
	}
	for _, more := range []struct{ before, text string }{{"", c.Reason}, {"because: ", c.Because}, {"published: ", c.Source}} {
		if more.text != "" {
			claim += "<br>" + inMarkdown(more.before+more.text)
		}
	}
	verdict := strings.TrimSpace(verdictMarks[v.Outcome] + " **" + inMarkdown(Visible(string(v.Outcome))) + "**")
	if c.Warning {
		verdict += "<br>only a warning"
	}
	holds := c.Holds
	if c.Blocks != "" {
		holds += "<br>" + c.Blocks
	}
	if c.Place != "" {
		claim += "<br><sub>" + inMarkdown(c.ShortPlace()) + "</sub>"
	}
	seen := unbroken(c.Observed)
	if c.Interval != missing {
		seen += "<br>" + unbroken(c.Interval)
	}
	return "| " + strings.Join([]string{verdict, claim, seen, c.Margin, holds}, " | ") + " |\n"
}

// unbroken is a number of our own: its spaces do not break.
func unbroken(s string) string { return marks.Replace(html.EscapeString(s)) }

// preformatted is text as it is, in which nothing is markup.
func preformatted(text string) string {
	return "\n<pre>" + asIs(text) + "</pre>\n"
}

// asIs is text within HTML, in which Markdown finds nothing.
func asIs(text string) string {
	return strings.NewReplacer("`", "&#96;", "|", "&#124;", "@", "&#64;", "]", "&#93;").Replace(html.EscapeString(text))
}
