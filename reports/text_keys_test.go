package reports

import (
	"strings"
	"testing"
)

func TestBrokenKeys(t *testing.T) {
	for _, c := range []struct {
		key   string
		width int
		want  string // lines with | between them
	}{
		{"threads=2 n=1", 13, "threads=2 n=1"},
		{"threads=2 n=1", 12, "threads=2|n=1"},
		{`n=1 level="the default"`, 20, `n=1|level="the default"`},
		{`n=1 level="the default"`, 18, `n=1|level=|"the default"`},
		{`level="a \" b c" n=1`, 12, `level=|"a \" b c"|n=1`},
		{"a_long_name_of_an_axis=1 n=2", 12, "a_long_name_|of_an_axis=1|n=2"},
		{"procs=2 data=0123456789abcdef", 10, "procs=2|data=01234|56789abcde|f"},
		{"日本語=1 n=2", 5, "日本|語=1|n=2"},
		{"(the only cell)", 5, "(the|only|cell)"},
		{"abc", 1, "a|b|c"},
	} {
		if got := strings.Join(broken(c.key, c.width), "|"); got != c.want {
			t.Errorf("%s in %d columns: %s, want %s", c.key, c.width, got, c.want)
		}
	}
}
