package charts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// box is where a text stands.
type box struct {
	text           string
	x0, y0, x1, y1 float64
}

// boxes of all texts below n, those with a halo left out: they may stand on lines, and their place is chosen.
func boxes(t *testing.T, n *node, anchor string, all []box) []box {
	t.Helper()
	get := func(name string) string {
		for _, a := range n.attrs {
			if a.name == name {
				return a.value
			}
		}
		return ""
	}
	if n.name == "text" && get("paint-order") == "" {
		x, _ := strconv.ParseFloat(get("x"), 64)
		y, _ := strconv.ParseFloat(get("y"), 64)
		size, factor := float64(fontSize), 1.0
		if s, err := strconv.ParseFloat(get("font-size"), 64); err == nil {
			size = s
		}
		if get("font-weight") != "" {
			factor = bold
		}
		w := wide(n.content, size*factor)
		switch get("text-anchor") {
		case "end":
			x -= w
		case "middle":
			x -= w / 2
		}
		all = append(all, box{n.content, x, y - 0.75*size, x + w, y + 0.2*size})
	}
	for _, k := range n.kids {
		all = boxes(t, k, anchor, all)
	}
	return all
}

// TestTextsHaveRoom looks whether texts stand within the figure, and none over another.
func TestTextsHaveRoom(t *testing.T) {
	for _, s := range append(samples(), extremes()...) {
		all := boxes(t, &s.f.root, "", nil)
		for i, a := range all {
			if a.x0 < 0 || a.x1 > width || a.y0 < 0 || a.y1 > s.f.height {
				t.Errorf("%s: %q is cut off: %.0f … %.0f, %.0f … %.0f of %.0f", s.name, a.text, a.x0, a.x1, a.y0, a.y1, s.f.height)
			}
			for _, b := range all[:i] {
				if a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1 {
					t.Errorf("%s: %q and %q stand over each other", s.name, a.text, b.text)
				}
			}
		}
	}
}

// TestMarksHaveTitles looks for marks that say nothing when they are pointed at. A swatch of a legend has its text
// beside it.
func TestMarksHaveTitles(t *testing.T) {
	quiet := map[role]bool{grid: true, axisInk: true, muted: true, surface: true, none: true, "": true}
	var look func(name string, n *node, told bool)
	look = func(name string, n *node, told bool) {
		told = told || n.tip != ""
		for _, k := range n.kids {
			told = told || k.name == "text"
		}
		for _, a := range n.attrs {
			if n.name == "path" && !told && !quiet[a.role] {
				t.Errorf("%s: a mark in %s has no title", name, a.role)
			}
		}
		for _, k := range n.kids {
			look(name, k, told && n.name == "g" && len(n.attrs) == 0 || told && n.tip != "")
		}
	}
	for _, s := range samples() {
		for _, k := range s.f.root.kids {
			look(s.name, k, false)
		}
	}
}

func TestSpread(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		all := make([]label, 1+r.IntN(8))
		for i := range all {
			all[i].want, all[i].height = 300*r.Float64(), 20+14*float64(r.IntN(3))
		}
		spread(all, 0, 400)
		for i, a := range all {
			if a.y-a.height/2 < -1e-9 || a.y+a.height/2 > 400+1e-9 {
				t.Fatalf("%+v is outside", a)
			}
			for _, b := range all[:i] {
				if gap := max(a.y, b.y) - min(a.y, b.y) - (a.height+b.height)/2; gap < -1e-9 {
					t.Fatalf("%+v touches %+v", a, b)
				}
			}
		}
	}
	alone := []label{{want: 100, height: 40}, {want: 200, height: 40}}
	if spread(alone, 0, 400); alone[0].y != 100 || alone[1].y != 200 {
		t.Errorf("labels with room moved: %+v", alone)
	}
}

func TestTexts(t *testing.T) {
	if got := clip("short", 12, 200); got != "short" {
		t.Errorf("%q", got)
	}
	for _, room := range []float64{30, 60, 100} {
		got := clip(strings.Repeat("word ", 40), 12, room)
		if !strings.HasSuffix(got, "…") || wide(got, 12) > room || wide(got, 12) < room-20 {
			t.Errorf("%.0f px: %q takes %.0f", room, got, wide(got, 12))
		}
	}
	for text, want := range map[string]string{
		"": "[]", "one": "[one]", "one two": "[one two]", "one two three four": "[one two|three four]",
		"one two three four five": "[one two|three fou…]", "averyveryverylongword x": "[averyver…|x]",
	} {
		if got := "[" + strings.Join(wrap(text, 10, 64, 2), "|") + "]"; got != want {
			t.Errorf("wrap(%q) = %s, not %s", text, got, want)
		}
	}
	if got := shorten("äöü", 3) + shorten("äöü", 2); got != "äöüäö…" {
		t.Errorf("%q", got)
	}
	if got := clean("a\x1b\u202e\xff\ufffe\u2028\n\x7f"); got != "a␛����␊␡" {
		t.Errorf("%q", got)
	}
	for in, want := range map[string]string{"times-2": "times-2", "": "figure-", "a b\"<": "a-b--", "2": "figure-2", "ä": "figure--"} {
		if got := ident(in); got != want {
			t.Errorf("ident(%q) = %q, not %q", in, got, want)
		}
	}
}

