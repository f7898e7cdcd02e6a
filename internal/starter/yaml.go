package starter

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scalar writes a text so that YAML reads the same text again, in a flow list or mapping too: bare where that is safe
// under any reading, in quotes otherwise.
func scalar(s string) string {
	switch {
	case bare(s):
		return s
	case !printable(s) || strings.Contains(s, "'") && strings.ContainsAny(s, `"\`):
		return doubleQuoted(s)
	case strings.ContainsAny(s, `"\`):
		return "'" + s + "'"
	}
	return `"` + s + `"`
}

// meant are the words that YAML 1.1 or 1.2 reads as something else.
const meant = " true false yes no on off null "

// bare: only letters, digits and a few signs, and it begins as no number does.
func bare(s string) bool {
	start := strings.TrimLeft(s, "-")
	if start == "" || len(s)-len(start) > 2 || among(meant, strings.ToLower(s)) {
		return false
	}
	paths := strings.HasPrefix(s, "/") || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || s == ".."
	if !paths && start[0] != '_' && !isLetter(start[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && (c < '0' || c > '9') && !strings.ContainsRune("_-./+@", rune(c)) {
			return false
		}
	}
	return s[0] != '-' || isLetter(start[0]) && !strings.HasPrefix(strings.ToLower(start), "inf")
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// sentence is scalar for a place outside of flow lists and mappings, where a shell text with blanks can often stand bare.
func sentence(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if !bare(first) || !printable(s) || strings.HasSuffix(s, " ") || strings.Contains(s, ": ") || strings.HasSuffix(s, ":") || strings.Contains(s, " #") {
		return scalar(s)
	}
	return s
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r == utf8.RuneError || !visible(r) }) < 0
}

// visible: it can stand in a YAML text and in a terminal as it is.
func visible(r rune) bool { return r == ' ' || unicode.IsPrint(r) && r != '\ufeff' && r <= 0xffff }

func doubleQuoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == utf8.RuneError:
			b.WriteString(`\uFFFD`)
		case visible(r):
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// block writes a text of several lines as a literal block, if YAML would give it back unchanged; else in quotes. indent is
// that of the lines.
func block(s, indent string) string {
	body, style := s, "|-"
	if strings.HasSuffix(s, "\n") {
		body, style = s[:len(s)-1], "|"
	}
	lines := strings.Split(body, "\n")
	if len(lines) < 2 {
		return sentence(s)
	}
	for i, line := range lines {
		text := strings.TrimLeft(line, "\t")
		empty := strings.TrimSpace(line) == ""
		if !printable(strings.ReplaceAll(line, "\t", " ")) || empty && (line != "" || i == 0 || i == len(lines)-1) || i == 0 && (text != line || line[0] == ' ') {
			return doubleQuoted(s)
		}
	}
	var b strings.Builder
	b.WriteString(style)
	for _, line := range lines {
		b.WriteByte('\n')
		if line != "" {
			b.WriteString(indent + line)
		}
	}
	return b.String()
}

// list writes a list in one line.
func list(items []string) string {
	out := make([]string, len(items))
	for i, s := range items {
		out[i] = scalar(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// remark writes a comment of any text: nothing in it ends the comment or moves a cursor.
func remark(text string) string {
	var b strings.Builder
	for _, r := range text {
		if visible(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(fmt.Sprintf("%+q", r), "'"))
		}
	}
	return strings.TrimRight("# "+b.String(), " ")
}
