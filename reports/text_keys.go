package reports

import "strings"

// narrow breaks the rows' names into lines of at most so many columns, or 24; of half of a table's width where that keeps
// their words whole.
func (g *grid) narrow(width, most int) {
	most = max(min(24, width/2), most)
	for _, r := range g.rows {
		for _, word := range facets(r[0]) {
			if w := Width(word) + gap; w <= min(width/2, 48) {
				most = max(most, w)
			}
		}
	}
	for _, r := range g.rows {
		if Width(r[0]) > most {
			r[0] = strings.Join(broken(r[0], most-gap), "\n"+strings.Repeat(" ", gap))
		}
	}
}

// broken is a key in lines of at most so many columns. What is too wide for one is broken behind its =, or wherever it
// must be.
func broken(key string, width int) (lines []string) {
	line := ""
	for _, word := range facets(key) {
		if line != "" && Width(line)+1+Width(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		if name, level, _ := strings.Cut(word, "="); Width(word) > width && Width(name) < width && Width(level) <= width {
			lines, word = append(lines, name+"="), level
		}
		pieces := chunks(word, width)
		last := len(pieces) - 1
		lines, line = append(lines, pieces[:last]...), pieces[last]
	}
	return append(lines, line)
}

// facets are the words of a key. A quoted level may have spaces in it.
func facets(key string) (words []string) {
	from := 0
	quoted, escaped := false, false
	for i, r := range key {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = quoted
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			words = append(words, key[from:i])
			from = i + 1
		}
	}
	return append(words, key[from:])
}

// chunks cuts a word that is too wide for a line, behind a space or a _ and the like where there is one.
func chunks(word string, width int) []string {
	var out []string
	chunk, at := "", 0 // at: where chunk would rather end
	for _, r := range word {
		if Width(chunk)+Width(string(r)) > width && chunk != "" {
			if at == 0 {
				at = len(chunk)
			}
			out, chunk, at = append(out, strings.TrimRight(chunk[:at], " ")), chunk[at:], 0
		}
		chunk += string(r)
		if strings.ContainsRune(" _-./", r) {
			at = len(chunk)
		}
	}
	return append(out, chunk)
}
