package charts

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the goldens")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test -update writes it anew, and -look shows it", file)
	}
}

func TestGoldens(t *testing.T) {
	pages := map[string]bool{"speedup": true, "times": true, "timeline": true, "phases": true, "history": true, "changes": true}
	for _, s := range samples() {
		golden(t, s.name+".svg", s.f.SVG(Light))
		if pages[s.name] {
			golden(t, s.name+".page.svg", s.f.SVG(Page))
		}
	}
}

// TestWhole is what holds for every figure in every theme.
func TestWhole(t *testing.T) {
	for _, s := range append(samples(), extremes()...) {
		for _, theme := range []Theme{Light, Dark, Page} {
			if err := whole(s.f.SVG(theme), theme); err != nil {
				t.Errorf("%s, %s: %v", s.name, theme.Name, err)
			}
		}
		if s.f.Title == "" || s.f.Desc == "" {
			t.Errorf("%s: no title or description", s.name)
		}
	}
}

var (
	notNumber = regexp.MustCompile(`(?i)["\s,(MLlhvaz-](nan|[+-]?inf)`)
	concrete  = regexp.MustCompile(`"#[0-9a-f]{6}"`)
	refers    = regexp.MustCompile(`url\(#([^)]*)\)`)
)

// whole tells what is wrong with an SVG: as XML, as a file that stands alone or in a page, or for those who cannot see.
func whole(svg []byte, theme Theme) error {
	if !utf8.Valid(svg) {
		return fmt.Errorf("no UTF-8")
	}
	for _, r := range string(svg) {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == 0xfffe || r == 0xffff) {
			return fmt.Errorf("holds %U", r)
		}
	}
	ids := map[string]bool{}
	root := map[string]string{}
	for dec := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local == "style" || e.Name.Local == "script" {
			return fmt.Errorf("a <%s>", e.Name.Local)
		}
		for _, a := range e.Attr {
			switch {
			case a.Name.Local == "id" && ids[a.Value]:
				return fmt.Errorf("id %q twice", a.Value)
			case a.Name.Local == "id":
				ids[a.Value] = true
			case e.Name.Local == "svg":
				root[a.Name.Local] = a.Value
			case (a.Name.Local == "d" || a.Name.Local == "x" || a.Name.Local == "y") && notNumber.MatchString(" "+a.Value):
				return fmt.Errorf("%s is %q", a.Name.Local, a.Value)
			}
		}
	}
	for _, id := range strings.Fields(root["aria-labelledby"]) {
		if !ids[id] {
			return fmt.Errorf("labelled by %q, which is not there", id)
		}
	}
	for _, m := range refers.FindAllSubmatch(svg, -1) {
		if !ids[string(m[1])] {
			return fmt.Errorf("painted with %q, which is not there", m[1])
		}
	}
	variables, colours := bytes.Contains(svg, []byte("var(--")), concrete.Match(svg)
	switch page := theme == Page; {
	case root["role"] != "img" || root["viewBox"] == "" || root["xmlns"] != "" && root["xmlns"] != "http://www.w3.org/2000/svg":
		return fmt.Errorf("root is %v", root)
	case page && (colours || !variables || root["width"] != "100%"):
		return fmt.Errorf("not for a page")
	case !page && (!colours || variables || root["width"] == "" || root["height"] == ""):
		return fmt.Errorf("does not stand alone")
	}
	return nil
}

func TestSizes(t *testing.T) {
	for _, workers := range []int{2, 3, 4, 5, 6, 7, 8} {
		ws, total := tasks(workers, 20000, 0.5, 0.25)
		if n := len(Timeline("t", ws, total).SVG(Page)); n > 30_000 {
			t.Errorf("20,000 tasks on %d workers take %d bytes", workers, n)
		}
	}
	var rows []Row
	for i := range 100 {
		rows = append(rows, row(fmt.Sprintf("pool=%d, chunk=%d, workload=sum", i, 1000*i), i/10, manyTimes(uint64(i), 1+float64(i%10), 30)))
	}
	if n := len(Times("t", rows).SVG(Page)); n > 150_000 {
		t.Errorf("100 rows of 30 trials take %d bytes", n)
	}
	if n := len(Times("t", []Row{row("a", 2, manyTimes(1, 1, 100_000))}).SVG(Page)); n > 30_000 {
		t.Errorf("100,000 trials take %d bytes", n)
	}
	var curve []XY
	for i := range 100_000 {
		curve = append(curve, XY{1 + float64(i)/1000, 1 + float64(i)/2000})
	}
	if n := len(Speedup("t", []Line{{Name: "a", Points: points(0, 0, 1, 2), Curve: curve}}, 0).SVG(Page)); n > 20_000 {
		t.Errorf("a curve of 100,000 points takes %d bytes", n)
	}
	long := trend()
	for range 8 {
		long.Moments = append(long.Moments, long.Moments...)
	}
	if n := len(History("t", long).SVG(Page)); n > 90_000 {
		t.Errorf("a history of %d runs takes %d bytes", len(long.Moments), n)
	}
}

