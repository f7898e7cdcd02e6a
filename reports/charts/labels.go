package charts

import (
	"cmp"
	"slices"
	"strings"
)

// label stands beside the end of a line.
type label struct {
	text   string // the name, and the last speedup
	law    []string
	look   look
	want   float64 // y of where the line ends
	y      float64 // y of its middle
	height float64
}

const (
	labelRoom = 142 // px, for the texts beside the lines
	labelSize = 13
)

// label is that of a line, in a room of so many pixels for its law.
func (p *speedupPlot) label(i int, room float64) label {
	l := p.lines[i]
	last := times(l.Points[len(l.Points)-1].Speedup)
	out := label{text: l.Name + " " + last, look: lookOf(i), law: wrap(l.Law, fontSize, room, 3)}
	out.height = 22 + 14*float64(len(out.law))
	return out
}

// fits tells whether all labels can stand beside the lines, with nothing cut.
func (p *speedupPlot) fits() bool {
	total := 0.0
	for i := range p.lines {
		l := p.label(i, labelRoom)
		total += l.height
		if wide(l.text, labelSize*bold) > labelRoom || len(l.law) > 2 || slices.ContainsFunc(l.law, func(s string) bool { return strings.HasSuffix(s, "…") }) {
			return false
		}
	}
	return total <= speedupBottom-speedupTop+20
}

// labels writes the name, the last speedup and the law of each line: beside its end, or below where that is too much.
// It returns the height of the figure.
func (p *speedupPlot) labels(n *node) float64 {
	const bottom = speedupBottom + 48
	if !p.beside {
		return p.below(n, bottom)
	}
	all := make([]label, len(p.lines))
	for i, l := range p.lines {
		end := l.Points[len(l.Points)-1].Speedup
		if len(l.Curve) > 0 {
			end = l.Curve[len(l.Curve)-1].Y
		}
		all[i] = p.label(i, labelRoom)
		all[i].want = p.y.at(end)
	}
	spread(all, speedupTop-10, speedupBottom+10)
	for i, l := range all {
		g := n.group().title(l.text + ". " + p.lines[i].Law)
		y := l.y - l.height/2 + 14
		g.markAt(l.look, p.x.to+14, y-4.5, 4.5)
		g.text(p.x.to+24, y, clean(l.text)).set("font-weight", "600").set("font-size", num(labelSize)).fill(l.look.role)
		for j, law := range l.law {
			g.text(p.x.to+24, y+15+14*float64(j), law).fill(muted)
		}
	}
	return bottom
}

// below writes the labels as a legend: in two columns where there are many lines, without their laws.
func (p *speedupPlot) below(n *node, top float64) float64 {
	columns := 1
	if len(p.lines) > 8 {
		columns = 2
	}
	column := (width - 32) / float64(columns)
	all, room, value := make([]string, len(p.lines)), column-28, 0.0
	for i, l := range p.lines {
		all[i] = l.Name
		value = max(value, wide(" "+times(l.Points[len(l.Points)-1].Speedup), fontSize*bold))
	}
	texts := names(all, fontSize*bold, room-value, 3-columns)
	y, next := top+4, top+4
	for i := range p.lines {
		if i%columns == 0 {
			y = next
		}
		l, x := p.label(i, room), 24+column*float64(i%columns)
		g := n.group().title(l.text + ". " + p.lines[i].Law)
		g.markAt(l.look, x, y, 4)
		lines := texts[i]
		lines[len(lines)-1] += " " + times(p.lines[i].Points[len(p.lines[i].Points)-1].Speedup)
		at := y + 4
		for _, s := range lines {
			g.text(x+12, at, s).set("font-weight", "600").fill(l.look.role)
			at += 14
		}
		if columns == 1 {
			for _, s := range l.law {
				g.text(x+12, at+1, s).fill(muted)
				at += 14
			}
		}
		next = max(next, at+4)
	}
	return next + 4
}

// spread moves labels as little apart as it takes for none to touch another, between top and bottom.
func spread(all []label, top, bottom float64) {
	order := make([]*label, len(all))
	for i := range all {
		order[i] = &all[i]
	}
	slices.SortStableFunc(order, func(a, b *label) int { return cmp.Compare(a.want, b.want) })
	free := top
	for _, l := range order {
		l.y = max(l.want, free+l.height/2)
		free = l.y + l.height/2
	}
	free = bottom
	for _, l := range slices.Backward(order) {
		l.y = min(l.y, free-l.height/2)
		free = l.y - l.height/2
	}
}
