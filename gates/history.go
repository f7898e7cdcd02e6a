package gates

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"bench/runner/internal/stats"
	"bench/runner/results"
)

// Moment is what one check came to in one run.
type Moment struct {
	Run      string      `json:"run"`
	Started  time.Time   `json:"started"`
	Commit   string      `json:"commit,omitempty"`   // "" where it is not known
	Outcome  Outcome     `json:"outcome,omitempty"`  // "" of a cell
	Observed *float64    `json:"observed,omitempty"` // in the unit of the history; nil where the run gave none
	Interval *[2]float64 `json:"interval,omitempty"`
}

// History is what became of one check over the runs of its experiment on one machine.
type History struct {
	Name    string   // of the verdict
	Unit    string   // s, B, 1, …
	Limit   *float64 // of the newest run
	Moments []Moment // oldest first; the run that is told is the last one
	Usual   *Band    // nil where fewer than LeastPast earlier runs gave a number
}

// Band is where the earlier runs lie: their median, and three scaled median deviations around it (Leys et al. 2013). Of a
// great many runs about 1 of 370 normal values would lie outside; of few the deviation is hardly known: a new one lies
// outside of 5 runs in 1 case of 7, of 10 in 1 of 20, of 39 in 1 of 100. So it shows, and decides nothing.
type Band struct {
	Median, Low, High float64
	N                 int // runs that it rests on
}

// LeastPast is how many earlier runs a band needs.
const LeastPast = 5

// Histories tells what became of each check that gave a number, in the order of the verdicts. past are earlier runs,
// oldest first; a check without one is left out.
func Histories(now results.Judged, verdicts []Verdict, past []results.Judged) []History {
	earlier := map[string][]Moment{}
	for _, p := range past {
		for _, s := range p.Verdicts {
			var v Verdict
			if json.Unmarshal(s.JSON, &v) == nil {
				earlier[v.Name+"\n"+v.Check] = append(earlier[v.Name+"\n"+v.Check], moment(&p, &v))
			}
		}
	}
	var out []History
	for i := range verdicts {
		v := &verdicts[i]
		before := earlier[v.Name+"\n"+v.Check]
		if v.Observed == nil || !slices.ContainsFunc(before, func(m Moment) bool { return m.Observed != nil }) {
			continue
		}
		out = append(out, History{Name: v.Name, Unit: v.Unit(), Limit: v.Limit, Moments: append(slices.Clone(before), moment(&now, v)), Usual: usual(before)})
	}
	return out
}

func moment(of *results.Judged, v *Verdict) Moment {
	return Moment{of.ID, of.Started, of.Commit, v.Outcome, v.Observed, v.Interval}
}

// usual leaves out the run that is told: it must not move what it is compared with.
func usual(before []Moment) *Band {
	var values []float64
	for _, m := range before {
		if m.Observed != nil && finite(*m.Observed) {
			values = append(values, *m.Observed)
		}
	}
	if len(values) < LeastPast {
		return nil
	}
	middle := stats.Median(values)
	deviations := make([]float64, len(values))
	for i, v := range values {
		deviations[i] = math.Abs(v - middle)
	}
	wide := 3 * 1.4826 * stats.Median(deviations)
	return &Band{Median: middle, Low: middle - wide, High: middle + wide, N: len(values)}
}

// Unit is that of what was observed: of the widest sub-expression with this value. It is "" where there is none.
func (v *Verdict) Unit() string {
	unit, width := "", -1
	for _, e := range v.Evidence {
		f, ok := Number(e.Value)
		if ok && e.Unit != "" && v.Observed != nil && f == *v.Observed && e.To-e.From > width {
			unit, width = e.Unit, e.To-e.From
		}
	}
	return unit
}

// Number is a value of a sub-expression that is a number.
func Number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case float32:
		return float64(v), true
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	}
	return 0, false
}
