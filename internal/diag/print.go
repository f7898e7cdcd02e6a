package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// What is printed of a list, and of each text in it. Nobody reads more, and a file that is no spec can have any number.
const (
	mostPrinted = 100
	mostRunes   = 1_000
)

// Print writes each problem as position and fact, then the line with a caret, then the hint. line returns the text of
// a line (counted from 1) of a file, and false where there is none.
func Print(w io.Writer, list List, line func(file string, n int) (string, bool)) {
	for i, d := range list {
		if i == mostPrinted {
			fmt.Fprintf(w, "There are more problems: mend these first.\n")
			return
		}
		fmt.Fprintf(w, "%s: %s\n", oneLine(d.Pos.String()), oneLine(d.Message))
		if text, ok := line(d.Pos.File, d.Pos.Line); ok && d.Pos.Line > 0 {
			snippet(w, d, text)
		}
		if d.Hint != "" {
			fmt.Fprintf(w, "  hint: %s\n", oneLine(d.Hint))
		}
	}
}

// clip keeps the beginning and the end of a long text.
func clip(s string) string {
	if len(s) <= mostRunes {
		return s
	}
	r := []rune(s)
	if len(r) <= mostRunes {
		return s
	}
	return string(r[:mostRunes/2]) + " … " + string(r[len(r)-mostRunes/2:])
}

// oneLine is a text on one line.
func oneLine(s string) string { return Printable(strings.ReplaceAll(clip(s), "\n", "␊")) }

func snippet(w io.Writer, d Diagnostic, text string) {
	runes := []rune(text)
	number := fmt.Sprint(d.Pos.Line)
	from, to := 0, len(runes)
	if len(runes) > 160 { // a long line is shown around its caret
		from = max(0, min(d.Pos.Col-1, len(runes))-60)
		to = min(len(runes), from+140)
	}
	caret := min(max(d.Pos.Col-1-from, 0), to-from)
	width := max(1, min(d.Width, to-from-caret))
	fmt.Fprintf(w, "  %s | %s\n", number, Printable(string(runes[from:to])))
	fmt.Fprintf(w, "  %s | %s%s\n", strings.Repeat(" ", len(number)), strings.Repeat(" ", caret), strings.Repeat("^", width))
}

// Printable keeps a text from writing escapes to the terminal: each control character becomes one visible rune, so that
// columns still fit. Nor is it a command to the log of a CI service, ::name:: at the beginning of a line or ##[name].
func Printable(s string) string {
	s = strings.ReplaceAll(s, "##[", "♯#[")
	if strings.Contains(s, "::") {
		lines := strings.Split(s, "\n")
		for i, line := range lines {
			if strings.HasPrefix(strings.TrimSpace(line), "::") {
				lines[i] = strings.Replace(line, "::", "∶:", 1)
			}
		}
		s = strings.Join(lines, "\n")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\n':
			return '\n'
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			return '�'
		}
		return r
	}, strings.TrimRight(s, "\r\n"))
}
