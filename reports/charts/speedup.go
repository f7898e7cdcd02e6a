package charts

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Line is the speedups of one executor by its worker count.
type Line struct {
	Name   string
	Law    string // second line of its label; may be ""
	Points []Point
	Curve  []XY // of the law: workers, speedup; may be empty
}

// Point is one measured speedup.
type Point struct {
	Workers  int
	Speedup  float64
	Interval *[2]float64 // nil: none is known
	Label    string      // shown when it is pointed at
}

// XY is a point of a curve.
type XY struct{ X, Y float64 }

// Speedup draws speedup against workers, both logarithmic, with the ideal line, the curves, and where the cores end.
// cores is 0 where it is not known.
func Speedup(id string, lines []Line, cores int) *Figure {
	f := newFigure(id, "Speedup against workers")
	lines = drawable(lines)
	if len(lines) == 0 {
		return f.empty("no speedup was measured")
	}
	p := newSpeedupPlot(lines, cores)
	p.frame(&f.root)
	p.reference(&f.root)
	for i, l := range lines {
		p.line(&f.root, l, lookOf(i))
	}
	f.height = p.labels(&f.root)
	f.Desc = p.desc()
	return f
}

// drawable are the lines without what cannot be drawn, in the order of workers.
func drawable(lines []Line) []Line {
	var kept []Line
	for _, l := range lines {
		l.Points = slices.DeleteFunc(slices.Clone(l.Points), func(p Point) bool {
			return p.Workers < 1 || !positive(p.Speedup)
		})
		l.Curve = slices.DeleteFunc(slices.Clone(l.Curve), func(c XY) bool { return !positive(c.X) || !positive(c.Y) })
		slices.SortStableFunc(l.Points, func(a, b Point) int { return cmp.Compare(a.Workers, b.Workers) })
		slices.SortStableFunc(l.Curve, func(a, b XY) int { return cmp.Compare(a.X, b.X) })
		if len(l.Points) > 0 {
			kept = append(kept, l)
		}
	}
	return kept
}

// speedupPlot is where things stand.
type speedupPlot struct {
	lines  []Line
	cores  int
	x, y   axis
	ahead  float64 // workers, where the curves end; 0 without any
	beside bool    // labels stand beside the lines, not in a legend
}

const speedupTop, speedupBottom = 26, 266 // px, of the plot

func newSpeedupPlot(lines []Line, cores int) *speedupPlot {
	p := &speedupPlot{lines: lines, cores: cores}
	p.beside = p.fits()
	xlo, xhi, ylo, yhi := math.Inf(1), 0.0, 1.0, 2.0
	for _, l := range lines {
		for _, q := range l.Points {
			xlo, xhi = min(xlo, float64(q.Workers)), max(xhi, float64(q.Workers))
			ylo, yhi = min(ylo, q.Speedup), max(yhi, q.Speedup)
			if ends(q.Interval) {
				yhi = max(yhi, q.Interval[1])
				if q.Interval[0] > 0 {
					ylo = min(ylo, q.Interval[0])
				}
			}
		}
		for _, c := range l.Curve {
			xlo, xhi = min(xlo, c.X), max(xhi, c.X)
			ylo, yhi = min(ylo, c.Y), max(yhi, c.Y)
			p.ahead = max(p.ahead, c.X)
		}
	}
	if next := math.Exp2(math.Ceil(math.Log2(yhi))); next < 1.5*yhi {
		yhi = next // so that a line of the grid is near the top
	}
	if xhi/xlo < 1.2 {
		xlo, xhi = xlo/2, xhi*2
	}
	room := math.Pow(yhi/ylo, 0.04)
	ylo, yhi = ylo/room, yhi*math.Sqrt(room)
	right := width - 26.0 - labelRoom
	if !p.beside {
		right = width - 16
	}
	p.y = axis{lo: ylo, hi: yhi, from: speedupBottom, to: speedupTop, log: true}
	left := 30.0
	for _, t := range octaves(ylo, yhi, 9) {
		left = max(left, wide(t.text, fontSize)+8)
	}
	p.x = axis{lo: xlo, hi: xhi, from: left + 16, to: right, log: true}
	return p
}

// frame draws the grid, the axes and their ticks.
func (p *speedupPlot) frame(n *node) {
	g := n.group()
	left, right := p.x.from-10, p.x.to
	lines := new(path)
	for _, t := range octaves(p.y.lo, p.y.hi, 9) {
		y := p.y.at(t.v)
		lines.move(left, y).to(right, y)
		g.text(left-6, y+4, t.text).set("text-anchor", "end").fill(muted)
	}
	g.path(lines.String()).stroke(grid, 1)
	g.line(left, speedupBottom, right, speedupBottom).stroke(axisInk, 1)
	marks := new(path)
	for _, t := range p.counts() {
		x := p.x.at(t.v)
		marks.move(x, speedupBottom).to(x, speedupBottom+4)
		g.text(x, speedupBottom+18, t.text).set("text-anchor", "middle").fill(muted)
	}
	g.path(marks.String()).stroke(axisInk, 1)
	g.text((left+right)/2, speedupBottom+36, "workers").set("text-anchor", "middle").fill(muted)
}

