// Package charts draws the figures of reports as SVG: numbers in base units in, the same bytes out each time. It knows
// nothing of runs, and computes only where marks stand. Each mark has a title and, besides its colour, a shape or a
// pattern; marks less than half a pixel apart are merged. A chart is one file.
//
// Numbers that are not finite are left out. Texts may hold anything: what is no plain character is replaced.
package charts

import "strings"

// width of every figure, in pixels. Where a phone shrinks it to 370 px, texts of 12 px are still 10 px high.
const width = 440

// fontSize of most texts, in pixels.
const fontSize = 12

// Figure is a drawn chart, in no colours yet.
type Figure struct {
	ID    string // unique within a page; ids within the SVG begin with it
	Title string // for those who cannot see it
	Desc  string // one sentence: what it shows

	height   float64
	patterns []role // those that are used, in order
	root     node
}

// newFigure has no marks yet.
func newFigure(id, title string) *Figure {
	f := &Figure{ID: id, Title: title}
	f.root.name = "g"
	f.root.set("font-family", "system-ui,sans-serif").set("font-size", num(fontSize)).fill(ink)
	return f
}

// empty says in the figure why there is nothing to see.
func (f *Figure) empty(why string) *Figure {
	f.height, f.Desc = 60, why
	f.root.text(width/2, 34, why).set("text-anchor", "middle").fill(muted)
	return f
}

// SVG is the figure as one <svg> element with the colours of a theme. With Page it takes the width of what it stands in,
// and has no background; otherwise it is a file of its own, with a size and a background.
func (f *Figure) SVG(t Theme) []byte {
	var w writer
	w.theme, w.id = t, ident(f.ID)
	head := node{name: "svg"}
	head.set("xmlns", "http://www.w3.org/2000/svg")
	if t == Page {
		head.set("width", "100%")
	} else {
		head.set("width", num(width)).set("height", num(f.height))
	}
	head.set("viewBox", "0 0 "+num(width)+" "+num(f.height)).set("role", "img")
	head.set("aria-labelledby", w.id+"-title "+w.id+"-desc")
	head.kids = []*node{
		{name: "title", attrs: []attr{{"id", w.id + "-title", ""}}, content: shorten(f.Title, longest)},
		{name: "desc", attrs: []attr{{"id", w.id + "-desc", ""}}, content: shorten(f.Desc, 3*longest)},
	}
	if len(f.patterns) > 0 {
		head.kids = append(head.kids, defs(w.id, f.patterns))
	}
	if t != Page {
		head.add("rect").set("width", num(width)).set("height", num(f.height)).fill(surface)
	}
	head.kids = append(head.kids, &f.root)
	w.node(&head)
	w.WriteByte('\n')
	return w.Bytes()
}

// ident makes an id that needs no quoting anywhere: it begins with a letter.
func ident(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, s)
	if s == "" || !(s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z') {
		return "figure-" + s
	}
	return s
}
