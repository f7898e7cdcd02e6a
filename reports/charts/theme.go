package charts

import "strings"

// Theme is the colours of a figure. Page refers to variables that a page's style sheet sets for light and dark; the
// others are concrete, for files that stand alone. The zero Theme is Light.
type Theme struct{ Name string }

// Themes.
var (
	Light = Theme{"light"}
	Dark  = Theme{"dark"}
	Page  = Theme{"page"}
)

// role is what a colour is for, and the name of its variable. One that begins with # is a pattern.
type role string

// Roles. Those that carry meaning have a contrast of 3 against the surface, and those of texts 4.5, by the Web Content
// Accessibility Guidelines (1.4.3, 1.4.11); grid and band only decorate.
const (
	surface role = "surface"
	ink     role = "ink"
	muted   role = "muted"
	axisInk role = "axis"
	grid    role = "grid"
	band    role = "band"
	compute role = "compute"
	waiting role = "wait"
	queue   role = "queue"
	pass    role = "pass"
	fail    role = "fail"
	unsure  role = "inconclusive"
	broken  role = "error"
	skipped role = "skipped"
	limit   role = "limit"
	usual   role = "usual"
)

// series are the colours of lines and groups: after the last comes the first again, with another shape. They were chosen
// so that any two differ for people who see no red, no green or no blue, too.
var series = []role{"series-1", "series-2", "series-3", "series-4", "series-5", "series-6"}

// none is no colour at all.
const none role = "none"

// palette is every role with its colour in light and in dark.
var palette = []struct {
	role        role
	light, dark string
}{
	{surface, "#ffffff", "#0d1117"},
	{ink, "#1f2328", "#e6edf3"},
	{muted, "#59636e", "#9198a1"},
	{axisInk, "#6e7781", "#8b949e"},
	{grid, "#d8dee4", "#2d333b"},
	{band, "#dceafb", "#12263f"},
	{"series-1", "#0969da", "#2f81f7"},
	{"series-2", "#b95900", "#d0701c"},
	{"series-3", "#0f4f3c", "#4fe0a5"},
	{"series-4", "#6510e8", "#d2b5ff"},
	{"series-5", "#d9167f", "#ee2f9a"},
	{"series-6", "#4e3b10", "#ffc53d"},
	{compute, "#0969da", "#2f81f7"},
	{waiting, "#b95900", "#f0883e"},
	{queue, "#6e7781", "#8b949e"},
	{pass, "#1a7f37", "#3fb950"},
	{fail, "#cf222e", "#ff7b72"},
	{unsure, "#9a6700", "#d29922"},
	{broken, "#8250df", "#bc8cff"},
	{skipped, "#59636e", "#9198a1"},
	{limit, "#cf222e", "#ff7b72"},
	{usual, "#0969da", "#58a6ff"},
}

// paint is what an attribute such as fill says for a role.
func (t Theme) paint(r role, id string) string {
	switch {
	case r == none:
		return "none"
	case r[0] == '#':
		return "url(#" + id + "-" + string(r[1:]) + ")"
	case t == Page:
		return "var(--" + string(r) + ")"
	}
	return t.colour(r)
}

func (t Theme) colour(r role) string {
	for _, p := range palette {
		if p.role == r {
			if t == Dark {
				return p.dark
			}
			return p.light
		}
	}
	return "none"
}

// Variables is what a style sheet declares for Page to look like t: "--ink: #1f2328; …".
func Variables(t Theme) string {
	declared := make([]string, len(palette))
	for i, p := range palette {
		declared[i] = "--" + string(p.role) + ": " + t.colour(p.role) + ";"
	}
	return strings.Join(declared, " ")
}
