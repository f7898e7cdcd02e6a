package gates

import (
	"encoding/json"

	"bench/runner/internal/stats"
	"bench/runner/results"
)

// Trend is one number over the runs of an experiment on one machine.
type Trend struct {
	Name     string   `json:"name"`               // of the check, or the cell's key
	Workload string   `json:"workload,omitempty"` // of a cell
	Unit     string   `json:"unit"`
	Limit    *float64 `json:"limit,omitempty"`  // of a check, in the newest run
	Usual    *float64 `json:"median,omitempty"` // of all runs
	Moments  []Moment `json:"moments"`          // oldest first
	Shifts   []Shift  `json:"shifts,omitempty"`
	Alarms   *Alarms  `json:"alarms,omitempty"` // of a check
}

// Shift is a run from which on a number was another one: see docs/change-points.md.
type Shift struct {
	Run    string  `json:"run"`    // the first one behind it
	At     int     `json:"at"`     // its place in Moments
	Before float64 `json:"before"` // medians of the runs since the last shift, and up to the next one
	After  float64 `json:"after"`
	P      float64 `json:"p"` // of the permutation test
}

// Change is how much more the number is since, as a share of what it was.
func (s *Shift) Change() (float64, bool) { return s.After/s.Before - 1, s.Before != 0 }

// Alarms are what is known of the failures of one check: a check that is often red for nothing is not trusted for long.
type Alarms struct {
	Runs        int `json:"runs"`        // in which it was judged
	Fails       int `json:"fails"`       // of them
	Unconfirmed int `json:"unconfirmed"` // runs in which it was false at first, and fresh blocks of the same run did not confirm that
	Reruns      int `json:"reruns"`      // fails that the next run of the same commit turned green
}

// False are the alarms that were none.
func (a *Alarms) False() int { return a.Unconfirmed + a.Reruns }

// Trends are those of each check that the newest of some runs has, then those of its cells. runs are oldest first, and
// alike: of one experiment on one machine; cells are those of each run, by its id.
func Trends(runs []results.Judged, cells map[string][]results.CellMedian) []Trend {
	if len(runs) == 0 {
		return nil
	}
	return append(checkTrends(runs), cellTrends(runs, cells)...)
}

func checkTrends(runs []results.Judged) (out []Trend) {
	type seen struct {
		verdict Verdict
		at      int // of the run
	}
	byName := map[string][]seen{}
	var names []string
	for i, run := range runs {
		for _, s := range run.Verdicts {
			var v Verdict
			if json.Unmarshal(s.JSON, &v) != nil {
				continue
			}
			name := v.Name + "\n" + v.Check
			byName[name] = append(byName[name], seen{v, i})
			if i == len(runs)-1 {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		all := byName[name]
		last := all[len(all)-1].verdict
		t := Trend{Name: last.Name, Unit: last.Unit(), Limit: last.Limit, Alarms: &Alarms{}}
		for i := range all {
			v, run := &all[i].verdict, &runs[all[i].at]
			t.Moments = append(t.Moments, moment(run, v))
			if decided(v.Outcome) || v.Outcome == Inconclusive {
				t.Alarms.Runs++
			}
			if v.Refuted > 0 {
				t.Alarms.Unconfirmed++
			}
			if v.Outcome == Fail {
				t.Alarms.Fails++
				if i+1 < len(all) && all[i+1].verdict.Outcome == Pass && sameCode(run, &runs[all[i+1].at]) {
					t.Alarms.Reruns++
				}
			}
		}
		t.shifts()
		out = append(out, t)
	}
	return out
}

// sameCode tells whether two runs are known to be of the same state of the repository.
func sameCode(a, b *results.Judged) bool {
	return a.Commit != "" && a.Commit == b.Commit && !a.Dirty && !b.Dirty
}

func cellTrends(runs []results.Judged, cells map[string][]results.CellMedian) (out []Trend) {
	at := map[Work]int{}
	for _, c := range cells[runs[len(runs)-1].ID] {
		at[Work{c.Workload, c.Identity}] = len(out)
		out = append(out, Trend{Name: c.Key, Workload: c.Workload, Unit: "s"})
	}
	for i := range runs {
		for _, c := range cells[runs[i].ID] {
			if k, known := at[Work{c.Workload, c.Identity}]; known && c.N > 0 {
				out[k].Moments = append(out[k].Moments, Moment{Run: runs[i].ID, Started: runs[i].Started, Commit: runs[i].Commit, Observed: number(c.Median)})
			}
		}
	}
	for k := range out {
		out[k].shifts()
	}
	return out
}

// shifts finds them among the runs that gave a number.
func (t *Trend) shifts() {
	var values []float64
	var places []int
	for i, m := range t.Moments {
		if m.Observed != nil && finite(*m.Observed) {
			values, places = append(values, *m.Observed), append(places, i)
		}
	}
	if len(values) > 0 {
		t.Usual = number(stats.Median(values))
	}
	for _, s := range stats.Shifts(values, stats.ShiftOptions{}) {
		at := places[s.At]
		t.Shifts = append(t.Shifts, Shift{Run: t.Moments[at].Run, At: at, Before: s.Before, After: s.After, P: s.P})
	}
}
