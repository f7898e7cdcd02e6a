package reports

import (
	"fmt"
	"strings"

	"bench/runner/gates"
	"bench/runner/results"
)

// checkHTML is a row of the table of checks.
type checkHTML struct {
	ID       string
	Outcome  string
	Warning  bool // a failure that is only a warning
	Name     string
	Check    string
	Reason   string
	Because  string
	Source   string // what was published
	Diagram  string // "" where it shows nothing
	Open     bool   // the diagram is to be seen at once
	Observed string
	Interval string
	Margin   string
	Holds    string
	Blocks   string
	Place    string // file and line
	Line     string // anchor of its line; "" where the page does not have it
}

// diagramWidth is how many columns a diagram has on a page.
const diagramWidth = 100

func htmlCheck(n int, v *gates.Verdict, anchors map[string]string) checkHTML {
	name, check := named(v)
	c := checkHTML{ID: fmt.Sprintf("check-%d", n), Outcome: outcomeOf(v), Warning: v.Level == "warn" && v.Outcome != gates.Pass,
		Name: Visible(name), Check: Visible(check), Because: Visible(v.Because), Source: Visible(v.Published),
		Observed: missing, Interval: missing, Margin: missing, Holds: missing, Place: place(v), Line: lineAnchor(v, anchors)}
	if explained(v) {
		c.Reason = Visible(v.Reason)
	}
	if hung := diagram(v.Check, v.Evidence, diagramWidth); len(v.Evidence) > 0 && len(hung) > 1 {
		for i, l := range hung {
			hung[i] = inertLine(strings.TrimRight(l, " "))
		}
		c.Diagram, c.Open = strings.Join(hung, "\n"), v.Outcome == gates.Fail || v.Outcome == gates.Error
	}
	judged := v.Outcome != gates.Skipped && v.Outcome != gates.Error
	if judged && v.N > 0 && measured(&v.Support) {
		c.Holds = percent(v.Support)
	}
	if v.Outcome != gates.Skipped {
		c.Blocks = restsOn(v)
	}
	if measured(v.Margin) {
		c.Margin = signed(*v.Margin)
	}
	switch {
	case measured(v.Observed):
		c.Observed, c.Interval = observed(v)
		if c.Interval != "" {
			c.Interval += lies(v)
		}
	case judged && (v.Support == 0 || v.Support == 1):
		c.Observed = fmt.Sprint(v.Outcome == gates.Pass)
	}
	if c.Interval == "" {
		c.Interval = missing
	}
	return c
}

// File is where the check is written, without the folder, and At the line in it: ":33".
func (c checkHTML) File() string { return strings.TrimSuffix(c.ShortPlace(), c.At()) }

// At is "" where no line is known.
func (c checkHTML) At() string {
	short := c.ShortPlace()
	if i := strings.LastIndexByte(short, ':'); i > 0 {
		return short[i:]
	}
	return ""
}

// ShortPlace is the place without the file's folder.
func (c checkHTML) ShortPlace() string { return c.Place[strings.LastIndexAny(c.Place, `/\`)+1:] }

// outcomeOf is a verdict's outcome as a word that may be part of a class.
func outcomeOf(v *gates.Verdict) string {
	if _, known := labels[v.Outcome]; known {
		return string(v.Outcome)
	}
	return string(gates.Error)
}

// signed is a percentage that says on which side it is.
func signed(v float64) string {
	if v < 0 {
		return "−" + percent(-v)
	}
	return "+" + percent(v)
}

// sourceHTML is one file with its lines.
type sourceHTML struct {
	Path  string
	Lines []lineHTML
}

type lineHTML struct {
	ID     string
	Number int
	Text   string
	Class  string      // the worst outcome of its checks
	Checks []checkHTML // whose text begins on it
}

// sourceAnchors are what the lines' anchors of each file begin with.
func sourceAnchors(all []results.Source) map[string]string {
	out := map[string]string{}
	for i, s := range all {
		if _, twice := out[s.Path]; twice {
			continue
		}
		out[s.Path] = "L"
		if i > 0 {
			out[s.Path] = fmt.Sprintf("F%d-L", i+1)
		}
	}
	return out
}

func lineAnchor(v *gates.Verdict, anchors map[string]string) string {
	if prefix, known := anchors[v.Pos.File]; known && v.Pos.Line > 0 {
		return fmt.Sprintf("%s%d", prefix, v.Pos.Line)
	}
	return ""
}

// htmlSources are the spec and what it extends. A check whose line is not there loses its link.
func htmlSources(all []results.Source, anchors map[string]string, checks []checkHTML) []sourceHTML {
	at := map[string][]checkHTML{}
	for _, c := range checks {
		at[c.Line] = append(at[c.Line], c)
	}
	there := map[string]bool{}
	var out []sourceHTML
	for i, s := range all {
		prefix := anchors[s.Path]
		if i > 0 && prefix == "L" {
			continue // the same file again
		}
		source := sourceHTML{Path: Visible(s.Path)}
		for n, text := range strings.Split(strings.TrimRight(s.Text, "\r\n"), "\n") {
			l := lineHTML{ID: fmt.Sprintf("%s%d", prefix, n+1), Number: n + 1, Text: Visible(strings.ReplaceAll(strings.TrimSuffix(text, "\r"), "\t", "    "))}
			if l.Checks = at[l.ID]; len(l.Checks) > 0 {
				l.Class = l.Checks[0].Outcome // they come in the order of urgency
			}
			there[l.ID] = true
			source.Lines = append(source.Lines, l)
		}
		out = append(out, source)
	}
	for i := range checks {
		if !there[checks[i].Line] {
			checks[i].Line = ""
		}
	}
	return out
}
