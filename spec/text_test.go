package spec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"bench/runner/internal/diag"
)

// scalarAt parses a text and gives the value under the key "k".
func scalarAt(t *testing.T, text string) *value {
	t.Helper()
	src := newSource("f", text)
	node, problems := src.document()
	if len(problems) > 0 {
		t.Fatalf("%q: %v", text, problems)
	}
	var list diag.List
	v, _ := convert(src, node, 0, &list, &tally{})
	if len(list) > 0 {
		t.Fatalf("%q: %v", text, list)
	}
	if v.is(isList) {
		v = v.list[0]
	}
	return v.get("k")
}

func TestTextPositions(t *testing.T) {
	tests := []struct {
		name, yaml, value string
		offset            int
		line, col         int
	}{
		{"plain", "k: a > 1\n", "a > 1", 4, 1, 8},
		{"plain end", "k: a > 1\n", "a > 1", 5, 1, 9},
		{"plain before a comment", "k: a > 1  # c\n", "a > 1", 5, 1, 9},
		{"plain folded", "k: a >\n   1\n", "a > 1", 4, 2, 4},
		{"plain with an empty line", "k: a\n\n   b\n", "a\nb", 2, 3, 4},
		{"plain in a flow", "{k: é > 1, z: 2}\n", "é > 1", 4, 1, 9},
		{"double", "k: \"a > 1\"\n", "a > 1", 4, 1, 9},
		{"double escapes", `k: "\u00e9\t\"> 1"` + "\n", "é\t\"> 1", 5, 1, 17},
		{"double escaped break", "k: \"a \\\n   > 1\"\n", "a > 1", 2, 2, 4},
		{"double folded", "k: \"a  \n    > 1\"\n", "a > 1", 2, 2, 5},
		{"single", "k: 'it''s > 1'\n", "it's > 1", 5, 1, 11},
		{"single with an empty line", "k: 'a\n\n\n  b'\n", "a\n\nb", 3, 4, 3},
		{"literal", "k: |\n  a\n   > 1\n", "a\n > 1\n", 3, 3, 4},
		{"literal break", "k: |\n  a\n  b\n", "a\nb\n", 1, 2, 4},
		{"literal end", "k: |-\n  a\n  b\n", "a\nb", 3, 3, 4},
		{"literal keep", "k: |+\n  a\n\n\nz: 1\n", "a\n\n\n", 2, 3, 1},
		{"literal with spaces only", "k: |\n  a\n    \n  b\n", "a\n  \nb\n", 5, 4, 3},
		{"literal indicator", "- k: |2-\n     a\n    b\n", " a\nb", 1, 2, 6},
		{"literal comment", "k: | # c\n  a > 1\n", "a > 1\n", 4, 2, 7},
		{"folded", "k: >\n  a\n  > 1\n", "a > 1\n", 2, 3, 3},
		{"folded paragraph", "k: >\n  a\n\n  b\n  c\n", "a\nb c\n", 4, 5, 3},
		{"folded more indented", "k: >-\n  a\n    b\n  c\n", "a\n  b\nc", 4, 3, 5},
		{"anchor and tag", "k: &x !!str a > 1\n", "a > 1", 4, 1, 17},
		{"anchor on a line of its own", "k: &x\n  \"a > 1\"\n", "a > 1", 4, 2, 8},
		{"crlf", "k: \"a\r\n  b\"\r\n", "a b", 2, 2, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := scalarAt(t, tt.yaml).Text()
			if text.String != tt.value {
				t.Fatalf("value %q, want %q", text.String, tt.value)
			}
			if got := text.Pos(tt.offset); got != (diag.Pos{File: "f", Line: tt.line, Col: tt.col}) {
				t.Errorf("rune %d stands at %v, want %d:%d", tt.offset, got, tt.line, tt.col)
			}
		})
	}
}

func TestTextBeyondItsEnds(t *testing.T) {
	text := scalarAt(t, "k: ab\n").Text()
	if text.Pos(-3) != text.Pos(0) || text.Pos(99) != text.Pos(2) {
		t.Errorf("%v, %v", text.Pos(-3), text.Pos(99))
	}
}

