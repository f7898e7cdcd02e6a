package matrix

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestKey(t *testing.T) {
	for _, tc := range []struct {
		facets []Facet
		key    string
	}{
		{nil, ""},
		{[]Facet{{Executor, "serial"}}, "serial"},
		{[]Facet{{Runtime, "py3"}, {Executor, "procs"}, {Workers, 2}}, "runtime=py3 procs=2"},
		{[]Facet{{Executor, "pool"}, {Workers, 4}, {"chunksize", 64}, {"start", "fork"}}, "pool=4 chunksize=64 start=fork"},
		{[]Facet{{"size", "1"}, {"x", 1.0}, {"on", true}, {"on2", "true"}}, `size="1" x=1.0 on=true on2="true"`},
		{[]Facet{{"name", "a b"}, {"q", `say "hi"; rm`}, {"empty", ""}}, `name="a b" q="say \"hi\"; rm" empty=""`},
	} {
		if got := NewCell(tc.facets...).Key(); got != tc.key {
			t.Errorf("key of %v is %s, want %s", tc.facets, got, tc.key)
		}
	}
}

// What is printed can be typed back: a cell's key selects that cell and no other of the same axes.
func TestKeySelectsItsCell(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	cells := map[Cell]bool{}
	for range 3000 {
		c := NewCell(Facet{"a", randomValue(r)}, Facet{Executor, "threads"}, Facet{Workers, r.IntN(4)}, Facet{"b", randomValue(r)})
		cells[c] = true
	}
	for c := range cells {
		s, err := ParseSelector(c.Key())
		if err != nil {
			t.Fatalf("%s: %v", c.Key(), err)
		}
		if !s.Match(c) {
			t.Fatalf("%s does not select its own cell", c.Key())
		}
		back, err := ParseCell(c.Encoded())
		if err != nil || back != c {
			t.Fatalf("%q came back as %q (%v)", c.Encoded(), back.Encoded(), err)
		}
		other := NewCell(Facet{"a", "another one"}, Facet{Executor, "threads"}, Facet{Workers, 2}, Facet{"b", 1})
		if s.Match(other) {
			t.Fatalf("%s selects %s", c.Key(), other.Key())
		}
	}
}

func randomValue(r *rand.Rand) any {
	switch r.IntN(6) {
	case 0:
		return int(r.Int64()) >> r.IntN(63)
	case 1:
		return math.Float64frombits(r.Uint64()&^(1<<62) | 1<<52) // finite
	case 2:
		return r.IntN(2) == 0
	}
	runes := []rune("ab1.-+eE0x_ \"'\\=\n\té中\u202e|")
	out := make([]rune, r.IntN(5))
	for i := range out {
		out[i] = runes[r.IntN(len(runes))]
	}
	return string(out)
}

func TestSelectorMatch(t *testing.T) {
	threads2 := NewCell(Facet{Runtime, "py3"}, Facet{Executor, "threads"}, Facet{Workers, 2}, Facet{"chunk", 10})
	serial := NewCell(Facet{Runtime, "py3"}, Facet{Executor, "serial"}, Facet{"chunk", 10})
	parameter := NewCell(Facet{"threads", 4})
	for _, tc := range []struct {
		text string
		cell Cell
		want bool
	}{
		{"threads=2", threads2, true},
		{"threads=3", threads2, false},
		{"threads", threads2, true},
		{"executor=threads workers=2", threads2, true},
		{"runtime=py2 threads=2", threads2, false},
		{"serial", serial, true},
		{"serial", threads2, false},
		{"serial=1", serial, false},
		{"workers=1", serial, false},
		{"chunk=10.0", serial, true},
		{`chunk="10"`, serial, false},
		{"threads=4", parameter, true},
		{"threads=2", parameter, false},
		{"", serial, true},
	} {
		s, err := ParseSelector(tc.text)
		if err != nil {
			t.Fatalf("%s: %v", tc.text, err)
		}
		if got := s.Match(tc.cell); got != tc.want {
			t.Errorf("%q selects %s: %v, want %v", tc.text, tc.cell, got, tc.want)
		}
	}
}

func TestSelectorErrors(t *testing.T) {
	for text, want := range map[string]string{
		"=2":      `selector "=2": a name is missing at column 1`,
		"a=":      `selector "a=": a value is missing at column 3`,
		"a= b=1":  `selector "a= b=1": a value is missing at column 3`,
		`a="x`:    `selector "a=\"x": a quote is not closed at column 3`,
		`a="x"y`:  `selector "a=\"x\"y": a space is missing after the quoted value at column 3`,
		`b=1 a="`: `selector "b=1 a=\"": a quote is not closed at column 7`,
	} {
		_, err := ParseSelector(text)
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	names := map[string]string{"processes": "procs"}
	for text, want := range map[string]string{
		"processes=2":                  "procs=2",
		"executor=processes workers=2": "executor=procs workers=2",
		"chunk=processes":              "chunk=processes",
	} {
		s, err := ParseSelector(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Canonical(names).String(); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

func FuzzSelector(f *testing.F) {
	for _, seed := range []string{"procs=2", `runtime=py3 a="b c" serial`, `a="\x00"`, "=", `a="`, "a=1e999", "a=\u00a0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSelector(text)
		if err != nil {
			return
		}
		again, err := ParseSelector(s.String())
		if err != nil || again.String() != s.String() {
			t.Fatalf("%q became %q, then %q (%v)", text, s, again, err)
		}
	})
}
