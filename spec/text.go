package spec

import (
	"strconv"
	"sync"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"bench/runner/internal/diag"
)

// Text is a scalar with the place in the file of each of its runes. The places are worked out when the first is asked
// for.
func (v *value) Text() diag.Text {
	places := sync.OnceValue(v.places)
	return diag.Text{String: v.text, At: func(offset int) diag.Pos {
		p := places()
		return p[min(max(offset, 0), len(p)-1)]
	}}
}

// places has one position for each rune of the text and one for its end. The scalar is read again as YAML reads it; if
// what comes out is not the text, every rune stands where the scalar begins.
func (v *value) places() []diag.Pos {
	n := utf8.RuneCountInString(v.text)
	if v.src != nil && v.pos.Line > 0 {
		w := &walker{src: v.src, line: v.pos.Line, runes: []rune(v.src.line(v.pos.Line)), col: v.pos.Col - 1}
		w.properties()
		switch {
		case v.style&yaml.DoubleQuotedStyle != 0:
			w.quoted('"')
		case v.style&yaml.SingleQuotedStyle != 0:
			w.quoted('\'')
		case v.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
			w.block(v.text)
		default:
			w.plain(v.text)
		}
		w.put(0) // the end
		if len(w.places) == n+1 && string(w.out[:n]) == v.text {
			return w.places
		}
	}
	places := make([]diag.Pos, n+1)
	for i := range places {
		places[i] = v.pos
	}
	return places
}

// walker goes through the lines of a file and notes where each rune of a scalar comes from. col counts from 0.
type walker struct {
	src    *source
	line   int
	runes  []rune // of the line
	col    int
	out    []rune
	places []diag.Pos
}

func (w *walker) pos() diag.Pos { return w.src.pos(w.line, w.col+1) }

// put notes that r comes from here.
func (w *walker) put(r rune) { w.putAt(r, w.pos()) }

func (w *walker) putAt(r rune, p diag.Pos) {
	w.out = append(w.out, r)
	w.places = append(w.places, p)
}

// peek is the rune n further on this line, 0 beyond its end.
func (w *walker) peek(n int) rune {
	if w.col+n < len(w.runes) {
		return w.runes[w.col+n]
	}
	return 0
}

// next goes to the beginning of the next line; false at the end of the file.
func (w *walker) next() bool {
	if w.line >= w.src.lineCount() {
		return false
	}
	w.line++
	w.runes, w.col = []rune(w.src.line(w.line)), 0
	return true
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' }

func (w *walker) skipBlanks() {
	for isBlank(w.peek(0)) {
		w.col++
	}
}

// restIsBlank: nothing but spaces until the end of the line.
func (w *walker) restIsBlank() bool {
	for _, r := range w.runes[min(w.col, len(w.runes)):] {
		if !isBlank(r) {
			return false
		}
	}
	return true
}

// properties passes over an anchor and a tag before the scalar.
func (w *walker) properties() {
	for w.peek(0) == '&' || w.peek(0) == '!' {
		for r := w.peek(0); r != 0 && !isBlank(r); r = w.peek(0) {
			w.col++
		}
		for w.skipBlanks(); w.peek(0) == 0 || w.peek(0) == '#'; w.skipBlanks() {
			if !w.next() {
				return
			}
		}
	}
}

// fold passes over a line break within a plain or quoted scalar: one break is a space, more are one fewer breaks. The
// break itself may have been escaped, and then counts for nothing.
func (w *walker) fold(escaped bool) bool {
	at := w.pos()
	var empty []diag.Pos
	for {
		if !w.next() {
			return false
		}
		if !w.restIsBlank() {
			break
		}
		empty = append(empty, w.pos())
	}
	w.skipBlanks()
	if len(empty) == 0 && !escaped {
		w.putAt(' ', at)
	}
	for _, p := range empty {
		w.putAt('\n', p)
	}
	return true
}

func (w *walker) quoted(quote rune) {
	w.col++
	for {
		r := w.peek(0)
		switch {
		case w.restIsBlank():
			if !w.fold(false) {
				return
			}
		case r == quote && quote == '\'' && w.peek(1) == quote:
			w.put(quote)
			w.col += 2
		case r == quote:
			return
		case r == '\\' && quote == '"' && w.peek(1) == 0:
			if !w.fold(true) {
				return
			}
		case r == '\\' && quote == '"':
			w.escape()
		default:
			w.put(r)
			w.col++
		}
	}
}

var escapes = map[rune]rune{
	'0': 0, 'a': 7, 'b': 8, 't': 9, '\t': 9, 'n': 10, 'v': 11, 'f': 12, 'r': 13, 'e': 27,
	' ': ' ', '"': '"', '\'': '\'', '/': '/', '\\': '\\', 'N': 0x85, '_': 0xa0, 'L': 0x2028, 'P': 0x2029,
}

func (w *walker) escape() {
	width := map[rune]int{'x': 2, 'u': 4, 'U': 8}[w.peek(1)]
	if width == 0 {
		w.put(escapes[w.peek(1)])
		w.col += 2
		return
	}
	code := string(w.runes[min(w.col+2, len(w.runes)):min(w.col+2+width, len(w.runes))])
	n, _ := strconv.ParseUint(code, 16, 32)
	w.put(rune(n))
	w.col += 2 + width
}

// plain is led by the text, since where a plain scalar ends depends on what it stands in.
func (w *walker) plain(text string) {
	n := utf8.RuneCountInString(text)
	for len(w.out) < n {
		if w.restIsBlank() {
			if !w.fold(false) {
				return
			}
			continue
		}
		w.put(w.peek(0))
		w.col++
	}
}
