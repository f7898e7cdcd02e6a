package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Print writes each problem as position and fact, then the line with a caret, then the hint. line returns the text of
// a line (counted from 1) of a file, and false where there is none.
func Print(w io.Writer, list List, line func(file string, n int) (string, bool)) {
	for _, d := range list {
		fmt.Fprintf(w, "%s\n", Printable(d.Pos.String()+": "+d.Message))
		if text, ok := line(d.Pos.File, d.Pos.Line); ok && d.Pos.Line > 0 {
			snippet(w, d, text)
		}
		if d.Hint != "" {
			fmt.Fprintf(w, "  hint: %s\n", Printable(d.Hint))
		}
	}
}

func snippet(w io.Writer, d Diagnostic, text string) {
	runes := []rune(Printable(text))
	number := fmt.Sprint(d.Pos.Line)
	from, to := 0, len(runes)
	if len(runes) > 160 { // a long line is shown around its caret
		from = max(0, min(d.Pos.Col-1, len(runes))-60)
		to = min(len(runes), from+140)
	}
	caret := min(max(d.Pos.Col-1-from, 0), to-from)
	width := max(1, min(d.Width, to-from-caret))
	fmt.Fprintf(w, "  %s | %s\n", number, string(runes[from:to]))
	fmt.Fprintf(w, "  %s | %s%s\n", strings.Repeat(" ", len(number)), strings.Repeat(" ", caret), strings.Repeat("^", width))
}

// Printable keeps a text from writing escapes to the terminal: each control character becomes one visible rune, so that
// columns still fit.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\n':
			return '\n'
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return '�'
		}
		return r
	}, strings.TrimRight(s, "\r\n"))
}
