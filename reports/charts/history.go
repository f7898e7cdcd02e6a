package charts

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Moment is one run in a trend.
type Moment struct {
	Name     string // short, for the axis: a commit or a date
	Label    string
	Value    *float64 // nil: the run gave none
	Interval *[2]float64
	Outcome  string // pass, fail, inconclusive, error, skipped
}

// Trend is a check over runs, oldest first.
type Trend struct {
	Unit    string // s, B, 1, …: of all values
	Moments []Moment
	Limit   *float64
	Usual   *[3]float64 // low, median, high of the earlier runs; nil: too few
}

// mostMoments that a history shows.
const mostMoments = 240

// outcomes with their look.
var outcomes = []struct {
	name string
	look look
}{
	{"pass", look{pass, circle}}, {"fail", look{fail, cross}}, {"inconclusive", look{unsure, diamond}},
	{"error", look{broken, triangle}}, {"skipped", look{skipped, square}},
}

const historyTop, historyBottom = 14, 214 // px, of the plot

// History draws a trend, with the limit and the band of what is usual.
func History(id string, t Trend) *Figure {
	f := newFigure(id, "Earlier runs")
	all := len(t.Moments)
	t.Moments = t.Moments[max(all-mostMoments, 0):]
	lo, hi, shown := t.bounds()
	if shown == 0 {
		return f.empty("no run gave a value")
	}
	y := axis{lo: lo, hi: hi, from: historyBottom, to: historyTop}
	ticks, u := linear(lo, hi, t.Unit, 5)
	left := 0.0
	for i := range ticks {
		ticks[i].text = u.join(ticks[i].text)
		left = max(left, wide(ticks[i].text, fontSize))
	}
	left += 14
	x := axis{hi: float64(max(len(t.Moments)-1, 1)), from: left + 12, to: width - 20}
	if len(t.Moments) == 1 {
		x = axis{lo: -1, hi: 1, from: left, to: width - 20}
	}
	h := historyPlot{t, x, y, left}
	h.frame(f.root.group(), ticks)
	h.reference(f.root.group())
	for i, m := range t.Moments {
		h.moment(&f.root, m, x.at(float64(i)))
	}
	f.height = f.root.legend(left, historyBottom+42, t.keys())
	f.Desc = t.desc(shown, all)
	return f
}

func (t Trend) desc(shown, all int) string {
	told := fmt.Sprintf("Values of %d of %d runs, oldest first", shown, len(t.Moments))
	if all > len(t.Moments) {
		told = fmt.Sprintf("Values of %d of the last %d runs of %d, oldest first", shown, len(t.Moments), all)
	}
	for _, m := range slices.Backward(t.Moments) {
		if m.usable() {
			told += "; the newest is " + quantity(*m.Value, t.Unit)
			break
		}
	}
	if t.Limit != nil && usable(*t.Limit) {
		told += ", the limit " + brief(*t.Limit, t.Unit)
	}
	return told + "."
}

func (m Moment) usable() bool { return m.Value != nil && usable(*m.Value) }

