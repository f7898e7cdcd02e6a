package reports

import (
	"fmt"
	"slices"

	"bench/runner/gates"
	"bench/runner/reports/charts"
)

// comparisons tells the runs that this one is compared with, and draws how each cell changed.
func (r *Report) comparisons() panel {
	p := panel{Name: "change", Title: "Compared with other runs", Open: 4, Wide: true}
	for i := range r.Against {
		a := &r.Against[i]
		if len(r.Against) == 1 {
			p.Title = "Compared with " + a.name()
			p.Told = append(p.Told, againstRun(a))
		} else {
			p.Told = append(p.Told, againstText(a))
		}
		for _, s := range differ(a.Differences) {
			p.Told = append(p.Told, "differs in "+s)
		}
		p.Told = append(p.Told, changeReasons(a.Changes)...)
		if len(a.Changes) > 0 {
			p.Doc = "How much longer (+) or shorter (−) each cell takes, with the 95 % interval."
		}
		r.changes(&p, a)
	}
	return p
}

// changes adds the figures of one comparison.
func (r *Report) changes(p *panel, a *Against) {
	if !slices.ContainsFunc(a.Changes, func(c gates.Change) bool { return known(c.Change) }) {
		return
	}
	all := changeRows(a.Changes)
	since := ""
	if len(r.Against) > 1 {
		since = a.name()
	}
	for i, rows := range batches(a.Changes, mostRows) {
		g := gridOf(changeColumns, all[i*mostRows:i*mostRows+len(rows)])
		data := sheet{Rows: g.rows, Text: 1}
		for _, c := range g.columns {
			data.Head = append(data.Head, c.head)
		}
		p.Figures = append(p.Figures, figure{Name: titled(false, "", since, which(i, mostRows, len(a.Changes))),
			Chart: charts.Changes(p.id(len(p.Figures)), r.changed(rows, len(a.Changes))), Data: data})
	}
}

func (r *Report) changed(rows []gates.Change, of int) []charts.Change {
	out := make([]charts.Change, 0, len(rows))
	for i := range rows {
		c := &rows[i]
		if !known(c.Change) {
			continue
		}
		name := changedCell(c, of)
		out = append(out, charts.Change{Name: label(name), Value: c.Change.Value, Interval: finites(c.Change.Interval), Word: c.Word(),
			Label: plainSpaces(fmt.Sprintf("%s: %s, %s (n = %d), %s", Clip(name, 80), changeOf(c.Change), or(changeInterval(c.Change), "no interval"), c.Change.N, c.Word()))})
	}
	return out
}
