package charts

import (
	"strings"
	"unicode"
)

// clean leaves characters that can be seen: controls become their pictures, and what would change the direction of
// writing or is not allowed in XML becomes the replacement character.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\u00a0':
			return ' '
		case r < 0x20:
			return '\u2400' + r
		case r == 0x7f:
			return '\u2421'
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp), r&0xfffe == 0xfffe:
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// longest text that gets into a figure, in characters: a title is read, not scrolled.
const longest = 400

// shorten cuts text after so many characters.
func shorten(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// escape makes text safe to stand in XML, within quotes too. Paths, which are long, have nothing to replace.
func escape(s string) string { return escaper.Replace(clean(s)) }

// bold is how much wider text is in bold.
const bold = 1.12

// wide is how many pixels text takes at a font size. Fonts differ: this is for a wide one, DejaVu Sans.
func wide(s string, size float64) float64 {
	em := 0.0
	for _, r := range clean(s) {
		em += runeWidth(r)
	}
	return em * size
}

func runeWidth(r rune) float64 {
	switch {
	case strings.ContainsRune("ijl.,:;|!'` ·()[]/", r):
		return 0.36
	case strings.ContainsRune("mwMW@%…–—", r):
		return 0.96
	case r >= 'A' && r <= 'Z':
		return 0.72
	case unicode.Is(unicode.Mn, r):
		return 0.2 // a mark above another character takes no room, but there could be thousands
	case r >= 0x1100:
		return 1.1
	}
	return 0.62
}

// clip shortens text to so many pixels; an ellipsis says that it was.
func clip(s string, size, room float64) string {
	s = clean(s)
	if wide(s, size) <= room+1e-6 { // what is as wide as its room was made for it
		return s
	}
	room -= wide("…", size)
	for i, r := range s {
		if room -= size * runeWidth(r); room < 0 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// wrap breaks text at spaces into at most n lines of so many pixels; the last one is clipped.
func wrap(s string, size, room float64, n int) []string {
	var lines []string
	line := ""
	words := strings.Fields(clean(s))
	for i, word := range words {
		switch {
		case line == "":
			line = word
		case len(lines) == n-1:
			return append(lines, clip(line+" "+strings.Join(words[i:], " "), size, room))
		case wide(line+" "+word, size) <= room:
			line += " " + word
		default:
			lines = append(lines, clip(line, size, room))
			line = word
		}
	}
	if line != "" {
		lines = append(lines, clip(line, size, room))
	}
	return lines
}
