package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// State is what a finding comes to. What cannot be seen is Unknown, never OK.
type State string

const (
	OK      State = "ok"
	Warn    State = "warn"
	Unknown State = "unknown"
)

// Finding is one thing that tells whether a machine is fit to measure.
type Finding struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	Fact  string `json:"fact"`
	Try   string `json:"try,omitempty"` // a command that would help
}

// FindingsSchema is the name and version of the findings as JSON.
const FindingsSchema = "runner-doctor/1"

// FindingsJSON writes findings for programs.
func FindingsJSON(w io.Writer, all []Finding) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		Schema   string    `json:"schema"`
		Findings []Finding `json:"findings"`
	}{FindingsSchema, all})
}

// FindingsText writes findings for people: one after another, and the count first. A command is never broken.
func FindingsText(w io.Writer, all []Finding, style Style) error {
	t := &teller{style: style, width: style.width()}
	names, states := 0, 0
	counts := map[State]int{}
	for _, f := range all {
		names, states = max(names, Width(f.Name)), max(states, Width(string(f.State)))
		counts[f.State]++
	}
	t.para("", "  ", bold, "This machine: "+countFindings(counts))
	t.blank()
	for _, f := range all {
		i := map[State]ink{OK: green, Warn: magenta, Unknown: faint}[f.State]
		state := string(f.State) + strings.Repeat(" ", states-Width(string(f.State))+2)
		name := f.Name + strings.Repeat(" ", names-Width(f.Name)+2)
		t.para(t.style.paint(i, state)+name, strings.Repeat(" ", states+names+4), "", Visible(f.Fact))
		if f.Try != "" {
			t.line(strings.Repeat(" ", states+2) + t.style.paint(faint, "try: ") + Visible(f.Try))
		}
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

func countFindings(counts map[State]int) string {
	var parts []string
	switch n := counts[Warn]; n {
	case 0:
	case 1:
		parts = append(parts, "1 warning")
	default:
		parts = append(parts, fmt.Sprintf("%d warnings", n))
	}
	if n := counts[Unknown]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", n))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d ok", counts[OK])), ", ")
}
