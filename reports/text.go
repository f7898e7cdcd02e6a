package reports

import (
	"fmt"
	"io"
	"strings"

	"bench/runner/results"
)

func init() {
	register(Format{Name: "text", Ext: "txt", Doc: "a table of the cells and the checks, for a terminal or a log", Render: renderText})
}

func renderText(w io.Writer, r *Report, style Style) error {
	t := &teller{Report: r, style: style, width: style.width()}
	t.header()
	t.cells()
	t.against()
	t.scaling()
	t.trouble()
	t.warnings()
	t.footnotes()
	t.hosts()
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
	s = strings.ReplaceAll(s, " %", "\u00a0%") // a percentage does not break either
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
	t.para("", "  ", "", t.style.paint(bold, glue(Visible(t.Run.Experiment))+":")+" "+t.inParts(t.Headline(), t.Code))
	t.para("", "", "", Visible(t.Question))
	t.facts(append(runFacts(t.Run), onHosts(t.Report)))
	t.facts(machineFacts(&t.Run, t.Runtimes))
}

// inParts paints the parts of a tally, which do not break, by the exit code that goes with it.
func (t *teller) inParts(tally string, code int) string {
	i := red
	switch code {
	case 0:
		i = green
	case 3:
		i = magenta
	}
	told := strings.Split(tally, ", ")
	for n := range told {
		told[n] = t.style.paint(i, glue(told[n]))
	}
	return strings.Join(told, ", ")
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
	if r.Options.AgainstBuild != "" {
		facts = append(facts, "build=base is "+r.Options.AgainstBuild)
	}
	return facts
}

// onHosts is "" where all trials ran on runner's own machine, which machineFacts tells of.
func onHosts(r *Report) string {
	if len(r.Hosts) == 0 {
		return ""
	}
	return "on " + countOf(len(r.Hosts), "host")
}

func machineFacts(run *results.Run, runtimes []results.RuntimeInfo) []string {
	e := run.Environment
	facts := []string{fmt.Sprintf("%d cores", e.Cores)}
	if e.Cores == 1 {
		facts[0] = "1 core"
	}
	if p := run.Parallelism(); measured(p) {
		facts[0] += ", parallelism " + Ratio(*p)
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
	t.blank()
	for _, s := range t.stories() {
		t.para("", "  ", "", strings.Join(s.cells, "\u00a0· "))
		t.para("  "+t.style.paint(red, s.status)+"  ", "    ", "", Visible(s.reason))
		if s.reason == "" {
			t.line("  " + t.style.paint(red, s.status))
		}
		for _, l := range s.stderr {
			t.line("    " + Clip("stderr: "+l, t.width-4))
		}
	}
}

func (t *teller) warnings() {
	t.blank()
	for _, c := range t.cautions() {
		t.para(t.style.paint(magenta, "warning")+"  ", "  ", "", c)
	}
}

// footnotes are what holds for the whole table.
func (t *teller) footnotes() {
	t.blank()
	for _, n := range t.notes() {
		t.para("", "  ", "", n)
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
