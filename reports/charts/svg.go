package charts

import (
	"bytes"
	"math"
	"strconv"
)

// node is an element of the drawing. Its methods return it, so that calls can be chained.
type node struct {
	name    string
	attrs   []attr
	tip     string // shown when the mark is pointed at
	content string
	kids    []*node
}

// attr is an attribute with a value, or with the colour or pattern that a role has in the theme.
type attr struct {
	name, value string
	role        role
}

func (n *node) set(name, value string) *node {
	n.attrs = append(n.attrs, attr{name: name, value: value})
	return n
}

func (n *node) fill(r role) *node {
	n.attrs = append(n.attrs, attr{name: "fill", role: r})
	return n
}

func (n *node) stroke(r role, width float64) *node {
	n.attrs = append(n.attrs, attr{name: "stroke", role: r})
	if width != 1 {
		n.set("stroke-width", num(width))
	}
	return n
}

func (n *node) title(s string) *node {
	n.tip = s
	return n
}

func (n *node) add(name string) *node {
	k := &node{name: name}
	n.kids = append(n.kids, k)
	return k
}

func (n *node) group() *node { return n.add("g") }

func (n *node) path(d string) *node { return n.add("path").set("d", d) }

func (n *node) line(x1, y1, x2, y2 float64) *node {
	return n.path(new(path).move(x1, y1).to(x2, y2).String())
}

func (n *node) rect(x, y, w, h float64) *node { return n.path(new(path).rect(x, y, w, h).String()) }

func (n *node) text(x, y float64, s string) *node {
	t := n.add("text").set("x", num(x)).set("y", num(y))
	t.content = s
	return t
}

// clipped is text in at most so many pixels; all of it is told when it is pointed at.
func (n *node) clipped(x, y float64, s string, size, room float64) *node {
	short := clip(s, size, room)
	t := n.text(x, y, short)
	if short != clean(s) {
		t.tip = s
	}
	return t
}

// halo keeps text readable where it crosses lines.
func (n *node) halo() *node {
	return n.set("paint-order", "stroke").stroke(surface, 3).set("stroke-linejoin", "round")
}

// writer turns nodes into bytes.
type writer struct {
	bytes.Buffer
	theme Theme
	id    string
}

func (w *writer) node(n *node) {
	w.WriteString("<" + n.name)
	for _, a := range n.attrs {
		v := a.value
		if a.role != "" {
			v = w.theme.paint(a.role, w.id)
		}
		w.WriteString(" " + a.name + `="` + escape(v) + `"`)
	}
	if n.tip == "" && n.content == "" && len(n.kids) == 0 {
		w.WriteString("/>")
		return
	}
	w.WriteByte('>')
	if n.tip != "" {
		w.WriteString("<title>" + escape(shorten(n.tip, longest)) + "</title>")
	}
	w.WriteString(escape(n.content))
	for _, k := range n.kids {
		w.node(k)
	}
	w.WriteString("</" + n.name + ">")
	if n.name == "g" || n.name == "defs" {
		w.WriteByte('\n')
	}
}

// num is a number of pixels to a tenth. What is not finite never gets here; if it did, it would not get out.
func num(v float64) string {
	if math.IsNaN(v) || math.Abs(v) > 1e7 {
		v = 0
	}
	v = math.Round(10*v) / 10
	if v == 0 {
		v = 0 // not -0
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// path is the d of a path.
type path struct{ bytes.Buffer }

func (p *path) pair(x, y float64) *path {
	p.WriteString(num(x))
	if y := num(y); y[0] != '-' {
		p.WriteString(" " + y)
	} else {
		p.WriteString(y)
	}
	return p
}

func (p *path) move(x, y float64) *path { p.WriteByte('M'); return p.pair(x, y) }
func (p *path) to(x, y float64) *path   { p.WriteByte('L'); return p.pair(x, y) }
func (p *path) by(x, y float64) *path   { p.WriteByte('l'); return p.pair(x, y) }
func (p *path) close() *path            { p.WriteByte('z'); return p }

func (p *path) rect(x, y, w, h float64) *path {
	p.move(x, y).WriteString("h" + num(w) + "v" + num(h) + "h" + num(-w))
	return p.close()
}

// dot is a round spot where the path is stroked with round ends.
func (p *path) dot(x, y float64) *path { p.move(x, y).WriteString("h0"); return p }
