package starter

import (
	"slices"
	"testing"
)

// The table of the shell_words tests: what hyperfine splits a command with.
func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		"":                       nil,
		"a":                      {"a"},
		" a\tb\n c ":             {"a", "b", "c"},
		`a "b c" 'd  e'`:         {"a", "b c", "d  e"},
		`a""b`:                   {"ab"},
		`''`:                     {""},
		`a '' b`:                 {"a", "", "b"},
		`'a'"b"c`:                {"abc"},
		`a\ b`:                   {"a b"},
		`\"a\'`:                  {`"a'`},
		`"a\"b\\c\d"`:            {`a"b\c\d`},
		`'a\'`:                   {`a\`},
		"a\\\nb":                 {"ab"},
		"\"a\\\nb\"":             {"ab"},
		"a # b":                  {"a"},
		"a #b\nc":                {"a", "c"},
		"a#b":                    {"a#b"},
		`$HOME *`:                {"$HOME", "*"},
		"é '日本'":                 {"é", "日本"},
		`"$x"`:                   {"$x"},
		"\"\\$x\"":               {"$x"},
		"echo 'it'\\''s'":        {"echo", "it's"},
		"sh -c 'a | b' -- \"c\"": {"sh", "-c", "a | b", "--", "c"},
	} {
		if got, closed := split(text); !closed || !slices.Equal(got, want) {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{`'a`, `"a`, `a\`, `"a\`, `"a\"`} {
		if got, closed := split(text); closed {
			t.Errorf("%q is not closed, and became %q", text, got)
		}
	}
}

func TestPlain(t *testing.T) {
	params := []param{{given: "n"}, {given: "compiler"}}
	for text, want := range map[string][]string{
		"sleep 0.3":             {"sleep", "0.3"},
		" ls  -l ":              {"ls", "-l"},
		"make -j {n}":           {"make", "-j", "{n}"},
		"{compiler} -O{n} é.c":  {"{compiler}", "-O{n}", "é.c"},
		"dd if=/dev/zero bs=1M": {"dd", "if=/dev/zero", "bs=1M"},
	} {
		if got, is := plain(text, params); !is || !slices.Equal(got, want) {
			t.Errorf("%q is %q, %v, want %q", text, got, is, want)
		}
	}
	for _, text := range []string{"", " ", "a | b", "a; b", "a &", "a > b", "a < b", "a $b", "a `b`", `a "b"`, "a 'b'", `a \b`, "a *", "a ?", "a [b]", "a {b,c}", "a {}", "a # b", "a ~", "~/a", "! a",
		"A=1 b", "cd a", ". a", "exit 3", "time a", "a\nb", "a\tb", "(a)", "a !b", "a ^b", "a\u00a0b"} {
		if got, is := plain(text, params); is {
			t.Errorf("%q is %q without a shell", text, got)
		}
	}
}
