package reports

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"bench/runner/gates"
	"bench/runner/reports/charts"
)

const mostTrends = 12

// trends draws what the checks came to in earlier runs, in the order in which the checks are told.
func (r *Report) trends() panel {
	p := panel{Name: "history", Title: "History of the checks", Open: 1, Doc: "What was observed in each run on this machine, with its 95 % interval, and where the earlier runs lie."}
	named := map[string][]*gates.History{}
	for i := range r.History {
		h := &r.History[i]
		named[h.Name] = append(named[h.Name], h)
	}
	for _, v := range r.byOutcome() {
		if all := named[v.Name]; len(all) > 0 && len(p.Figures) < mostTrends {
			named[v.Name] = all[1:]
			p.Figures = append(p.Figures, trend(p.id(len(p.Figures)), all[0]))
		}
	}
	p.leave(len(r.History)-len(p.Figures), "check", "checks")
	return p
}

func trend(id string, h *gates.History) figure {
	t := charts.Trend{Unit: h.Unit, Limit: finite(h.Limit)}
	data := sheet{Head: []string{"run", "date", "commit", "outcome", "observed", "95 % interval"}, Text: 4}
	names := momentNames(h.Moments)
	for i := range h.Moments {
		m := &h.Moments[i]
		date, commit := m.Started.UTC().Format("2006-01-02 15:04 UTC"), Visible(m.Commit[:min(len(m.Commit), 10)])
		value, around := missing, missing
		if measured(m.Observed) {
			value, around = against(*m.Observed, finites(m.Interval), h.Limit, h.Unit)
			around = cmp.Or(around, missing)
		}
		t.Moments = append(t.Moments, charts.Moment{Name: names[i], Value: finite(m.Observed), Interval: finites(m.Interval), Outcome: string(m.Outcome),
			Label: fmt.Sprintf("%s, %s: %s, %s", date, Clip(Visible(m.Run), 40), plainSpaces(value), Visible(string(m.Outcome)))})
		data.Rows = append(data.Rows, []string{Visible(m.Run), glue(date), commit, Visible(string(m.Outcome)), value, around})
	}
	doc := ""
	if u := h.Usual; u != nil {
		band, ok := [3]float64{u.Low, u.Median, u.High}, true
		for _, v := range band {
			ok = ok && measured(&v)
		}
		if ok {
			t.Usual = &band
			doc = fmt.Sprintf("%d earlier runs: median %s, usual %s", u.N, Quantity(u.Median, h.Unit), interval([2]float64{u.Low, u.High}, u.Median, h.Unit))
		}
	}
	return figure{Name: Visible(strings.Join(strings.Fields(h.Name), " ")), Doc: doc, Chart: charts.History(id, t), Data: data}
}

// momentNames are what tells runs apart on an axis: their commits where these differ, else their days, with the time where
// several are of one day.
func momentNames(all []gates.Moment) []string {
	names, days, commits := make([]string, len(all)), map[string]int{}, map[string]bool{}
	for i := range all {
		days[all[i].Started.UTC().Format(time.DateOnly)]++
		commits[all[i].Commit] = true
	}
	layout := "01-02"
	if len(days) < len(all) {
		layout = "01-02 15:04"
	}
	for i := range all {
		names[i] = all[i].Started.UTC().Format(layout)
		if c := all[i].Commit; c != "" && len(commits) > 1 {
			names[i] = Visible(c[:min(len(c), 7)])
		}
	}
	return names
}