// counts are the ticks of the workers: those that were measured, the cores, and where the curves end. Where they are too
// close to each other, the later ones in this order give way.
func (p *speedupPlot) counts() []tick {
	var wanted []float64
	for _, l := range p.lines {
		for _, q := range l.Points {
			wanted = append(wanted, float64(q.Workers))
		}
	}
	slices.SortFunc(wanted, func(a, b float64) int { return cmp.Or(-cmp.Compare(even(a), even(b)), cmp.Compare(a, b)) })
	if float64(p.cores) >= p.x.lo && float64(p.cores) <= p.x.hi {
		wanted = append([]float64{float64(p.cores)}, wanted...)
	}
	wanted = append(wanted, math.Floor(p.ahead))
	var ticks []tick
	for _, v := range wanted {
		text := digits(v, 3)
		if v == math.Trunc(v) && v < 1e7 {
			text = fmt.Sprintf("%.0f", v)
		}
		fits := v >= p.x.lo && !slices.ContainsFunc(ticks, func(t tick) bool {
			return math.Abs(p.x.at(t.v)-p.x.at(v)) < (wide(t.text, fontSize)+wide(text, fontSize))/2+4
		})
		if fits {
			ticks = append(ticks, tick{v, text})
		}
	}
	slices.SortFunc(ticks, func(a, b tick) int { return cmp.Compare(a.v, b.v) })
	return ticks
}

// even is 1 for powers of two, which make the best ticks.
func even(v float64) int {
	if f, _ := math.Frexp(v); f == 0.5 {
		return 1
	}
	return 0
}

// reference draws what lines are compared with: the ideal, and the number of cores.
func (p *speedupPlot) reference(n *node) {
	g := n.group()
	lo, hi := max(p.x.lo, p.y.lo), min(p.x.hi, p.y.hi)
	if lo < hi {
		g.line(p.x.at(lo), p.y.at(lo), p.x.at(hi), p.y.at(hi)).stroke(axisInk, 1).set("stroke-dasharray", "5 4").
			title("ideal: as many times as fast as there are workers")
		p.ideal(g, lo, hi)
	}
	if c := float64(p.cores); c >= p.x.lo && c <= p.x.hi {
		told := fmt.Sprintf("%d cores", p.cores)
		if p.cores == 1 {
			told = "1 core"
		}
		x := p.x.at(c)
		g.line(x, speedupTop-4, x, speedupBottom).stroke(axisInk, 1).set("stroke-dasharray", "2 3").title(told)
		at := min(x, width-4-wide(told, fontSize)/2)
		g.text(at, speedupTop-10, told).set("text-anchor", "middle").fill(muted)
	}
}

// ideal names the line from lo to hi, at a point near its upper end: the text stands to the left of it and above, where
// no line that is slower than ideal comes, and not across the line of the cores.
func (p *speedupPlot) ideal(g *node, lo, hi float64) {
	const room = 38
	x0, y0, x1, y1 := p.x.at(lo), p.y.at(lo), p.x.at(hi), p.y.at(hi)
	cores := p.x.at(float64(p.cores))
	for y := y1 + 14; y < y0; y += 8 {
		x := x1 - (x1-x0)*(y-y1)/(y0-y1)
		if x-room < p.x.from {
			return
		}
		if p.cores < 1 || x < cores || x-room > cores {
			g.text(x-5, y-3, "ideal").set("text-anchor", "end").fill(muted).halo()
			return
		}
	}
}

// line draws the curve, dashed beyond what was measured, then whiskers and points.
func (p *speedupPlot) line(n *node, l Line, k look) {
	g := n.group()
	measured := float64(l.Points[len(l.Points)-1].Workers)
	within, beyond := split(l.Curve, measured)
	if len(l.Curve) == 0 {
		for _, q := range l.Points {
			within = append(within, XY{float64(q.Workers), q.Speedup})
		}
	}
	if d := p.trace(within); d != "" {
		g.path(d).set("fill", "none").stroke(k.role, 1.8).set("stroke-linejoin", "round").title(strings.TrimSuffix(l.Name+": "+l.Law, ": "))
	}
	if d := p.trace(beyond); d != "" {
		g.path(d).set("fill", "none").stroke(k.role, 1.8).set("stroke-dasharray", "4 4").
			title(l.Name + ": by the law, not measured")
	}
	for _, q := range l.Points {
		x := p.x.at(float64(q.Workers))
		m := g.group().title(cmp.Or(q.Label, fmt.Sprintf("%s, %d workers: %s", l.Name, q.Workers, times(q.Speedup))))
		if ends(q.Interval) {
			m.path(p.whisker(x, *q.Interval)).stroke(k.role, 1.5)
		}
		m.markAt(k, x, p.y.at(q.Speedup), 4)
	}
}

// whisker is an upright line with a bar at either end.
func (p *speedupPlot) whisker(x float64, i [2]float64) string {
	hi, lo := p.y.at(i[1]), speedupBottom+0.0
	if i[0] > 0 {
		lo = p.y.at(i[0])
	}
	return new(path).move(x, lo).to(x, hi).move(x-3, hi).to(x+3, hi).move(x-3, lo).to(x+3, lo).String()
}

// desc tells the chart in a sentence.
func (p *speedupPlot) desc() string {
	var told []string
	for i, l := range p.lines {
		if i == 8 {
			told = append(told, fmt.Sprintf("%d more lines", len(p.lines)-8))
			break
		}
		last := l.Points[len(l.Points)-1]
		told = append(told, fmt.Sprintf("%s %s with %d", l.Name, times(last.Speedup), last.Workers))
	}
	return "Median speedup by number of workers, both axes logarithmic: " + strings.Join(told, ", ") + "."
}
