package diag

import (
	"strings"
	"testing"
)

func TestPrint(t *testing.T) {
	var l List
	l.Add(Pos{"a.yaml", 3, 14}, 5, `did you mean "procs"?`, "unknown axis %q", "prcos")
	l.Add(Pos{"a.yaml", 1, 1}, 0, "", "a key is missing")
	l.Add(Pos{"a.yaml", 1, 1}, 0, "", "a key is missing")
	l.Add(Pos{"a.yaml", 2, 200}, 9, "", "far out")
	l.Add(Pos{"gone.yaml", 0, 0}, 0, "check the path", "no such file")
	l.Sort()
	lines := []string{"name: \x1b[31mé中", strings.Repeat("x", 220), "  - speedup(prcos=2) > 1.3\r"}
	var b strings.Builder
	Print(&b, l, func(file string, n int) (string, bool) {
		if file != "a.yaml" {
			return "", false
		}
		return lines[n-1], true
	})
	want := `a.yaml:1:1: a key is missing
  1 | name: �[31mé中
    | ^
a.yaml:2:200: far out
  2 | ` + strings.Repeat("x", 81) + `
    | ` + strings.Repeat(" ", 60) + `^^^^^^^^^
a.yaml:3:14: unknown axis "prcos"
  3 |   - speedup(prcos=2) > 1.3
    |              ^^^^^
  hint: did you mean "procs"?
gone.yaml: no such file
  hint: check the path
`
	if b.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", b.String(), want)
	}
}

// Nothing that is printed, be it the name of a file, moves the cursor or sets a colour.
func TestPrintIsSafeForATerminal(t *testing.T) {
	var b strings.Builder
	hostile := "\x1b[31m\u202e"
	Print(&b, List{{Pos: Pos{File: hostile, Line: 1, Col: 1}, Message: hostile, Hint: hostile}}, func(string, int) (string, bool) { return hostile, true })
	if strings.ContainsAny(b.String(), hostile[:1]+"\u202e") {
		t.Errorf("%q", b.String())
	}
}

func TestClosest(t *testing.T) {
	names := []string{"procs", "threads", "serial", "speedup", "time"}
	for word, want := range map[string]string{
		"prcos": "procs", "sppedup": "speedup", "thread": "threads", "tmie": "time", "xyz": "", "": "", "s": "",
	} {
		if got := Closest(word, names); got != want {
			t.Errorf("closest to %q is %q, want %q", word, got, want)
		}
	}
}
