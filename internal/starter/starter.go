// Package starter writes first specs: ready ones to begin with, and what a hyperfine command line asks for. It turns texts
// into texts; it knows no terminal, no flags and no files.
package starter

import "fmt"

// Spec is what was written, and what could not be.
type Spec struct {
	Text  string   // YAML
	Notes []string // what has no counterpart, and what to do about it; one line each
}

// Place is where a word stands in a text: Line and Col count from 1, Col and Width in runes.
type Place struct{ Line, Col, Width int }

// Problem is why nothing was written.
type Problem struct {
	Place
	Message string
	Hint    string   // what to do next
	Word    string   // what is not known
	Among   []string // what it may have been meant to be
}

func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.Message
	}
	return fmt.Sprintf("%d:%d: %s", p.Line, p.Col, p.Message)
}

func (p Place) problem(hint, format string, args ...any) *Problem {
	return &Problem{Place: p, Message: fmt.Sprintf(format, args...), Hint: hint}
}