// TestSameBytes draws everything twice; no chart changes what it is given.
func TestSameBytes(t *testing.T) {
	one, two := append(samples(), extremes()...), append(samples(), extremes()...)
	for i := range one {
		first := one[i].f.SVG(Dark)
		if !bytes.Equal(first, two[i].f.SVG(Dark)) || !bytes.Equal(first, one[i].f.SVG(Dark)) {
			t.Errorf("%s: other bytes the second time", one[i].name)
		}
	}
	lines := []Line{{"a", "", []Point{{Workers: 4, Speedup: 2}, {Workers: 1, Speedup: 1}, {Workers: 2, Speedup: math.NaN()}}, []XY{{4, 2}, {1, 1}, {-1, 1}}}}
	spans := []Worker{{Name: "w", Spans: []Span{{2, 3, 4, 1}, {1, 0, 1, 9}, {0, math.Inf(1), 1, 1}}}}
	rows := []Row{{Name: "a", Times: []float64{3, math.NaN(), 1}, Median: 2}}
	before := fmt.Sprint(lines, spans, rows)
	Speedup("a", lines, 2)
	Timeline("a", spans, 4)
	Times("a", rows)
	if after := fmt.Sprint(lines, spans, rows); after != before {
		t.Errorf("%s became %s", before, after)
	}
}

func TestEmpty(t *testing.T) {
	nan := math.NaN()
	for name, f := range map[string]*Figure{
		"no lines": Speedup("a", nil, 8), "no points": Speedup("a", []Line{{Name: "a", Curve: law(0, 0, 4)}}, 8),
		"no numbers": Speedup("a", []Line{{Name: "a", Points: []Point{{Workers: 0, Speedup: 1}, {Workers: 1, Speedup: nan}, {Workers: 2, Speedup: -1}}}}, 8),
		"no rows":    Times("a", nil), "no workers": Timeline("a", nil, 1), "no tasks": Timeline("a", []Worker{{Name: "w0"}}, 0),
		"no changes": Changes("a", nil), "no change": Changes("a", []Change{{Name: "a", Value: nan}, {Name: "b", Value: -2}}), "no stacks": Phases("a", nil), "no phases": Phases("a", []Stack{{Name: "a", Parts: [4]float64{nan, -1, 0, math.Inf(1)}}}),
		"no moments": History("a", Trend{}), "no values": History("a", Trend{Moments: make([]Moment, 3), Limit: ptr(1.0)}),
	} {
		svg := f.SVG(Light)
		if err := whole(svg, Light); err != nil || f.Desc == "" || !strings.Contains(string(svg), ">no ") {
			t.Errorf("%s: %v\n%s", name, err, svg)
		}
	}
	if !reflect.DeepEqual((&Figure{ID: "a"}).SVG(Theme{}), (&Figure{ID: "a"}).SVG(Light)) {
		t.Error("the zero theme is not light")
	}
	f := Times("a", []Row{{Name: "none", Median: nan}, {Name: "one", Times: []float64{1}, Median: 1}})
	if svg := string(f.SVG(Light)); !strings.Contains(svg, ">no trial<") {
		t.Errorf("a row without trials does not say so:\n%s", svg)
	}
}

func TestHostile(t *testing.T) {
	for _, s := range []sample{
		{"speedup", Speedup(evil, []Line{{evil, evil, []Point{{1, 1, nil, evil}}, nil}}, 1)},
		{"times", Times(evil, []Row{{Name: evil, Times: []float64{1}, Median: 1, Label: evil}})},
		{"timeline", Timeline(evil, []Worker{{Name: evil, Spans: []Span{{1, 0, 1, 1}}}}, 1)},
		{"timeline of hosts", Timeline(evil, []Worker{{Name: "w0", Host: evil, Spans: []Span{{1, 0, 1, 1}}}, {Name: "w1", Host: "b", Spans: []Span{{1, 0, 1, 1}}}}, 1)},
		{"phases", Phases(evil, []Stack{{evil, [4]float64{1}, evil}})},
		{"history", History(evil, Trend{Unit: evil, Moments: []Moment{{evil, evil, ptr(1.0), nil, evil}, {Name: evil, Value: ptr(1.0), Outcome: "fail"}}})},
	} {
		for _, theme := range []Theme{Light, Page} {
			svg := s.f.SVG(theme)
			if err := whole(svg, theme); err != nil {
				t.Errorf("%s: %v", s.name, err)
			}
			if whole := escape(evil); !strings.Contains(string(svg), whole) {
				t.Errorf("%s does not tell the whole name anywhere", s.name)
			}
		}
	}
}
