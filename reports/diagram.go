package reports

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"bench/runner/gates"
)

// mark is a value that hangs below the check, from the place of the sub-expression it belongs to.
type mark struct {
	col  int
	text string
}

// diagram shows a check and below it what each of its sub-expressions came to:
//
//	speedup(procs=2) > 1.3
//	│                │
//	1.29             false
//
// A call's value hangs from its name, an operation's from its operator. A check that takes more than width columns goes on
// below the values of its first line. Where not even that fits, it is a list instead.
func diagram(check string, parts []gates.Value, width int) []string {
	text, at := fold(check)
	parts = shown(parts, len(at)-1)
	if len(parts) == 0 {
		return wrap(string(text), width)
	}
	marks := make([]mark, 0, len(parts)) // by offset in text
	for _, p := range parts {
		marks = append(marks, mark{at[anchor([]rune(check), p, parts)], valueText(p.Value, p.Unit, 40)})
	}
	for w := width; w >= width/2; w -= 4 { // the last value of a line may stand out beyond it
		if lines := hung(text, marks, w); widest(lines) <= width {
			return lines
		}
	}
	return list(string(text), at, parts, width)
}

// hung is the text in lines of so many columns, each with its marks below it.
func hung(text []rune, marks []mark, width int) (lines []string) {
	indent := ""
	for from := 0; from < len(text) || lines == nil; indent = "  " {
		to := breakAt(text, from, width-len(indent))
		var here []mark
		for _, m := range marks {
			if from <= m.col && (m.col < to || to == len(text)) {
				here = append(here, mark{len(indent) + Width(string(text[from:m.col])), m.text})
			}
		}
		lines = append(lines, indent+strings.TrimRight(string(text[from:to]), " "))
		if len(here) > 0 {
			lines = append(lines, hang(here)...)
		}
		from = to
	}
	return lines
}

// breakAt is where the line that begins at from ends: behind the last `and` or `or` that fits, else behind the last space.
func breakAt(text []rune, from, width int) int {
	if Width(string(text[from:])) <= width {
		return len(text)
	}
	space, word := 0, 0
	used := 0
	for i := from; i < len(text) && (used <= width || space == 0); i++ {
		if text[i] == ' ' && i > from {
			space = i + 1
			if before := string(text[from:i]); strings.HasSuffix(before, " and") || strings.HasSuffix(before, " or") {
				word = i + 1
			}
		}
		used += Width(string(text[i]))
	}
	return cmp.Or(word, space, len(text))
}

func widest(lines []string) (most int) {
	for _, l := range lines {
		most = max(most, Width(l))
	}
	return most
}

// fold writes a check on one line: each line break, with the space around it, becomes one space. at tells for each rune
// of the check, and for its end, where it went.
func fold(check string) (text []rune, at []int) {
	runes := []rune(check)
	for i := 0; i < len(runes); {
		end := i
		for end < len(runes) && unicode.IsSpace(runes[end]) {
			end++
		}
		if !slices.ContainsFunc(runes[i:end], func(r rune) bool { return r == '\n' || r == '\r' }) {
			at = append(at, len(text))
			text = append(text, visible(runes[i]))
			i++
			continue
		}
		for ; i < end; i++ {
			at = append(at, len(text))
		}
		if len(text) > 0 && end < len(runes) {
			text = append(text, ' ')
		}
	}
	return text, append(at, len(text))
}

// shown are the parts worth a value: those that lie in the text and are not their own value, as a literal is.
func shown(parts []gates.Value, length int) []gates.Value {
	var out []gates.Value
	for _, p := range parts {
		if p.From < 0 || p.To > length || p.From >= p.To {
			continue
		}
		if strings.ReplaceAll(p.Text, " ", "") != strings.ReplaceAll(valueText(p.Value, "", 1000), " ", "") {
			out = append(out, p)
		}
	}
	return out
}

// anchor is the offset that a part's value hangs from: the first of its runes that belongs to no smaller part, is no
// bracket and is not in a literal. That is the operator of an operation, and the name of a call.
func anchor(check []rune, p gates.Value, parts []gates.Value) int {
	for i := p.From; i < p.To; {
		end := i
		for _, q := range parts {
			smaller := q.From >= p.From && q.To <= p.To && q.To-q.From < p.To-p.From
			if smaller && q.From <= i && i < q.To {
				end = max(end, q.To)
			}
		}
		switch r := check[i]; {
		case end > i:
			i = end
		case unicode.IsSpace(r) || strings.ContainsRune("()", r):
			i++
		case unicode.IsDigit(r) || strings.ContainsRune("\"'`", r):
			i = literal(check, i, p.To)
		default:
			return i
		}
	}
	return p.From
}

// literal is the offset behind the number or string that begins at i.
func literal(check []rune, i, to int) int {
	quote := check[i]
	if unicode.IsDigit(quote) {
		for i < to && (unicode.IsDigit(check[i]) || unicode.IsLetter(check[i]) || strings.ContainsRune("._", check[i])) {
			i++
		}
		return i
	}
	for i++; i < to && check[i] != quote; i++ {
		if check[i] == '\\' && quote != '`' {
			i++
		}
	}
	return min(i+1, to)
}

// hang draws the pipes and the values, the rightmost first; a value that would touch what is right of it goes a line lower.
func hang(marks []mark) []string {
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.col, b.col) })
	marks = slices.Compact(marks)
	lines := []string{row(nil, marks)}
	for len(marks) > 0 {
		var placed, left []mark
		limit := int(^uint(0) >> 1)
		for _, m := range slices.Backward(marks) {
			if m.col < limit && m.col+Width(m.text) < limit {
				placed = append(placed, m)
			} else {
				left = append(left, m)
			}
			limit = min(limit, m.col)
		}
		slices.Reverse(left)
		slices.Reverse(placed)
		lines = append(lines, row(placed, left))
		marks = left
	}
	return lines
}

// row is one line of values and of the pipes of those that come later.
func row(values, pipes []mark) string {
	all := slices.Clone(values)
	for _, p := range pipes {
		if !slices.ContainsFunc(all, func(m mark) bool { return m.col == p.col }) {
			all = append(all, mark{p.col, "│"})
		}
	}
	slices.SortFunc(all, func(a, b mark) int { return cmp.Compare(a.col, b.col) })
	line := ""
	for _, m := range all {
		line = pad(line, m.col) + m.text
	}
	return line
}

// list is the diagram of a check that is too long for one.
func list(text string, at []int, parts []gates.Value, width int) []string {
	lines := wrap(text, width)
	runes := []rune(text)
	for _, p := range parts {
		sub := strings.TrimSpace(string(runes[at[p.From]:at[p.To]]))
		for i, l := range wrap(sub+" = "+glue(valueText(p.Value, p.Unit, 40)), width-4) {
			if i > 0 {
				l = "  " + l
			}
			lines = append(lines, "  "+l)
		}
	}
	return lines
}
