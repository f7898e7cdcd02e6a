package reports

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"strings"

	"bench/runner/gates"
	"bench/runner/results"
)

// Told is a report with what is known of its spec since.
type Told struct {
	*Report
	Changed bool // the spec, or a file of its workloads, is another one now
}

// Claims writes what came of each claim of several experiments as one Markdown document, a table an experiment. Verdicts
// should have their intervals (gates.Intervals).
func Claims(w io.Writer, all []*Told) error {
	p := &page{w: w}
	p.line("# Claims and what came of them")
	p.line("")
	p.line("Each table is one experiment: the claim as the spec checks it, what its source published, what was measured here, and the")
	p.line("verdict. Intervals are the middle 95 %% of resamples of the blocks. The numbers come from stored runs, none is typed by")
	p.line("hand: `runner claims` writes this page.")
	for _, r := range all {
		p.experiment(r)
	}
	return p.err
}

type page struct {
	w   io.Writer
	err error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

func (p *page) experiment(r *Told) {
	p.line("\n## %s\n", inMarkdown(r.Run.Experiment))
	if r.Question != "" {
		p.line("%s\n", paragraph(r.Question))
	}
	p.line("| claim | published | measured here | verdict |\n|---|---|---|---|")
	for i := range r.Verdicts {
		v := &r.Verdicts[i]
		p.line("| %s | %s | %s | %s |", stated(v), inMarkdown(v.Published), inMarkdown(found(v)), inMarkdown(ruling(v)))
	}
	facts := []string{r.Run.Spec, "run " + r.Run.ID}
	for _, f := range machineFacts(&r.Run, r.Runtimes) {
		if f != "" {
			facts = append(facts, f)
		}
	}
	p.line("\n%s", paragraph(strings.Join(facts, " · ")))
	if r.Changed {
		p.line("\nThe spec has changed since this run.")
	}
	p.unavailable(r.Report)
}

// unavailable tells which cells this machine could not run, those with one reason together.
func (p *page) unavailable(r *Report) {
	var reasons []string
	cells := map[string][]string{}
	for _, c := range r.Cells {
		if c.Trouble() != string(results.Unavailable) {
			continue
		}
		if cells[c.Reason] == nil {
			reasons = append(reasons, c.Reason)
		}
		cells[c.Reason] = append(cells[c.Reason], cmp.Or(c.Cell.Key(), c.Workload))
	}
	for _, reason := range reasons {
		p.line("\nUnavailable: %s (%s)", inMarkdown(reason), inMarkdown(strings.Join(cells[reason], ", ")))
	}
}

// stated is the claim in words, its expression, and why it should hold.
func stated(v *gates.Verdict) string {
	text := "<code>" + inMarkdown(v.Check) + "</code>"
	if binding, unnamed := strings.CutPrefix(v.Name, v.Check); unnamed {
		text += inMarkdown(binding)
	} else {
		text = inMarkdown(v.Name) + "<br>" + text
	}
	if v.Because != "" {
		text += "<br>because " + inMarkdown(v.Because)
	}
	return text
}

// found is what was observed, under the name that the check gives it.
func found(v *gates.Verdict) string {
	text := seen(v)
	if text == "" || !measured(v.Observed) {
		return text
	}
	name, width := "", -1
	for _, e := range v.Evidence {
		if f, ok := gates.Number(e.Value); ok && f == *v.Observed && e.To-e.From > width {
			name, width = e.Text, e.To-e.From
		}
	}
	if name == "" {
		return text
	}
	return name + " = " + text
}

func ruling(v *gates.Verdict) string {
	text := string(v.Outcome)
	if v.Outcome != gates.Pass && v.Reason != "" {
		text += ": " + v.Reason
	}
	return text
}

// paragraph is inMarkdown for what begins a line, where more has a meaning: a heading, a list, a rule.
func paragraph(s string) string {
	s = inMarkdown(s)
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	switch rest := s[digits:]; {
	case rest == "":
	case digits == 0 && strings.ContainsRune("#-+=", rune(rest[0])), digits > 0 && strings.ContainsRune(".)", rune(rest[0])):
		return s[:digits] + `\` + rest
	}
	return s
}

// marks are what Markdown would take for more than a character.
var marks = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "@", "&#64;")

// mentions breaks up what would become a mention of somebody: these are looked for in what the document says once it is
// rendered, within one piece of text. An @ before a space is none.
var mentions = strings.NewReplacer("&#64; ", "&#64; ", "&#64;", "<span>@</span>")

// inMarkdown makes text safe within a cell of a table: one line, no markup, no HTML.
func inMarkdown(s string) string {
	return mentions.Replace(marks.Replace(html.EscapeString(Visible(strings.Join(strings.Fields(s), " ")))))
}
