package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
)

// across is what is told of several runs, in all formats: by the name of a file that holds it.
func across(c *Comparison, r *Replay, p *Past, style Style) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"compare.txt":  func(w io.Writer) error { return CompareText(w, c, style) },
		"compare.md":   func(w io.Writer) error { return CompareMarkdown(w, c, style) },
		"compare.json": func(w io.Writer) error { return CompareJSON(w, c) },
		"replay.txt":   func(w io.Writer) error { return ReplayText(w, r, style) },
		"replay.json":  func(w io.Writer) error { return ReplayJSON(w, r) },
		"history.txt":  func(w io.Writer) error { return HistoryText(w, p, style) },
		"history.json": func(w io.Writer) error { return HistoryJSON(w, p) },
	}
}

func written(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// valid holds JSON against the schema of its kind.
func valid(t *testing.T, name string, text []byte) {
	t.Helper()
	kind, isJSON := strings.CutSuffix(name, ".json")
	if !isJSON {
		return
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("../schema/" + kind + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(parse(t, text)); err != nil {
		t.Errorf("%s: %#v", name, err)
	}
}

func TestAcrossGoldens(t *testing.T) {
	for name, write := range across(judged(), replayed(), past(), Style{}) {
		got := written(t, write)
		golden(t, name, got)
		valid(t, name, got)
	}
	wide := Style{Width: 140, Color: true}
	for name, write := range across(comparison(), replayed(), past(), wide) {
		if file, isText := strings.CutSuffix(name, ".txt"); isText {
			golden(t, file+"-140-color.txt", written(t, write))
		}
	}
	for name, write := range across(refused(), replayed(), past(), Style{Width: 60}) {
		if file, isText := strings.CutSuffix(name, ".txt"); isText {
			golden(t, file+"-60.txt", written(t, write))
		}
	}
	var all bytes.Buffer
	for _, name := range []string{"compare.txt", "replay.txt", "history.txt", "compare.md"} {
		all.Write(written(t, across(&Comparison{}, &Replay{}, &Past{}, Style{})[name]))
		all.WriteString("---\n")
	}
	golden(t, "across-empty.txt", all.Bytes())
	for name, write := range across(&Comparison{Word: "COMPARED"}, &Replay{Word: "UNDECIDED"}, &Past{}, Style{}) {
		valid(t, name, written(t, write))
	}
}

// A report tells what its run is compared with.
func TestAgainstGoldens(t *testing.T) {
	golden(t, "against.txt", render(t, "text", againstTwo(), Style{Width: 100}))
	golden(t, "against.md", render(t, "markdown", againstTwo(), Style{File: "against.md"}))
	golden(t, "against.html", drawing.ReplaceAll(render(t, "html", againstTwo(), Style{}), []byte("$1<svg/>")))
	got := render(t, "json", againstTwo(), Style{})
	golden(t, "against.json", got)
	if err := reportSchema(t).Validate(parse(t, got)); err != nil {
		t.Errorf("%#v", err)
	}
}

func TestSchemasOfComparisonsRefuse(t *testing.T) {
	for name, change := range map[string][2]string{
		"compare.json": {`"change": {`, `"changed": {`}, "replay.json": {`"not reproduced"`, `"reproducible"`}, "history.json": {`"shifts"`, `"shift"`},
	} {
		good := string(written(t, across(judged(), replayed(), past(), Style{})[name]))
		bad := strings.Replace(good, change[0], change[1], 1)
		schema, err := jsonschema.NewCompiler().Compile("../schema/" + strings.TrimSuffix(name, ".json") + ".schema.json")
		if err != nil || bad == good {
			t.Fatal(name, err)
		}
		if schema.Validate(parse(t, []byte(bad))) == nil {
			t.Errorf("%s: %s passes", name, change[1])
		}
	}
}

// TestHostileComparisons: no text of two runs acts on who reads of them.
func TestHostileComparisons(t *testing.T) {
	for _, text := range payloads {
		c, r, p := judged(), replayed(), past()
		for _, v := range []any{c, r, p} {
			fill(reflect.ValueOf(v), text)
		}
		if utf8.ValidString(text) {
			cell := matrix.NewCell(matrix.Facet{Name: "level", Value: text})
			for i := range c.Changes {
				c.Changes[i].Cell, r.Cells[i].Cell = cell, cell
			}
		}
		second := *c
		second.Refused = ""
		for style, s := range map[string]Style{".": {Width: 60}, " in colour.": {Width: 200, Color: true}} {
			for name, write := range across(c, r, p, s) {
				name = strings.Replace(name, ".", style, 1)
				conform(t, name, text, string(written(t, write)))
			}
			for name, write := range across(&second, r, p, s) {
				conform(t, strings.Replace(name, ".", style, 1), text, string(written(t, write)))
			}
		}
	}
}

func conform(t *testing.T, name, text, out string) {
	t.Helper()
	if problem := acts(name, out); problem != "" {
		t.Errorf("%s of %.60q: %s", name, text, problem)
	}
	if problem := markup(name, out); problem != "" {
		t.Errorf("%s of %.60q: %.200s", name, text, problem)
	}
}

// A number that is none is told as missing, in each format.
func TestAcrossWithoutNumbers(t *testing.T) {
	c, r, p := comparison(), replayed(), past()
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		spoil := func(v *gates.Told) *gates.Told {
			if v == nil {
				return nil
			}
			return &gates.Told{Value: bad, Interval: &[2]float64{1, bad}, N: v.N}
		}
		for i := range c.Changes {
			g, a := &c.Changes[i], &r.Cells[i]
			g.Before, g.After, g.Change, g.SpeedupA, g.SpeedupB, g.Speedup = spoil(g.Before), spoil(g.After), spoil(g.Change), spoil(g.SpeedupA), spoil(g.SpeedupB), spoil(g.Speedup)
			a.Then, a.Now, a.Ratio, a.TimeThen, a.TimeNow = spoil(a.Then), spoil(a.Now), spoil(a.Ratio), spoil(a.TimeThen), spoil(a.TimeNow)
		}
		for i := range p.Trends {
			p.Trends[i].Usual, p.Trends[i].Limit = &bad, &bad
			for k := range p.Trends[i].Moments {
				p.Trends[i].Moments[k].Observed = &bad
			}
		}
		report := againstTwo()
		report.Against[0].Changes = c.Changes
		out := map[string][]byte{"against.html": render(t, "html", report, Style{}), "against.md": render(t, "markdown", report, Style{}), "against.txt": render(t, "text", report, Style{}), "report.json": render(t, "json", report, Style{})}
		for name, write := range across(c, r, p, Style{}) {
			out[name] = written(t, write)
		}
		for name, text := range out {
			if bytes.Contains(text, []byte("NaN")) || bytes.Contains(text, []byte("Inf")) {
				t.Errorf("%s has %v in it:\n%s", name, bad, text)
			}
			valid(t, name, text)
		}
	}
}

// What is told in text keeps to its width as far as words and numbers let it, and a full disk is noticed.
func TestAcrossWidths(t *testing.T) {
	many := judged()
	for i := range 100 {
		g := judged().Changes[i%8]
		g.Cell = threadsOf(i)
		many.Changes = append(many.Changes, g)
	}
	for width := 60; width <= 200; width += 7 {
		for _, c := range []*Comparison{judged(), comparison(), refused(), many} {
			for name, write := range across(c, replayed(), past(), Style{Width: width}) {
				if !strings.HasSuffix(name, ".txt") {
					continue
				}
				for line := range strings.Lines(string(written(t, write))) {
					if w := Width(strings.TrimSuffix(line, "\n")); w > width {
						t.Errorf("%s in %d columns: %d: %s", name, width, w, line)
					}
				}
				if err := write(full{}); !errors.Is(err, errFull) {
					t.Errorf("%s: a full disk gives %v", name, err)
				}
			}
		}
	}
}

// Where many cells have one reason, the first ones are named.
func TestReasonsAreTogether(t *testing.T) {
	got := reasons(9, func(i int) (string, string) { return fmt.Sprintf("n=%d", i), []string{"busy", ""}[i/8] })
	if want := []string{"n=0\u00a0· n=1\u00a0· n=2\u00a0· n=3\u00a0· n=4\u00a0· n=5 and 2 more: busy"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestTrendLines(t *testing.T) {
	for want, values := range map[string][]float64{
		"–": {1}, "▄▄": {1, 1.001}, "▅▅▅": {0, 0, 0}, "▁█": {-0.1, 0.1}, "█▁▁": {1, -1, -1}, "▄▄▄": {-5, -5, -5},
	} {
		if got := trendLine(values); got != want {
			t.Errorf("%v: %s, not %s", values, got, want)
		}
	}
}

// Cells of another build are told apart from those of this one, and have figures of their own.
func TestTwins(t *testing.T) {
	out := string(render(t, "text", twins(), Style{Width: 120}))
	for _, want := range []string{"build=base is ../base\n", "serial build=base ", "threads=8 build=base "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	var names []string
	for _, f := range twins().speedups().Figures {
		names = append(names, f.Name)
	}
	if want := []string{"(this build)", "build=base"}; !slices.Equal(names, want) {
		t.Errorf("figures %q", names)
	}
	r := twins()
	if of := r.colours(); of(&r.Cells[2]) != of(&r.Cells[3]) || of(&r.Cells[2]) == of(&r.Cells[10]) {
		t.Error("twins look different, or executors alike")
	}
	r.Run.Options.AgainstBuild = "" // then build is an axis as any other
	if all := r.speedups().Figures; len(all) != 1 || all[0].Name != "" {
		t.Errorf("%d figures without another build", len(all))
	}
	two := twins()
	two.Cells = two.Cells[:2]
	two.Cells[0].Cell, two.Cells[1].Cell = matrix.Cell{}, matrix.NewCell(matrix.Facet{Name: matrix.Build, Value: matrix.Base})
	if out := string(render(t, "text", two, Style{})); !strings.Contains(out, "\n(this build)  ") || !strings.Contains(out, "\nbuild=base  ") || strings.Contains(out, "the only cell") {
		t.Errorf("two builds of the only cell:\n%s", out)
	}
}