// writer writes a scalar and notes where it put each rune of the value.
type writer struct {
	random    *rand.Rand
	out       strings.Builder
	line, col int
	places    []diag.Pos
}

func (w *writer) raw(s string) {
	for _, r := range s {
		w.out.WriteRune(r)
		if w.col++; r == '\n' {
			w.line, w.col = w.line+1, 1
		}
	}
}

func (w *writer) here() { w.places = append(w.places, diag.Pos{File: "f", Line: w.line, Col: w.col}) }

// put writes a rune of the value in the given form.
func (w *writer) put(form string) {
	w.here()
	w.raw(form)
}

func (w *writer) chance(one int) bool { return w.random.IntN(one) == 0 }

func (w *writer) quoted(value []rune, double bool) {
	quote := map[bool]string{true: `"`, false: "'"}[double]
	w.raw(quote)
	for i, r := range value {
		inner := i > 0 && i+1 < len(value) && value[i-1] > ' ' && value[i+1] > ' '
		switch {
		case r == ' ' && inner && w.chance(3):
			w.put("\n")
			w.raw("    ")
		case r == '\n' && inner && (!double || w.chance(2)):
			w.raw("\n")
			w.put("\n")
			w.raw("    ")
		case r == '\'' && !double:
			w.put("''")
		case !double:
			w.put(string(r))
		case r == '\n':
			w.put(`\n`)
		case r == '"' || r == '\\':
			w.put(`\` + string(r))
		case w.chance(5):
			w.put(fmt.Sprintf(`\U%08x`, r))
		default:
			w.put(string(r))
		}
		if double && i+1 < len(value) && value[i+1] > ' ' && r > ' ' && w.chance(8) {
			w.raw("\\\n    ")
		}
	}
	w.here()
	w.raw(quote + "\n")
}

func (w *writer) literal(value []rune) {
	w.raw("|\n")
	fresh := true
	for _, r := range value {
		if fresh && r != '\n' {
			w.raw("    ")
		}
		w.put(string(r))
		fresh = r == '\n'
	}
	w.here()
}

// folded writes a text of words and single breaks, which a folded scalar doubles.
func (w *writer) folded(value []rune) {
	w.raw(">\n    ")
	for i, r := range value {
		inner := i > 0 && i+1 < len(value) && value[i-1] > ' ' && value[i+1] > ' '
		switch {
		case r == '\n' && i+1 < len(value):
			w.raw("\n")
			w.put("\n")
			w.raw("    ")
		case r == ' ' && inner && w.chance(2):
			w.put("\n")
			w.raw("    ")
		default:
			w.put(string(r))
		}
	}
	w.here()
}

// TestTextPlaces writes random texts in all quotings and compares where each rune was put with where it is found.
func TestTextPlaces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := []rune(`abé😀#:'"\{}>1,[]-&*!%@|`)
	words := func(breaks bool) []rune {
		var out []rune
		for i := range 1 + random.IntN(12) {
			if i > 0 {
				out = append(out, ' ')
				if breaks && random.IntN(4) == 0 {
					out[len(out)-1] = '\n'
				}
			}
			for range 1 + random.IntN(4) {
				out = append(out, letters[random.IntN(len(letters))])
			}
		}
		return out
	}
	for n := range 4000 {
		w := &writer{random: random, line: 1, col: 1}
		w.raw("k: ")
		var value []rune
		switch n % 4 {
		case 0, 1:
			value = words(true)
			w.quoted(value, n%4 == 0)
		case 2:
			value = append(words(true), '\n')
			w.literal(value)
		case 3:
			value = append(words(true), '\n')
			w.folded(value)
		}
		text := scalarAt(t, w.out.String()).Text()
		if text.String != string(value) {
			t.Fatalf("%q gives %q, want %q", w.out.String(), text.String, string(value))
		}
		for i := range utf8.RuneCountInString(text.String) + 1 {
			if n%4 >= 2 && i == len(value) {
				continue // after the last break
			}
			if got := text.Pos(i); got != w.places[i] {
				t.Fatalf("%s\nrune %d of %q stands at %v, want %v", w.out.String(), i, text.String, got, w.places[i])
			}
		}
	}
}
