package charts

import (
	"cmp"
	"slices"
)

// label stands beside the end of a line.
type label struct {
	text   string // the first line
	law    []string
	look   look
	want   float64 // y of where the line ends
	y      float64 // y of its middle
	height float64
}

const labelRoom = 150 // px, for the texts

// labels writes the name, the last speedup and the law of each line: beside its end, or below where that is too much.
// It returns the height of the figure.
func (p *speedupPlot) labels(n *node) float64 {
	all, total := make([]label, len(p.lines)), 0.0
	for i, l := range p.lines {
		last := l.Points[len(l.Points)-1]
		end := last.Speedup
		if len(l.Curve) > 0 {
			end = l.Curve[len(l.Curve)-1].Y
		}
		all[i] = label{text: times(last.Speedup), look: lookOf(i), want: p.y.at(end), law: wrap(l.Law, fontSize, labelRoom, 2)}
		all[i].height = 22 + 14*float64(len(all[i].law))
		total += all[i].height
	}
	const bottom = speedupBottom + 48
	if !p.beside {
		return p.below(n, all, bottom)
	}
	if total > speedupBottom-speedupTop+20 {
		for i := range all {
			all[i].law, all[i].height = nil, 22
		}
	}
	spread(all, speedupTop-10, speedupBottom+10)
	for i, l := range all {
		g := n.group().title(p.lines[i].Name + " " + l.text + ". " + p.lines[i].Law)
		y := l.y - l.height/2 + 14
		g.markAt(l.look, p.x.to+14, y-4.5, 4.5)
		const size = 13
		name := clip(p.lines[i].Name, size*bold, labelRoom-wide(" "+l.text, size*bold))
		g.text(p.x.to+24, y, name+" "+l.text).set("font-weight", "600").set("font-size", num(size)).fill(l.look.role)
		for j, law := range l.law {
			g.text(p.x.to+24, y+15+14*float64(j), law).fill(muted)
		}
	}
	return bottom
}

// below writes the labels as a legend of two columns.
func (p *speedupPlot) below(n *node, all []label, top float64) float64 {
	const column, height = (width - 32) / 2, 19
	for i, l := range all {
		x, y := 24+column*float64(i%2), top+8+height*float64(i/2)
		g := n.group().title(p.lines[i].Name + " " + l.text + ". " + p.lines[i].Law)
		g.markAt(l.look, x, y, 4)
		room := column - 24 - wide(l.text, fontSize)
		g.text(x+10, y+4, clip(p.lines[i].Name, fontSize, room)+" "+l.text)
	}
	return top + 12 + height*float64((len(all)+1)/2)
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
