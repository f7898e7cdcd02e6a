package charts

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Change is how much longer a cell takes than it took before.
type Change struct {
	Name     string
	Value    float64     // 1: 0.05 is 5 % longer
	Interval *[2]float64 // nil: none is known
	Word     string      // slower, faster, or something else
	Label    string      // shown when it is pointed at
}

// Changes draws a row for each cell: the change and its interval, beside the line of no change.
func Changes(id string, rows []Change) *Figure {
	f := newFigure(id, "Change by cell")
	rows = slices.DeleteFunc(slices.Clone(rows), func(c Change) bool { return !grown(c.Value) })
	if len(rows) == 0 {
		return f.empty("no cell can be compared")
	}
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = r.Name
	}
	height := rowHeight(len(rows), 26, 15)
	left := nameRoom(all, fontSize, 150)
	p := newChangePlot(rows, left+14, width-16)
	bottom := 8 + height*float64(len(rows)) + 3
	f.height = p.frame(&f.root, 4, bottom)
	told := names(all, fontSize, left-8, linesIn(height))
	for i, r := range rows {
		y := 8 + height*(float64(i)+0.5)
		g := f.root.group().title(r.title())
		g.named(left, y, told[i], r.Name, "end")
		p.row(g, r, y)
	}
	f.Desc = fmt.Sprintf("Change of the time of %d cells: %d slower, %d faster.", len(rows), count(rows, "slower"), count(rows, "faster"))
	return f
}

// grown tells whether a change can be drawn: no time is below zero.
func grown(v float64) bool { return usable(v) && v > -1 }

func (c Change) title() string {
	if c.Label != "" {
		return c.Label
	}
	return c.Name + ": " + share(c.Value)
}

func (c Change) ends() bool { return ends(c.Interval) && grown(c.Interval[0]) }

func count(rows []Change, word string) (n int) {
	for _, r := range rows {
		if r.Word == word {
			n++
		}
	}
	return n
}

// changePlot is where things stand: by the change, or where there is a great one by the logarithm of the factor.
type changePlot struct {
	x     axis
	ticks []tick
	what  string
}

func newChangePlot(rows []Change, from, to float64) changePlot {
	lo, hi := -0.02, 0.02 // so that noise is not magnified
	for _, r := range rows {
		lo, hi = min(lo, r.Value), max(hi, r.Value)
		if r.ends() {
			lo, hi = min(lo, r.Interval[0]), max(hi, r.Interval[1])
		}
	}
	if hi > 1.5 || lo < -0.6 {
		room := math.Pow((1+hi)/(1+lo), 0.04)
		x := axis{lo: (1 + lo) / room, hi: (1 + hi) * room, from: from, to: to, log: true}
		ticks := octaves(x.lo, x.hi, 6)
		if x.hi/x.lo > 64 {
			ticks = decades(x.lo, x.hi, "", 5)
		}
		return changePlot{x, ticks, "time after / time before (log scale)"}
	}
	room := 0.04 * (hi - lo)
	x := axis{lo: 1 + lo - room, hi: 1 + hi + room, from: from, to: to}
	ticks, _ := linear(100*(x.lo-1), 100*(x.hi-1), "", 6)
	for i, t := range ticks {
		ticks[i] = tick{1 + t.v/100, strings.Replace(t.text, "-", "−", 1)}
		if t.v > 0 {
			ticks[i].text = "+" + t.text
		}
	}
	return changePlot{x, ticks, "change of the time, %"}
}

// share is a change in percent.
func share(v float64) string {
	if v < 0 {
		return "−" + percent(-v)
	}
	return "+" + percent(v)
}

// frame draws the grid, the axis and the line of no change, and returns the y below them.
func (p changePlot) frame(n *node, top, bottom float64) float64 {
	g := n.group()
	lines := new(path)
	for _, t := range p.ticks {
		at := p.x.at(t.v)
		lines.move(at, top).to(at, bottom)
		g.text(at, bottom+16, t.text).set("text-anchor", "middle").fill(muted)
	}
	g.path(lines.String()).stroke(grid, 1)
	g.line(p.x.from, bottom, p.x.to, bottom).stroke(axisInk, 1)
	zero := p.x.at(1)
	g.line(zero, top, zero, bottom).stroke(axisInk, 1.5).title("no change")
	g.text((p.x.from+p.x.to)/2, bottom+34, p.what).set("text-anchor", "middle").fill(muted)
	return bottom + 44
}

// row is a whisker and a mark, which points to where the change goes if that is known.
func (p changePlot) row(g *node, r Change, y float64) {
	look := look{muted, circle}
	switch r.Word {
	case "slower":
		look.role, look.shape = fail, triangle
	case "faster":
		look.role, look.shape = pass, inverted
	}
	if r.ends() {
		from, to := p.x.at(1+r.Interval[0]), p.x.at(1+r.Interval[1])
		g.path(new(path).move(from, y).to(to, y).move(from, y-3).to(from, y+3).move(to, y-3).to(to, y+3).String()).stroke(look.role, 1.5)
	}
	g.markAt(look, p.x.at(1+r.Value), y, 4)
}
