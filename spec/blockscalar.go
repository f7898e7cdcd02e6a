package spec

import (
	"strings"
	"unicode/utf8"
)

// block is led by the text too: it says which line breaks were kept, which became spaces, and where the end is.
func (w *walker) block(text string) {
	want := []rune(text)
	indent := w.indent()
	if !w.next() {
		return
	}
	for i := 0; i < len(want); {
		for i < len(want) && want[i] == '\n' && w.emptyWithin(indent) {
			w.put('\n')
			i++
			if !w.next() {
				return
			}
		}
		for w.emptyWithin(indent) {
			if !w.next() {
				return
			}
		}
		for w.col = min(indent, len(w.runes)); w.col < len(w.runes) && i < len(want); w.col++ {
			w.put(w.peek(0))
			i++
		}
		if i == len(want) {
			return
		}
		i = w.lineEnd(want, i, indent)
		if i < len(want) && !w.next() {
			return
		}
	}
}

// lineEnd notes what the end of a block's line became: nothing yet if only empty lines make breaks of it.
func (w *walker) lineEnd(want []rune, i, indent int) int {
	at := w.pos()
	switch {
	case want[i] == ' ':
		w.putAt(' ', at)
	case want[i] == '\n' && w.nextIsText(want, i, indent):
		w.putAt('\n', at)
	default:
		return i
	}
	return i + 1
}

// nextIsText: the break at the end of this line is in the text, since there are more breaks to come than empty lines.
func (w *walker) nextIsText(want []rune, i, indent int) bool {
	breaks := 0
	for i+breaks < len(want) && want[i+breaks] == '\n' {
		breaks++
	}
	look := walker{src: w.src, line: w.line}
	empty := 0
	for empty < breaks && look.next() && look.emptyWithin(indent) {
		empty++
	}
	return breaks > empty
}

// emptyWithin: the line has nothing beyond the indent.
func (w *walker) emptyWithin(indent int) bool {
	return strings.TrimLeft(string(w.runes[:min(indent, len(w.runes))]), " ") == "" && len(w.runes) <= indent
}

// indent of a block scalar: as its header says, counted from the indent of what it stands in, or that of its first line
// with text.
func (w *walker) indent() int {
	look := walker{src: w.src, line: w.line}
	for look.next() {
		if trimmed := strings.TrimLeft(string(look.runes), " "); trimmed != "" {
			found := len(look.runes) - utf8.RuneCountInString(trimmed)
			return w.explicit(found)
		}
	}
	return 0
}

// explicit: with an indentation indicator the first line may begin with spaces of its own; its text then begins at the
// least indent that any line of the block can have.
func (w *walker) explicit(found int) int {
	for i := w.col; i < len(w.runes) && !isBlank(w.runes[i]) && w.runes[i] != '#'; i++ {
		if d := w.runes[i]; d >= '1' && d <= '9' {
			return min(found, w.parentIndent()+int(d-'0'))
		}
	}
	return found
}

// parentIndent is the column of the key or dash that the block scalar belongs to.
func (w *walker) parentIndent() int {
	indent := 0
	for indent < len(w.runes) && w.runes[indent] == ' ' {
		indent++
	}
	// `- key: |2` counts from the key, and `- |2` from the dash.
	for indent+1 < w.col && w.runes[indent] == '-' && w.runes[indent+1] == ' ' {
		rest := indent + 1
		for rest < len(w.runes) && w.runes[rest] == ' ' {
			rest++
		}
		if rest >= w.col {
			break
		}
		indent = rest
	}
	return indent
}