// bounds of everything that is drawn, with some room, and how many values there are.
func (t Trend) bounds() (lo, hi float64, shown int) {
	lo, hi = math.Inf(1), math.Inf(-1)
	grow := func(vs ...float64) {
		for _, v := range vs {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	for _, m := range t.Moments {
		if !m.usable() {
			continue
		}
		shown++
		grow(*m.Value)
		if ends(m.Interval) {
			grow(m.Interval[:]...)
		}
	}
	if t.Limit != nil && usable(*t.Limit) {
		grow(*t.Limit)
	}
	if t.usual() {
		grow(t.Usual[:]...)
	}
	room := 0.06 * (hi - lo)
	if !(room > 1e-9*max(math.Abs(lo), math.Abs(hi))) {
		room = max(0.05*math.Abs(hi), 1e-90)
	}
	if lo >= 0 && lo-room < 0 {
		return 0, hi + room, shown
	}
	return lo - room, hi + room, shown
}

func (t Trend) usual() bool {
	u := t.Usual
	return u != nil && usable(u[0]) && usable(u[1]) && usable(u[2]) && u[0] <= u[1] && u[1] <= u[2]
}

// historyPlot is where things stand.
type historyPlot struct {
	Trend
	x, y axis
	left float64
}

func (h historyPlot) frame(g *node, ticks []tick) {
	lines := new(path)
	for _, t := range ticks {
		y := h.y.at(t.v)
		lines.move(h.left, y).to(width-8, y)
		g.text(h.left-6, y+4, t.text).set("text-anchor", "end").fill(muted)
	}
	g.path(lines.String()).stroke(grid, 1)
	g.line(h.left, historyBottom, width-8, historyBottom).stroke(axisInk, 1)
	h.names(g)
}

// names writes those of the moments that have room: the newest always.
func (h historyPlot) names(g *node) {
	free := width + 8.0
	for i, m := range slices.Backward(h.Moments) {
		x := h.x.at(float64(i))
		name := clip(m.Name, fontSize, 90)
		half := wide(name, fontSize) / 2
		at := max(min(x, width-4-half), half+2)
		if name == "" || at+half+8 > free {
			continue
		}
		free = at - half
		g.text(at, historyBottom+18, name).set("text-anchor", "middle").fill(muted)
		g.line(x, historyBottom, x, historyBottom+4).stroke(axisInk, 1)
	}
}

// reference draws what is usual, and the limit.
func (h historyPlot) reference(g *node) {
	if h.usual() {
		lo, mid, hi := h.y.at(h.Usual[0]), h.y.at(h.Usual[1]), h.y.at(h.Usual[2])
		told := "usual: " + quantity(h.Usual[1], h.Unit) + ", between " + quantity(h.Usual[0], h.Unit) + " and " + quantity(h.Usual[2], h.Unit)
		b := g.group().title(told)
		b.rect(h.left, hi, width-8-h.left, max(lo-hi, 0.5)).fill(band)
		b.line(h.left, mid, width-8, mid).stroke(usual, 1.5)
	}
	if h.Limit != nil && usable(*h.Limit) {
		y := h.y.at(*h.Limit)
		b := g.group().title("limit: " + brief(*h.Limit, h.Unit))
		b.line(h.left, y, width-8, y).stroke(limit, 1.5).set("stroke-dasharray", "6 3")
		b.text(h.left+4, y+h.side(y), "limit "+brief(*h.Limit, h.Unit)).fill(limit).halo()
	}
}

// side is how far below y the text of the limit stands, or above it where there is less to cover.
func (h historyPlot) side(y float64) float64 {
	const above, below, wide, high = -5, 14, 90, 20
	if y+below > historyBottom {
		return above
	}
	if y-high < historyTop {
		return below
	}
	covered := 0
	for i, m := range h.Moments {
		if m.usable() && h.x.at(float64(i)) < h.left+wide {
			switch off := h.y.at(*m.Value) - y; {
			case off > 0 && off < high:
				covered++
			case off < 0 && off > -high:
				covered--
			}
		}
	}
	if covered > 0 {
		return above
	}
	return below
}

func (h historyPlot) moment(n *node, m Moment, x float64) {
	if !m.usable() {
		return
	}
	g := n.group().title(cmp.Or(m.Label, m.Name+": "+quantity(*m.Value, h.Unit)+", "+m.Outcome))
	k := outcomeLook(m.Outcome)
	if ends(m.Interval) {
		g.line(x, h.y.at(m.Interval[0]), x, h.y.at(m.Interval[1])).stroke(k.role, 1.5)
	}
	g.markAt(k, x, h.y.at(*m.Value), 4)
}

func outcomeLook(name string) look {
	for _, o := range outcomes {
		if o.name == name {
			return o.look
		}
	}
	return look{skipped, plus}
}

// keys of the outcomes that occur, and of what is usual.
func (t Trend) keys() []key {
	var keys []key
	for _, o := range outcomes {
		if slices.ContainsFunc(t.Moments, func(m Moment) bool { return m.usable() && m.Outcome == o.name }) {
			keys = append(keys, key{func(g *node, x, y float64) { g.markAt(o.look, x+9, y, 4) }, o.name})
		}
	}
	if t.usual() {
		keys = append(keys, key{func(g *node, x, y float64) {
			g.rect(x, y-6, 18, fontSize).fill(band)
			g.line(x, y, x+18, y).stroke(usual, 1.5)
		}, "usual: median and spread of earlier runs"})
	}
	return keys
}
