package charts

import (
	"fmt"
	"math"
	"slices"

	"bench/runner/internal/stats"
)

// Row is the times of one cell.
type Row struct {
	Name      string
	Group     int       // rows of one group have one colour and shape, from 0
	Times     []float64 // s, of each counted trial, in block order
	Median    float64
	Quartiles *[2]float64 // nil: too few trials
	Label     string
}

// Times draws a row for each cell: density, quartiles, and every trial.
func Times(id string, rows []Row) *Figure {
	f := newFigure(id, "Time by cell")
	if len(rows) == 0 {
		return f.empty("no cell was measured")
	}
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = r.Name
	}
	c := cloud{height: rowHeight(len(rows), 46, 16), points: 48}
	if len(rows) > 30 {
		c.points = 24
	}
	left := nameRoom(all, fontSize, 150)
	c.x = timeAxis(rows, left+14, width-16)
	bottom := 10 + c.height*float64(len(rows)) + 3
	f.height = timeTicks(&f.root, c.x, "time", 4, bottom)
	told := names(all, fontSize, left-8, linesIn(c.height))
	for i, r := range rows {
		top := 10 + c.height*float64(i)
		g := f.root.group().title(rowTitle(r))
		g.named(left, top+c.height/2, told[i], r.Name, "end")
		c.row(g, r, top)
	}
	f.Desc = fmt.Sprintf("Times of %d cells: the median, the quartiles, the density and each trial.", len(rows))
	return f
}

// rowHeight shrinks rows from most to least px, the more of them there are.
func rowHeight(n int, most, least float64) float64 { return min(max(640/float64(n), least), most) }

// linesIn is how many lines of a name a row has room for.
func linesIn(height float64) int { return min(max(int(height/14), 1), 3) }

// nameRoom is the x at which names end: as wide as the longest needs, up to a limit.
func nameRoom(names []string, size, limit float64) float64 {
	room := 40.0
	for _, name := range names {
		room = max(room, min(wide(name, size), limit))
	}
	return room + 8
}

func rowTitle(r Row) string {
	if r.Label != "" {
		return r.Label
	}
	n := len(r.times())
	if n == 0 {
		return r.Name + ": no trial"
	}
	return fmt.Sprintf("%s: n=%d", r.Name, n)
}

// times are those that can be drawn.
func (r Row) times() []float64 {
	return slices.DeleteFunc(slices.Clone(r.Times), func(v float64) bool { return v < 0 || !usable(v) })
}

