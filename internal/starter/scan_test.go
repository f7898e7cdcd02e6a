package starter

import (
	"slices"
	"strings"
	"testing"
)

// Commands are found wherever a shell would run them, and nowhere else.
func TestScan(t *testing.T) {
	for text, want := range map[string][]string{
		"p a":                                    {"p a"},
		"p":                                      {"p"},
		"/usr/bin/p a; p b|p c&&p d&p e\np f":    {"/usr/bin/p a", "p b", "p c", "p d", "p e", "p f"},
		"if p a; then p b; else p c; fi":         {"p a", "p b", "p c"},
		"while ! p a; do time p b; done":         {"p a", "p b"},
		"(p a) && { p b; }; f() { p c\n}":        {"p a", "p b", "p c"},
		"A=1 B='x y' p a":                        {"A=1 B='x y' p a"},
		"x=$(p a) y=`p b` \"$(p c \"d)\")\"":     {"p a", "p b", "p c \"d)\""},
		"echo $(echo `p a`) `echo $(p b)`":       {"p a", "p b"},
		"echo p; q p; # p a\nx=p; 'p' a; ap; p=": nil,
		"p a \\\n  b 'c\nd' # e\np f":            {"p a \\\n  b 'c\nd'", "p f"},
		"p a > b 2>&1 <c >>d; p 2 >e 3>f":        {"p a > b 2>&1 <c >>d", "p 2 >e 3>f"},
		"> a p b":                                {"> a p b"},
		"p a &> b & p c":                         {"p a &> b", "p c"},
		"cat <<E\np a\nE\np b":                   {"p b"},
		"cat <<-'E' <<F\np a\n\tE\np b\nF\np c":  {"p c"},
		"p a <<<'b'\np c":                        {"p a <<<'b'", "p c"},
		"p \"a ; b\" 'c | d' e\\;f \\\"; p g":    {"p \"a ; b\" 'c | d' e\\;f \\\"", "p g"},
		"p $'a\\'b' c; p d":                      {"p $'a\\'b' c", "p d"},
		"p ${a:-x y}; p b":                       {"p ${a:-x y}", "p b"},
		"p $((1 + (2 << 3))) a; p b":             {"p $((1 + (2 << 3))) a", "p b"},
		"diff <(p a) >(p b)":                     {"p a", "p b"},
		"p a#b; p c":                             {"p a#b", "p c"},
		"p é; p 日本":                              {"p é", "p 日本"},
		"case x in a) p b;; esac":                {"p b"},
	} {
		found, open := scan(text, "p")
		var got []string
		for _, f := range found {
			got = append(got, text[f.from():f.to()])
		}
		if !slices.Equal(got, want) || open >= 0 {
			t.Errorf("%q has %q, want %q; open %d", text, got, want, open)
		}
	}
	for text, want := range map[string]int{"p 'a": 2, `p "a`: 2, "p a$(b": 5, "p `a": 3, "p \"a$(b 'c": 8, "p '": 2, strings.Repeat("$(", 200): 200} {
		if _, open := scan(text, "p"); open != want {
			t.Errorf("%q: what is open begins at %d, want %d", text, open, want)
		}
	}
}

func TestPieces(t *testing.T) {
	const text = "A= B=1 p x'y z' 2> out w <in"
	found, _ := scan(text, "p")
	var env, words, redirs []string
	for _, f := range found {
		for _, p := range f.env {
			env = append(env, text[p.from:p.to])
		}
		for _, p := range f.words {
			words = append(words, text[p.from:p.to])
		}
		for _, p := range f.redirs {
			redirs = append(redirs, text[p.from:p.to])
		}
	}
	if !slices.Equal(env, []string{"A=", "B=1"}) || !slices.Equal(words, []string{"p", "x'y z'", "w"}) || !slices.Equal(redirs, []string{"2> out", "<in"}) {
		t.Errorf("%q, %q, %q", env, words, redirs)
	}
}
