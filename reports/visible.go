package reports

import (
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"
)

// The same bytes in every locale: an ellipsis is one column wide.
func init() { text.OverrideRuneWidthEastAsianWidth(false) }

// Visible makes text safe for a terminal: each character that could move the cursor, change a colour or turn the
// direction of writing becomes one visible character, so that columns still fit. A newline is shown as one, too. Nor is
// any of it a command to the log of a CI service: those are `::name::` at the beginning of a line, and `##[name]`.
func Visible(s string) string { return inert(strings.Map(visible, s)) }

// inert changes one character of each such command. A text may come to stand at the beginning of a line, and any word of
// it where it is wrapped.
func inert(s string) string {
	if !strings.Contains(s, "::") && !strings.Contains(s, "##[") {
		return s
	}
	runes := []rune(s)
	for i := range runes {
		rest := runes[i:]
		switch {
		case i+1 < len(runes) && rest[0] == ':' && rest[1] == ':' && (i == 0 || unicode.IsSpace(runes[i-1])):
			runes[i] = '∶'
		case i+2 < len(runes) && rest[0] == '#' && rest[1] == '#' && rest[2] == '[':
			runes[i] = '♯'
		}
	}
	return string(runes)
}

func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\u00a0':
		return ' '
	case r < 0x20:
		return '\u2400' + r // the picture of the control character
	case r == 0x7f:
		return '\u2421'
	case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
		return unicode.ReplacementChar
	}
	return r
}

// inertLine is inert for a line that was put together of texts, a check's own among them, and of colours.
func inertLine(s string) string {
	if !strings.Contains(s, "::") && !strings.Contains(s, "##[") {
		return s
	}
	s = strings.ReplaceAll(s, "##[", "♯#[")
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\x1b') {
		if s[i] == '\x1b' {
			i += strings.IndexByte(s[i:], 'm') // the colours are our own
		}
		i++
	}
	if strings.HasPrefix(s[i:], "::") {
		return s[:i] + "∶" + s[i+1:]
	}
	return s
}

// Width is how many columns a terminal takes for s; it must be free of escapes.
func Width(s string) int { return text.StringWidthWithoutEscSequences(s) }

// Clip shortens text to so many columns; an ellipsis says that it was. It is for prose: numbers and keys are never cut.
func Clip(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	var b strings.Builder
	left := width - 1
	for _, r := range s {
		if left -= text.RuneWidth(r); left < 0 {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "…"
}

// pad fills up with spaces on the right.
func pad(s string, width int) string { return s + strings.Repeat(" ", max(0, width-Width(s))) }

// glue keeps the words of a value on one line: its spaces do not break.
func glue(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// wrap breaks text into lines at spaces. A word that is wider than a line has one of its own, uncut.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '\n' }) {
		switch {
		case line == "":
			line = word
		case Width(line)+1+Width(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "\u00a0", " ")
	}
	return lines
}

// tail is the last lines of a text that are not blank, at most n of them.
func tail(s string, n int) []string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimRight(line, "\r\n\t "); line != "" {
			lines = append(lines, Visible(line))
		}
	}
	return lines[max(0, len(lines)-n):]
}

// ink is the number of a terminal colour. Each can be read on a light background and on a dark one, where the sixteen
// colours are as terminals have them. That is why what is in doubt is magenta and not yellow, and nothing is bold and
// coloured, which many terminals make a brighter colour. Faint is for what can be passed over.
type ink string

const (
	bold    ink = "1"
	faint   ink = "2"
	red     ink = "31"
	green   ink = "32"
	magenta ink = "35"
)

func (s Style) paint(i ink, t string) string {
	if !s.Color || t == "" || i == "" {
		return t
	}
	return "\x1b[" + string(i) + "m" + t + "\x1b[0m"
}

func (s Style) width() int {
	if s.Width > 0 {
		return s.Width
	}
	return 80
}
