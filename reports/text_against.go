package reports

import (
	"fmt"
	"strings"
)

// against tells what the run is compared with, and each cell, where that was asked for.
func (t *teller) against() {
	for i := range t.Against {
		a := &t.Against[i]
		t.blank()
		t.para("", "  ", "", againstText(a))
		t.lines("differs in ", differ(a.Differences))
		t.sheet(changeColumns, changeRows(a.Changes), t.width*3/10)
		if told := changeReasons(a.Changes); len(told) > 0 {
			t.blank()
			t.lines("", told)
		}
	}
}

// againstText names a reference.
func againstText(a *Against) string {
	return fmt.Sprintf("compared with %s: %s", a.name(), againstRun(a))
}

// againstRun is the run that a reference is, and how it was found.
func againstRun(a *Against) string {
	text := fmt.Sprintf("run %s, %s", Visible(a.Run), glue(a.Started.UTC().Format("2006-01-02 15:04 UTC")))
	if a.How != "" && a.How != a.Since {
		text += ", " + Visible(a.How)
	}
	return text
}

// name is the reference as a check or the command line has it.
func (a *Against) name() string {
	if a.Since == "" {
		return "another run"
	}
	return Visible(oneLine(a.Since))
}

// tally counts what became of the cells.
func (a *Against) tally() string {
	return "each cell against " + a.name() + ": " + (&Comparison{Changes: a.Changes}).Tally()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
