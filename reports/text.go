package reports

import (
	"fmt"
	"io"
	"math"
	"strings"

	"runner/results"
)

func init() {
	register(Format{Name: "text", Ext: "txt", Doc: "a table of the cells and the checks, for a terminal or a log", Render: renderText})
}

func renderText(w io.Writer, r *Report, style Style) error {
	t := &teller{Report: r, style: style, width: style.width()}
	t.header()
	t.cells()
	t.scaling()
	t.trouble()
	t.warnings()
	t.footnotes()
	t.checks()
	_, err := io.WriteString(w, t.out.String())
	return err
}

// teller writes the text of one report.
type teller struct {
	*Report
	style Style
	width int
	out   strings.Builder
}

func (t *teller) line(s string) {
	t.out.WriteString(inertLine(strings.TrimRight(s, " ")))
	t.out.WriteByte('\n')
}

// blank separates sections: one empty line, however often it is asked for.
func (t *teller) blank() {
	if !strings.HasSuffix(t.out.String(), "\n\n") {
		t.line("")
	}
}

// para writes wrapped text in one ink: its first line behind first, the others behind rest.
func (t *teller) para(first, rest string, i ink, s string) {
	for n, l := range wrap(s, t.width-max(Width(first), Width(rest))) {
		if n > 0 {
			first = rest
		}
		t.line(first + t.style.paint(i, l))
	}
}

// facts writes pieces that do not break, with dots between them.
func (t *teller) facts(pieces []string) {
	var told []string
	for _, p := range pieces {
		if p != "" {
			told = append(told, glue(Visible(p)))
		}
	}
	t.para("", "  ", faint, strings.Join(told, "\u00a0· "))
}

func (t *teller) header() {
	i := red
	switch t.Code {
	case 0:
		i = green
	case 3:
		i = yellow
	}
	t.para("", "  ", bold+";"+i, Visible(t.Run.Experiment+": "+t.Tally()))
	t.para("", "", "", Visible(t.Question))
	t.facts(runFacts(t.Run))
	t.facts(machineFacts(&t.Run, t.Runtimes))
}

func runFacts(r results.Run) []string {
	took := "not finished"
	if !r.Finished.IsZero() {
		took = "took " + Elapsed(r.Finished.Sub(r.Started))
	}
	if len(r.Resumed) > 0 && !r.Finished.IsZero() {
		took += " with its pauses"
	}
	if r.Outcome == string(results.Interrupted) {
		took = "interrupted"
	}
	facts := []string{"run " + r.ID, r.Started.UTC().Format("2006-01-02 15:04 UTC"), took, fmt.Sprintf("seed %d", r.Seed), r.Spec}
	for _, again := range r.Resumed {
		facts = append(facts, fmt.Sprintf("resumed after %d trials", again.Trials))
	}
	if r.Options.Profile != "" {
		facts = append(facts, "profile "+r.Options.Profile)
	}
	return facts
}

func machineFacts(run *results.Run, runtimes []results.RuntimeInfo) []string {
	e := run.Environment
	facts := []string{fmt.Sprintf("%d cores", e.Cores)}
	if e.Cores == 1 {
		facts[0] = "1 core"
	}
	if p := run.Parallelism(); measured(p) {
		facts[0] += ", parallelism " + ratio(*p)
	}
	facts = append(facts, e.CPU)
	if e.Memory > 0 {
		facts = append(facts, Quantity(float64(e.Memory), "B"))
	}
	facts = append(facts, doubts(&e)...)
	facts = append(facts, e.Virtual, strings.TrimSpace(e.OS+"/"+e.Arch+" "+e.Kernel), "go "+strings.TrimPrefix(e.Go, "go"))
	for _, r := range runtimes {
		if r.Name != "go" && r.Version != "" {
			facts = append(facts, strings.TrimSpace(r.Name+" "+r.Version))
		}
	}
	if e.Commit != "" {
		commit := "commit " + e.Commit[:min(len(e.Commit), 10)]
		if e.Dirty {
			commit += ", changed since"
		}
		facts = append(facts, commit)
	}
	return facts
}

// trouble tells what went wrong: cells with the same story are told together.
func (t *teller) trouble() {
	type story struct {
		status, reason string
		stderr         []string
		cells          []string
	}
	var stories []*story
	known := map[string]*story{}
	for i := range t.Cells {
		c := &t.Cells[i]
		s := story{status: c.Trouble()}
		if s.status == "" {
			continue
		}
		if bad := c.Bad(); bad != nil {
			s.reason, s.stderr = bad.Reason, tail(bad.Stderr, 3)
		}
		if c.Reason != "" {
			s.reason = c.Reason
		}
		id := strings.Join(append(s.stderr, s.status, s.reason), "\n")
		if known[id] == nil {
			known[id] = &s
			stories = append(stories, &s)
		}
		known[id].cells = append(known[id].cells, glue(Visible(key(c.Cell))))
	}
	t.blank()
	for _, s := range stories {
		t.para("", "  ", "", strings.Join(s.cells, "\u00a0· "))
		t.para("  "+t.style.paint(red, s.status)+"  ", "    ", "", Visible(s.reason))
		if s.reason == "" {
			t.line("  " + t.style.paint(red, s.status))
		}
		for _, l := range s.stderr {
			t.line("    " + t.style.paint(faint, Clip("stderr: "+l, t.width-4)))
		}
	}
}

// warnings tells the first of each cell, and in how many of its trials there were some.
func (t *teller) warnings() {
	t.blank()
	for i := range t.Cells {
		c := &t.Cells[i]
		first, n := "", 0
		for _, trial := range c.Trials {
			if len(trial.Warnings) > 0 {
				if n++; first == "" {
					first = trial.Warnings[0]
				}
			}
		}
		if n > 0 {
			t.para(t.style.paint(yellow, "warning")+"  ", "  ", "", fmt.Sprintf("%s: %s (%d of %d trials)", Visible(key(c.Cell)), Visible(first), n, len(c.Trials)))
		}
	}
}

// footnotes are what holds for the whole table.
func (t *teller) footnotes() {
	t.blank()
	for _, n := range t.Noise {
		if n.N == 0 || math.IsNaN(n.Ratio) || math.IsInf(n.Ratio, 0) {
			continue
		}
		who := "the baseline"
		if len(t.Noise) > 1 {
			who = glue(Visible(key(n.Cell)))
		}
		t.para("", "  ", "", fmt.Sprintf("noise floor: %s against itself differs by %s (%s)", who, percent(math.Abs(n.Ratio-1)), blocks(n.N)))
	}
	t.contaminated()
	switch n := len(t.Excluded); n {
	case 0:
	case 1:
		t.line("1 cell is excluded")
	default:
		t.line(fmt.Sprintf("%d cells are excluded", n))
	}
}

func blocks(n int) string {
	if n == 1 {
		return glue("1 block")
	}
	return glue(fmt.Sprintf("%d blocks", n))
}