// TestBlocks looks whether short tasks are drawn together, and none is lost or added.
func TestBlocks(t *testing.T) {
	b := bench{x: axis{hi: 100, from: 0, to: 100}, total: 100, height: 20, least: 2}
	spans := []Span{{0, 0, 10, 10}, {1, 10, 15, 1}}
	for i := range 300 {
		spans = append(spans, Span{2 + i, 20 + 0.1*float64(i), 20.1 + 0.1*float64(i), 0.05})
	}
	spans = append(spans, Span{302, 90, 90.5, 0.5}, Span{303, 97, 97.5, 0.5})
	got := b.blocks(spans)
	var told []string
	tasks, cpu, busy := 0, 0.0, 0.0
	for _, k := range got {
		tasks, cpu, busy = tasks+k.tasks, cpu+k.cpu, busy+k.busy
		told = append(told, fmt.Sprintf("%d", k.tasks))
	}
	if strings.Join(told, " ") != "1 1 200 100 1 1" && strings.Join(told, " ") != "1 1 199 101 1 1" {
		t.Errorf("blocks of %v tasks", told)
	}
	if tasks != 304 || digits(cpu, 4) != "27.00" || digits(busy, 4) != "46.00" {
		t.Errorf("%d tasks, %v s on a core, %v s busy", tasks, cpu, busy)
	}
	if got := got[2].tell(true); !strings.Contains(got, "tasks, 100 % busy, 50 % on a core") {
		t.Errorf("told %q", got)
	}
}

// TestNamesStayDifferent: what is cut of long names is not what they differ in.
func TestNamesStayDifferent(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	long := strings.Repeat("very ", 12)
	for _, all := range [][]string{
		{"procs rows=4", "threads=2 rows=171", "procs rows=171"},
		{"scripted dispatch=shared rows=4 a", "scripted dispatch=shared rows=4 b", "scripted dispatch=shared rows=171 a"},
		{long + "a", long + "b", long, long + long + "a", long + long + "b", "c" + long},
		{strings.Repeat("W", 80) + "1" + strings.Repeat("W", 80) + "x", strings.Repeat("W", 80) + "1" + strings.Repeat("W", 80) + "y", strings.Repeat("W", 80) + "2"},
		{"生命" + strings.Repeat("生", 40) + "a", "生命" + strings.Repeat("生", 40) + "命"},
	} {
		for i := range 200 {
			size, room, lines := 12.0, 70+100*r.Float64(), 1+i%3
			seen := map[string]string{}
			for k, told := range names(all, size, room, lines) {
				text := strings.Join(told, "\n")
				if other, twice := seen[text]; twice {
					t.Fatalf("%q and %q are both %q in %d lines of %.0f px", all[k], other, text, lines, room)
				}
				seen[text] = all[k]
				if len(told) > lines {
					t.Fatalf("%q is in %d lines", all[k], len(told))
				}
				for _, line := range told {
					if wide(line, size) > room {
						t.Fatalf("%q takes %.0f px of %.0f", line, wide(line, size), room)
					}
				}
			}
		}
	}
	if got := fmt.Sprint(names([]string{"scripted dispatch=shared rows=4", "scripted dispatch=shared rows=171", "short"}, 12, 120, 1)); got != "[[scri…rows=4] [scri…rows=171] [short]]" {
		t.Errorf("%s", got)
	}
	if got := names([]string{"same", "same", ""}, 12, 120, 2); len(got) != 3 || got[0][0] != got[1][0] || len(got[2]) != 0 {
		t.Errorf("%q", got)
	}
}

// TestDensitiesComeDown: no density ends in a cliff on one side only.
func TestDensitiesComeDown(t *testing.T) {
	for name, times := range map[string][]float64{"close": manyTimes(1, 1, 30), "an end": {1, 1.1, 1.2, 1.3, 1.9, 2}, "wide": {0.01, 0.5, 1, 1.5, 2, 2.5}} {
		rows := []Row{row("a", 0, times)}
		c := cloud{x: timeAxis(rows, 100, 400), height: 46, points: 48}
		at := make([]float64, len(times))
		for i, v := range times {
			at[i] = c.x.at(v)
		}
		g := &node{}
		c.density(g, at, lookOf(0), 100, 20)
		var xs, ys []float64
		for _, p := range strings.Split(strings.TrimPrefix(g.kids[0].attrs[0].value, "M"), "L") {
			var x, y float64
			if _, err := fmt.Sscan(p, &x, &y); err != nil {
				t.Fatal(err)
			}
			xs, ys = append(xs, x), append(ys, y)
		}
		left, right := 100-ys[1], 100-ys[len(ys)-2]
		within := xs[0] > slices.Min(at)-0.1 && xs[len(xs)-1] < slices.Max(at)+0.1
		if !within && (left > 1 || right > 1) {
			t.Errorf("%s: it ends %.1f and %.1f px high, from %.0f to %.0f", name, left, right, xs[0], xs[len(xs)-1])
		}
		if within != (name != "close") {
			t.Errorf("%s: cut at the trials: %v", name, within)
		}
	}
}
