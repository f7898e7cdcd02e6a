package reports

import (
	"time"

	"bench/runner/gates"
	"bench/runner/results"
)

// What the JSON of a report and that of a comparison have in common.
type (
	toldJSON struct {
		Value    float64     `json:"value"`
		Interval *[2]float64 `json:"interval,omitempty"`
		N        int         `json:"n"`
	}
	changeJSON struct {
		Cell     string        `json:"cell"`
		Workload string        `json:"workload"`
		Before   *toldJSON     `json:"before,omitempty"`
		After    *toldJSON     `json:"after,omitempty"`
		Change   *toldJSON     `json:"change,omitempty"`
		SpeedupA *toldJSON     `json:"speedup_before,omitempty"`
		SpeedupB *toldJSON     `json:"speedup_after,omitempty"`
		Speedup  *toldJSON     `json:"speedup_ratio,omitempty"`
		Busy     bool          `json:"unfit,omitempty"`
		Word     string        `json:"word,omitempty"`
		Outcome  gates.Outcome `json:"outcome,omitempty"`
		Reason   string        `json:"reason,omitempty"`
	}
	againstJSON struct {
		Since       string       `json:"since"`
		Run         string       `json:"run"`
		How         string       `json:"how"`
		Started     time.Time    `json:"started"`
		Differences []string     `json:"differences"`
		Cells       []changeJSON `json:"cells,omitempty"`
	}
)

func jsonTold(v *gates.Told) *toldJSON {
	if !known(v) {
		return nil
	}
	return &toldJSON{v.Value, finites(v.Interval), v.N}
}

func jsonChange(c *gates.Change) changeJSON {
	return changeJSON{c.Cell.Key(), c.Workload, jsonTold(c.Before), jsonTold(c.After), jsonTold(c.Change),
		jsonTold(c.SpeedupA), jsonTold(c.SpeedupB), jsonTold(c.Speedup), c.Unfit, c.Word(), c.Outcome, c.Reason}
}

func jsonAgainst(a *Against) againstJSON {
	return againstJSON{a.Since, a.Run, a.How, a.Started.UTC(), jsonDifferences(a.Differences), each(a.Changes, jsonChange)}
}

func jsonDifferences(all []results.Difference) []string {
	return each(all, func(d *results.Difference) string { return d.String() })
}
