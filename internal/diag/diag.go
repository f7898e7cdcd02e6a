// Package diag holds what every refusal is made of: a position, a fact, and the next action.
//
// It knows nothing of YAML or of expressions: whoever reads a text tells where each rune of it stands.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file. Line and Col count from 1, Col in runes; the zero Pos is "nowhere in a file".
type Pos struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Col  int    `json:"col,omitempty"`
}

func (p Pos) String() string {
	switch {
	case p.Line == 0 && p.File == "":
		return "-"
	case p.Line == 0:
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Text is a string that knows where each of its runes stands in a file. A YAML scalar may be quoted, folded or a block,
// so the offset in the value is not the offset in the file.
type Text struct {
	String string
	At     func(offset int) Pos // offset in runes, from 0 to the length; nil: positions are unknown
}

// Pos is where the rune at offset stands; the zero Pos if that is not known.
func (t Text) Pos(offset int) Pos {
	if t.At == nil {
		return Pos{}
	}
	return t.At(offset)
}

// Diagnostic is one problem. Message is lower case and states the fact; Hint names the next action.
type Diagnostic struct {
	Pos     Pos
	Width   int // runes to underline, at least 1
	Message string
	Hint    string
}

// List is all the problems found, reported together.
type List []Diagnostic

// Add appends one problem.
func (l *List) Add(pos Pos, width int, hint, format string, args ...any) {
	*l = append(*l, Diagnostic{Pos: pos, Width: max(width, 1), Message: fmt.Sprintf(format, args...), Hint: hint})
}

// Sort orders by file, line and column, and drops exact repeats.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col), cmp.Compare(a.Message, b.Message))
	})
	*l = slices.Compact(*l)
}

// Error makes a non-empty List an error; one line a problem.
func (l List) Error() string {
	var b strings.Builder
	for i, d := range l {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: %s", d.Pos, d.Message)
		if d.Hint != "" {
			fmt.Fprintf(&b, " (%s)", d.Hint)
		}
	}
	return b.String()
}

// Err is nil for an empty list.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}
