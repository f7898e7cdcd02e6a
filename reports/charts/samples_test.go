package charts

import (
	"flag"
	"fmt"
	"html"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"bench/runner/internal/stats"
)

var lookAt = flag.String("look", "", "write the figures of the tests to this HTML file, to look at them")

func ptr[T any](v T) *T { return &v }

// law is a curve by Gunther's law with contention a and coherency b, from 1 to the given count.
func law(a, b, to float64) []XY {
	var c []XY
	for x := 1.0; x < 0.99*to; x *= math.Pow(2, 0.125) {
		c = append(c, XY{x, x / (1 + a*(x-1) + b*x*(x-1))})
	}
	return append(c, XY{to, to / (1 + a*(to-1) + b*to*(to-1))})
}

func points(a, b float64, counts ...int) []Point {
	var ps []Point
	for _, n := range counts {
		x := float64(n)
		v := x / (1 + a*(x-1) + b*x*(x-1))
		ps = append(ps, Point{Workers: n, Speedup: v, Interval: &[2]float64{v * 0.96, v * 1.05}, Label: fmt.Sprintf("%d workers: %.2f", n, v)})
	}
	return ps
}

func manyTimes(seed uint64, middle float64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	var ts []float64
	for range n {
		t := middle * (1 + 0.04*math.Abs(r.NormFloat64()))
		if r.IntN(20) == 0 {
			t *= 1.2
		}
		ts = append(ts, t)
	}
	return ts
}

func row(name string, group int, ts []float64) Row {
	r := Row{Name: name, Group: group, Times: ts, Median: math.NaN(), Label: fmt.Sprintf("n=%d", len(ts))}
	if len(ts) > 0 {
		r.Median = stats.Quantile(ts, 0.5)
	}
	if len(ts) >= 5 {
		r.Quartiles = &[2]float64{stats.Quantile(ts, 0.25), stats.Quantile(ts, 0.75)}
	}
	return r
}

// tasks shares n tasks out over workers: each waits for a part of its time, and the next comes after a gap.
func tasks(workers, n int, gap, waits float64) ([]Worker, float64) {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	ws := make([]Worker, workers)
	total, mean := 0.0, 2.5/float64(n)*float64(workers)
	for i := range ws {
		ws[i].Name = fmt.Sprintf("w%d", i)
		at := 0.02 + 0.01*float64(i%8)
		for k := range n / workers {
			d := mean * (0.3 + r.Float64())
			cpu := d * 0.99
			if r.Float64() < waits {
				cpu = d * 0.1 * r.Float64()
			}
			ws[i].Spans = append(ws[i].Spans, Span{k*workers + i, at, at + d, cpu})
			at += d
			if r.IntN(4) == 0 {
				at += gap * d
			}
		}
		total = max(total, at+0.05)
	}
	return ws, total
}

func trend() Trend {
	r := rand.New(rand.NewPCG(3, 9))
	t := Trend{Unit: "1", Limit: ptr(1.7), Usual: &[3]float64{1.80, 1.875, 1.95}}
	for i := range 40 {
		v, o := 1.87+0.03*r.NormFloat64(), "pass"
		if i > 30 {
			v, o = 1.72+0.02*r.NormFloat64(), "inconclusive"
		}
		if i == 36 {
			v, o = 1.63, "fail"
		}
		m := Moment{Name: fmt.Sprintf("%07x", r.Uint32()>>4), Value: ptr(v), Interval: &[2]float64{v - 0.05, v + 0.04}, Outcome: o}
		if i == 12 {
			m.Value, m.Outcome = nil, "error"
		}
		t.Moments = append(t.Moments, m)
	}
	return t
}

func changed() []Change {
	return []Change{
		{"serial", 0.0059, &[2]float64{-0.021, 0.0313}, "undecided", "serial: +0.6 %"}, {"threads=2", 0.125, &[2]float64{0.099, 0.141}, "slower", ""},
		{"threads=4", -0.074, &[2]float64{-0.083, -0.065}, "faster", ""}, {"threads=8 chunk=100000 size=100", 0.05, nil, "undecided", ""},
		{"gone", math.NaN(), nil, "", ""},
	}
}