// timeAxis begins at zero. Where the longest time is more than 50 times the shortest, it is logarithmic. Densities have room
// to come down, unless that takes much of the axis.
func timeAxis(rows []Row, from, to float64) axis {
	lo, hi := math.Inf(1), 0.0
	for _, r := range rows {
		for _, v := range r.times() {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if hi == 0 {
		return axis{hi: 1, from: from, to: to}
	}
	if lo > 0 && hi/lo > 50 {
		down, up := lo/1.3, hi*1.3
		for _, r := range rows {
			all := r.times()
			for i := range all {
				all[i] = math.Log(all[i])
			}
			least, most := reach(all)
			down, up = min(down, max(math.Exp(least), lo/3)), max(up, min(math.Exp(most), hi*3))
		}
		return axis{lo: down, hi: up, from: from, to: to, log: true}
	}
	up := hi * 1.04
	for _, r := range rows {
		_, most := reach(r.times())
		up = max(up, min(most, 1.25*hi))
	}
	return axis{hi: up, from: from, to: to}
}

// enough trials for a density.
const enough = 5

// reach is how far the density of values goes until nothing of it is to be seen; no number if they have none.
func reach(all []float64) (from, to float64) {
	bandwidth, ok := stats.Bandwidth(all)
	if !ok || len(all) < enough {
		return math.Inf(1), math.Inf(-1)
	}
	return slices.Min(all) - 3*bandwidth, slices.Max(all) + 3*bandwidth
}

// timeTicks draws the grid, the axis and what it shows, in s, and returns the y below it.
func timeTicks(n *node, x axis, what string, top, bottom float64) float64 {
	g := n.group()
	ticks, u := linear(x.lo, x.hi, "s", 6)
	told := what + ", " + u.name
	if x.log {
		ticks, told = decades(x.lo, x.hi, "s", 7), what+" (log scale)"
	}
	lines := new(path)
	for _, t := range ticks {
		at := x.at(t.v)
		lines.move(at, top).to(at, bottom)
		g.text(at, bottom+16, t.text).set("text-anchor", "middle").fill(muted)
	}
	g.path(lines.String()).stroke(grid, 1)
	g.line(x.from, bottom, x.to, bottom).stroke(axisInk, 1)
	g.text((x.from+x.to)/2, bottom+34, told).set("text-anchor", "middle").fill(muted)
	return bottom + 44
}

// cloud draws rows.
type cloud struct {
	x      axis
	height float64
	points int // of a density
}

func (c cloud) row(g *node, r Row, top float64) {
	k := lookOf(r.Group)
	all := r.times()
	if len(all) == 0 {
		g.text(c.x.from+6, top+c.height/2+4, "no trial").fill(muted)
		return
	}
	at := make([]float64, len(all))
	for i, v := range all {
		at[i] = c.x.at(v)
	}
	base := top + 0.56*c.height
	if len(at) >= enough {
		c.density(g, at, k, base, 0.5*c.height)
	}
	c.dots(g, at, k, base+0.22*c.height, 0.2*c.height)
	c.box(g, r, k, base, 0.14*c.height)
}

// density is how close the trials are to each other, as the axis shows them. Where it has no room to come down it ends with
// the trials, on both sides.
func (c cloud) density(g *node, at []float64, k look, base, height float64) {
	bandwidth, ok := stats.Bandwidth(at)
	if !ok {
		return
	}
	lo, hi := reach(at)
	if lo < c.x.from-1 || hi > c.x.to+1 {
		lo, hi = slices.Min(at), slices.Max(at)
	}
	xs := make([]float64, c.points)
	for i := range xs {
		xs[i] = lo + (hi-lo)*float64(i)/float64(c.points-1)
	}
	ys := stats.Density(at, bandwidth, xs)
	most := slices.Max(ys)
	if !(most > 0) {
		return
	}
	d := new(path).move(lo, base)
	for i, y := range ys {
		d.to(xs[i], base-y/most*height)
	}
	d.to(hi, base)
	g.path(d.String()).fill(k.role).set("fill-opacity", ".2").stroke(k.role, 1)
}

// box is the quartiles, with the median as a bar across.
func (c cloud) box(g *node, r Row, k look, base, height float64) {
	if q := r.Quartiles; ends(q) && q[0] >= 0 {
		x := c.x.at(q[0])
		g.rect(x, base+1, max(c.x.at(q[1])-x, 1), height).fill(surface).stroke(k.role, 1.2)
	}
	if r.Median >= 0 && usable(r.Median) {
		x := c.x.at(r.Median)
		g.line(x, base-1, x, base+height+3).stroke(k.role, 2.5)
	}
}

// dots draws the trials, those on the same pixel as one. Each lies higher or lower by its place in the order.
func (c cloud) dots(g *node, at []float64, k look, top, height float64) {
	step, levels := 0.5, 5.0
	if len(at) > 1000 {
		step = 1
	}
	r := min(max(c.height/22, 1.2), 2)
	if r < 1.6 {
		k.shape = circle // no other can be told
	}
	type spot struct{ x, level float64 }
	seen := make(map[spot]bool, len(at))
	d := new(path)
	for i, x := range at {
		_, share := math.Modf(float64(i) * 0.618034)
		s := spot{math.Round(x/step) * step, math.Floor(share * levels)}
		if seen[s] {
			continue
		}
		seen[s] = true
		y := top + height*s.level/(levels-1)
		if k.shape == circle {
			d.dot(s.x, y)
		} else {
			d.mark(k.shape, s.x, y, r)
		}
	}
	p := g.path(d.String())
	if k.shape == circle {
		p.stroke(k.role, 2*r).set("stroke-linecap", "round")
	} else {
		p.fill(k.role)
	}
	p.set("opacity", ".8")
}
