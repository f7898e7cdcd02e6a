package reports

import (
	"strings"
	"testing"

	"bench/runner/gates"
)

// piece finds the nth piece of the check that reads text.
func piece(check, text string, value any, unit string) gates.Value {
	at := strings.Index(check, text)
	if at < 0 {
		panic(text + " is not in the check")
	}
	from := len([]rune(check[:at]))
	return gates.Value{Text: text, From: from, To: from + len([]rune(text)), Value: value, Unit: unit}
}

func TestDiagram(t *testing.T) {
	for _, c := range []struct {
		name, check string
		parts       [][3]any
		want        string
	}{
		{"a comparison", `speedup(procs=2) > 1.3`, [][3]any{{`speedup(procs=2) > 1.3`, false, ""}, {`speedup(procs=2)`, 1.29, "1"}, {"1.3", 1.3, ""}}, `
speedup(procs=2) > 1.3
│                │
1.29             false
`},
		{"a limit on the left", `1.3 < speedup(procs=2)`, [][3]any{{`1.3 < speedup(procs=2)`, false, ""}, {`speedup(procs=2)`, 1.29, "1"}}, `
1.3 < speedup(procs=2)
    │ │
    │ 1.29
    false
`},
		{"brackets and not", `not (time(a=1) > 2*time(b=1))`, [][3]any{
			{`not (time(a=1) > 2*time(b=1))`, true, ""}, {`time(a=1) > 2*time(b=1)`, false, ""}, {`time(a=1)`, 1.5, "s"},
			{`2*time(b=1)`, 3.0, "s"}, {`time(b=1)`, 1.5, "s"}}, `
not (time(a=1) > 2*time(b=1))
│    │         │  ││
true 1.5 s     │  │1.5 s
               │  3 s
               false
`},
		{"wide characters", `time(größe="生命") < 1*s`, [][3]any{{`time(größe="生命") < 1*s`, false, ""}, {`time(größe="生命")`, 1.5, "s"}}, `
time(größe="生命") < 1*s
│                  │
1.5 s              false
`},
		{"several lines", "a(x=1) > 1\n\t and\r\n  b(x=1) > 1  \n", [][3]any{{"a(x=1) > 1\n\t and\r\n  b(x=1) > 1", false, ""}, {"a(x=1) > 1", false, ""}, {"b(x=1)", 7, "1"}}, `
a(x=1) > 1 and b(x=1) > 1
│          │   │
false      │   7
           false
`},
		{"an index", `results(a=1)[0] == "x"`, [][3]any{{`results(a=1)[0] == "x"`, false, ""}, {`results(a=1)[0]`, "y", ""}, {`results(a=1)`, []any{"y"}, ""}}, `
results(a=1)[0] == "x"
│           │   │
["y"]       "y" false
`},
		{"nothing to show", `true`, [][3]any{{"true", true, ""}}, "\ntrue\n"},
	} {
		var parts []gates.Value
		for _, p := range c.parts {
			parts = append(parts, piece(c.check, p[0].(string), p[1], p[2].(string)))
		}
		if got := "\n" + strings.Join(diagram(c.check, parts, 80), "\n") + "\n"; got != c.want {
			t.Errorf("%s:%s\nnot:%s", c.name, got, c.want)
		}
	}
}

func TestDiagramThatIsTooWide(t *testing.T) {
	check := `speedup(procs=2) > 1.3 and efficiency(procs=2) > 0.8`
	parts := []gates.Value{piece(check, "speedup(procs=2)", 1.29, "1"), piece(check, "speedup(procs=2) > 1.3", false, ""),
		piece(check, "efficiency(procs=2)", 0.645, "1"), piece(check, "efficiency(procs=2) > 0.8", true, ""), piece(check, check, false, "")}
	for _, c := range []struct {
		width int
		want  string
	}{{40, `
speedup(procs=2) > 1.3 and
│                │     │
1.29             false false
  efficiency(procs=2) > 0.8
  │                   │
  0.645               true
`}, {25, `
speedup(procs=2) > 1.3
│                │
1.29             false
  and efficiency(procs=2)
  │   │
  │   0.645
  false
  > 0.8
  │
  true
`}, {20, `
speedup(procs=2) >
1.3 and
efficiency(procs=2)
> 0.8
  speedup(procs=2)
    = 1.29
  speedup(procs=2)
    > 1.3 = false
  efficiency(procs=2)
    = 0.645
  efficiency(procs=2)
    > 0.8 = true
  speedup(procs=2)
    > 1.3 and
    efficiency(procs=2)
    > 0.8 = false
`}} {
		if got := "\n" + strings.Join(diagram(check, parts, c.width), "\n") + "\n"; got != c.want {
			t.Errorf("%d columns:%s\nnot:%s", c.width, got, c.want)
		}
	}
}

// Whatever the check and the offsets are, a diagram has its lines, none too wide, and every value in it.
func FuzzDiagram(f *testing.F) {
	f.Add("speedup(procs=2)\n > 1.3", 0, 16, 0, 22)
	f.Add("\"\\", 0, 1, 1, 2)
	f.Add("'(1.5", 0, 5, -3, 99)
	f.Fuzz(func(t *testing.T, check string, from1, to1, from2, to2 int) {
		parts := []gates.Value{{Text: "p", From: from1, To: to1, Value: 123456.0}, {Text: "q", From: from2, To: to2, Value: "text"}}
		lines := diagram(check, parts, 60)
		text := strings.Join(lines, "\n")
		length := len([]rune(check))
		if fits := from1 >= 0 && to1 <= length && from1 < to1; fits && !strings.Contains(text, "123456") {
			t.Errorf("a value is lost: %q", text)
		}
		if strings.ContainsAny(text, "\x1b\r\t") {
			t.Errorf("a control character is left: %q", text)
		}
	})
}