const evil = "<script>alert('1')</script>&\"\x1b[31m\u202e\x00\xff\u2028\ufffe]]> name that goes on and on and on and on"

// sample is a figure of the tests.
type sample struct {
	name string
	f    *Figure
}

// samples are the figures that goldens are kept of.
func samples() []sample {
	work, total := tasks(4, 60, 1, 0.25)
	unknown, span := tasks(2, 20, 0.5, 0)
	for i := range unknown {
		for k := range unknown[i].Spans {
			unknown[i].Spans[k].CPU = -1
		}
	}
	spread := slices.Clone(work)
	for i := range spread {
		spread[i].Host = []string{"node-1", "node-1", "a-host-with-a-long-name.lab", "a-host-with-a-long-name.lab"}[i]
	}
	fine, fineTotal := tasks(3, 3000, 1, 0.25)
	return []sample{
		{"speedup", Speedup("speedup", []Line{
			{"threads", "52 % serial, best with 6 workers (Gunther)", points(0.52, 0.0121, 1, 2, 4, 8, 16), law(0.52, 0.0121, 32)},
			{"procs", "5 % serial, best with 17 workers (Gunther)", points(0.05, 0.0033, 1, 2, 4, 8, 16), law(0.05, 0.0033, 32)},
			{"pool", "8 % serial, best with 26 workers (Gunther)", points(0.08, 0.0013, 1, 2, 4, 8, 16), law(0.08, 0.0013, 32)},
		}, 8)},
		{"speedup-two", Speedup("speedup-two", []Line{
			{"threads", "2.1 % of the work is serial (Karp-Flatt)", points(0.021, 0, 1, 2), law(0.021, 0, 4)},
			{"procs", "4.1 % of the work is serial (Karp-Flatt)", points(0.041, 0, 1, 2), law(0.041, 0, 4)},
		}, 2)},
		{"times", Times("times", []Row{
			row("threads=2", 0, manyTimes(1, 7.4, 30)), row("threads=4", 0, manyTimes(2, 6.6, 30)), row("threads=8", 0, manyTimes(3, 6.2, 30)),
			row("procs=2", 1, manyTimes(4, 5, 30)), row("procs=4", 1, manyTimes(5, 2.9, 30)), row("procs=8", 1, manyTimes(6, 1.9, 30)),
			row("pool=2, chunk=100000", 2, manyTimes(7, 5.1, 12)), row("pool=4", 2, manyTimes(8, 3.1, 4)), row("pool=8", 2, nil),
		})},
		{"times-log", Times("times-log", []Row{
			row("thread start", 0, manyTimes(1, 30e-6, 40)), row("process start", 3, manyTimes(2, 2e-3, 40)),
			row("interpreter start", 4, manyTimes(3, 40e-3, 40)), row("container", 5, manyTimes(4, 1.4, 40)),
		})},
		{"timeline", Timeline("timeline", work, total)},
		{"timeline-hosts", Timeline("timeline-hosts", spread, total)},
		{"timeline-fine", Timeline("timeline-fine", fine, fineTotal)},
		{"timeline-unknown", Timeline("timeline-unknown", unknown, span)},
		{"phases", Phases("phases", []Stack{
			{"serial", [4]float64{0.012, 0, 0.308, 0.0001}, "308 ms of work"}, {"threads=2", [4]float64{0.012, 0.001, 0.157, 0.002}, ""},
			{"procs=2", [4]float64{0.013, 0.03, 0.160, 0.02}, ""}, {"spawned=2, chunk=100000, name=long", [4]float64{0.04, 0.09, 0.162, 0.03}, ""},
			{"broken", [4]float64{}, ""},
		})},
		{"history", History("history", trend())},
		{"changes", Changes("changes", changed())},
		{"hostile", Speedup(evil, []Line{{evil, evil, points(0.1, 0, 1, 2, 4), law(0.1, 0, 8)}}, 4)},
		{"empty", Times("empty", nil)},
	}
}

