package charts

// shape is the form of a mark, besides its colour.
type shape int

const (
	circle shape = iota
	square
	triangle
	diamond
	inverted // a triangle on its tip
	plus
	cross
	shapes // how many there are
)

// look is what the marks of a line or group have in common.
type look struct {
	role  role
	shape shape
}

// lookOf is the look of the i-th line or group. Six colours and seven shapes make 42 that differ.
func lookOf(i int) look {
	i = max(i, 0)
	return look{series[i%len(series)], shape(i % int(shapes))}
}

// mark adds a shape of about the area of a circle with radius r.
func (p *path) mark(s shape, x, y, r float64) *path {
	switch s {
	case circle:
		p.move(x-r, y).WriteString("a" + num(r) + " " + num(r) + " 0 1 1 " + num(2*r) + " 0a" + num(r) + " " + num(r) + " 0 1 1 " + num(-2*r) + " 0")
		return p.close()
	case square:
		return p.rect(x-0.9*r, y-0.9*r, 1.8*r, 1.8*r)
	case triangle:
		return p.move(x, y-1.2*r).by(1.2*r, 2.1*r).by(-2.4*r, 0).close()
	case inverted:
		return p.move(x, y+1.2*r).by(1.2*r, -2.1*r).by(-2.4*r, 0).close()
	case diamond:
		return p.move(x, y-1.3*r).by(1.3*r, 1.3*r).by(-1.3*r, 1.3*r).by(-1.3*r, -1.3*r).close()
	case plus:
		a, b := 0.45*r, 1.2*r
		p.move(x-a, y-b).by(2*a, 0).by(0, b-a).by(b-a, 0).by(0, 2*a).by(a-b, 0).by(0, b-a).by(-2*a, 0).by(0, a-b)
		return p.by(a-b, 0).by(0, -2*a).by(b-a, 0).close()
	}
	a, b := 0.5*r, 1.2*r // a cross, its bars 2a wide across
	p.move(x, y-a).by(b-a, a-b).by(a, a).by(a-b, b-a).by(b-a, b-a).by(-a, a).by(a-b, a-b).by(a-b, b-a)
	return p.by(-a, -a).by(b-a, a-b).by(a-b, a-b).by(a, -a).close()
}

// markAt draws a shape with a rim in the colour of the surface, so that it stands out from lines.
func (n *node) markAt(l look, x, y, r float64) *node {
	return n.path(new(path).mark(l.shape, x, y, r).String()).fill(l.role).stroke(surface, 1)
}

// Patterns, each with its colour.
const (
	hatch   role = "#wait"
	backs   role = "#spawn"
	crossed role = "#join"
	bars    role = "#startup"
)

// use makes a pattern known to the figure.
func (f *Figure) use(patterns ...role) { f.patterns = append(f.patterns, patterns...) }

// defs declares patterns, with ids of the figure's own.
func defs(id string, patterns []role) *node {
	d := &node{name: "defs"}
	for _, p := range patterns {
		n := d.add("pattern").set("id", id+"-"+string(p[1:])).set("width", "6").set("height", "6").
			set("patternUnits", "userSpaceOnUse")
		colour, lines := waiting, "M-1 1l2-2M0 6l6-6M5 7l2-2"
		switch p {
		case backs:
			colour, lines = series[3], "M-1 5l2 2M0 0l6 6M5-1l2 2"
		case crossed:
			colour, lines = series[2], "M0 3h6M3 0v6"
		case bars:
			colour, lines = series[5], "M1.5 0v6M4.5 0v6"
		}
		n.path("M0 0h6v6h-6z").fill(surface)
		n.path(lines).stroke(colour, 1.5)
	}
	return d
}

// key is an entry of a legend: a swatch in a field of 18 x 12 pixels, and its text.
type key struct {
	draw func(g *node, x, y float64) // y is the middle
	text string
}

// legend draws keys in lines from x to the right end, and returns the y below them.
func (n *node) legend(x, y float64, keys []key) float64 {
	at := x
	for _, k := range keys {
		text := clip(k.text, fontSize, width-x-30)
		room := 24 + wide(text, fontSize) + 16
		if at > x && at+room > width {
			at, y = x, y+20
		}
		g := n.group()
		k.draw(g, at, y)
		g.clipped(at+24, y+4, k.text, fontSize, width-x-30)
		at += room
	}
	return y + 14
}
