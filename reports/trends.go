package reports

import "bench/runner/reports/charts"

// Drawn is a figure for a page of somebody else's. Its texts are not escaped; the colours of the SVG are the variables of
// Colours.
type Drawn struct {
	Name, Doc string
	SVG       []byte
}

// Trends are the histories of a report's checks, drawn.
func Trends(r *Report) []Drawn {
	var all []Drawn
	p := r.trends()
	for _, f := range p.Figures {
		all = append(all, Drawn{f.Name, f.Doc, f.Chart.SVG(charts.Page)})
	}
	return all
}

// Colours declares the variables of figures, for light and dark screens.
func Colours() string {
	return ":root{" + charts.Variables(charts.Light) + "}\n@media screen and (prefers-color-scheme:dark){:root{" + charts.Variables(charts.Dark) + "}}\n"
}