// extremes are figures that are looked at, and checked, but kept nowhere.
func extremes() []sample {
	var lines, twelve []Line
	for i := range 7 {
		lines = append(lines, Line{fmt.Sprintf("executor-%d", i), "so many % of the work is serial; best with 5 workers (Amdahl)", points(0.1+0.004*float64(i), 0, 1, 3, 6, 12, 24, 48, 64), law(0.1+0.004*float64(i), 0, 64)})
	}
	for i := range 12 {
		twelve = append(twelve, Line{Name: fmt.Sprintf("workload-%d executor", i), Points: points(0.05*float64(i), 0, 1, 2, 3, 4, 5, 6, 7, 8)})
	}
	var rows []Row
	for i := range 100 {
		rows = append(rows, row(fmt.Sprintf("pool=%d, chunk=%d, workload=sum", 1+i%10, 1000*i), i/10, manyTimes(uint64(i), 1+float64(i%10), 30)))
	}
	many, total := tasks(8, 20000, 0.5, 0.25)
	crowd, crowdTotal := tasks(80, 800, 0.5, 0.25)
	one := trend()
	one.Moments, one.Usual, one.Unit = one.Moments[:1], nil, "s"
	bytes := trend()
	bytes.Unit, bytes.Usual, bytes.Limit = "B", &[3]float64{9.8e6, 10e6, 10.3e6}, ptr(12e6)
	for i := range bytes.Moments {
		bytes.Moments[i] = Moment{Name: fmt.Sprintf("2026-11-%02d", i%30), Value: ptr(10e6 + 3e5*math.Sin(float64(i))), Outcome: "pass"}
	}
	bytes.Moments = bytes.Moments[:6]
	return []sample{
		{"seven lines", Speedup("seven", lines, 64)},
		{"twelve lines", Speedup("twelve", twelve, 8)},
		{"one count", Speedup("one", []Line{{"threads", "", []Point{{Workers: 4, Speedup: 2.5}}, nil}}, 0)},
		{"slower", Speedup("slower", []Line{{"procs", "98 % serial", []Point{{1, 0.4, nil, ""}, {2, 0.1, &[2]float64{0.05, 0.2}, ""}, {3, 0.12, nil, ""}}, nil}}, 2)},
		{"100 rows", Times("hundred", rows)},
		{"100,000 trials", Times("trials", []Row{row("a", 0, manyTimes(1, 1, 100000)), row("b", 1, manyTimes(2, 1.3, 100000)), row("equal", 2, []float64{1, 1, 1, 1, 1, 1})})},
		{"20,000 tasks", Timeline("many", many, total)},
		{"80 workers", Timeline("crowd", crowd, crowdTotal)},
		{"great changes", Changes("great", append(changed(), Change{Name: "procs=2", Value: 19, Interval: &[2]float64{17, 21}, Word: "slower"}))},
		{"a change", Changes("change", changed()[:1])},
		{"hostile changes", Changes(evil, []Change{{evil, 0.1, nil, evil, evil}, {"b", -0.999, &[2]float64{-1, math.Inf(1)}, "faster", ""}})},
		{"one moment", History("moment", one)},
		{"bytes", History("bytes", bytes)},
	}
}

// TestLook writes what a person should look at: go test -run TestLook -look /tmp/charts.html
func TestLook(t *testing.T) {
	if *lookAt == "" {
		t.Skip("for people: -look FILE writes a page of all charts")
	}
	var b strings.Builder
	b.WriteString("<!doctype html><meta charset=utf-8><style>:root{" + Variables(Light) + "}:root.dark{" + Variables(Dark) + "}" +
		"body{font:14px system-ui,sans-serif;background:var(--surface);color:var(--ink);margin:12px}" +
		"main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(460px,100%),1fr));gap:24px}section{max-width:460px}" +
		"</style><main>")
	for _, s := range append(samples(), extremes()...) {
		svg := s.f.SVG(Page)
		fmt.Fprintf(&b, "<section><h3>%s: %d kB</h3>%s<p>%s</section>", s.name, (len(svg)+500)/1000, svg, html.EscapeString(clean(s.f.Desc)))
	}
	if err := os.WriteFile(*lookAt, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
