//go:build linux

package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// table adds up the repetitions of each fault.
type table struct {
	faults []string
	rows   map[string]*row
}

type row struct {
	reps, broken int
	counts
	said    []string
	skipped string
}

func newTable() *table { return &table{rows: map[string]*row{}} }

func (t *table) row(f fault) *row {
	if t.rows[f.name] == nil {
		t.faults = append(t.faults, f.name)
		t.rows[f.name] = &row{}
	}
	return t.rows[f.name]
}

func (t *table) skip(f fault, why string) {
	t.row(f).skipped = why
	fmt.Printf("%s: skipped: %s\n", f.name, why)
}

// add prints a repetition in a line, and what it broke.
func (t *table) add(s *scene) {
	r := t.row(s.fault)
	r.reps++
	r.struck += s.struck
	r.trials += s.trials
	r.tasks += s.tasks
	r.lost += s.lost
	r.twice += s.twice
	r.again += s.again
	r.disturbed += s.disturbed
	for _, note := range s.notes {
		if kind := kindOf(note); !slices.Contains(r.said, kind) {
			r.said = append(r.said, kind)
		}
	}
	state := "ok"
	if len(s.broken) > 0 {
		r.broken++
		state = "BROKEN"
	}
	fmt.Printf("%s: %s; %d trials, %d tasks, %d begun again, %d disturbed: %s\n", s.fault.name, state, s.trials, s.tasks, s.again, s.disturbed, shortened(strings.Join(s.notes, " | ")))
	for _, text := range s.broken {
		fmt.Printf("  %s\n", strings.ReplaceAll(text, "\n", "\n    "))
	}
}

func shortened(text string) string {
	if r := []rune(text); len(r) > 200 {
		return string(r[:199]) + "…"
	}
	return text
}

// kindOf is a note without its numbers, so that repetitions say the same.
func kindOf(note string) string { return regexp.MustCompile(`\d+`).ReplaceAllString(note, "N") }

// print writes the table as Markdown.
func (t *table) print(w io.Writer) {
	fmt.Fprint(w, "\n| fault | times | struck | tasks | begun again | lost | counted twice | trials disturbed | broken |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, name := range t.faults {
		r := t.rows[name]
		if r.skipped != "" {
			fmt.Fprintf(w, "| %s | 0 | | | | | | | skipped: %s |\n", name, r.skipped)
			continue
		}
		fmt.Fprintf(w, "| %s | %d | %d | %d | %d | %d | %d | %d of %d | %d |\n", name, r.reps, r.struck, r.tasks, r.again, r.lost, r.twice, r.disturbed, r.trials, r.broken)
	}
	for _, name := range t.faults {
		for _, text := range t.rows[name].said {
			fmt.Fprintf(w, "\n%s: %s", name, text)
		}
	}
	fmt.Fprintln(w)
}
