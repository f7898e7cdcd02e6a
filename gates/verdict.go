// Package gates judges: assertions become checks, checks become verdicts with their evidence. It measures nothing,
// stores nothing and prints nothing.
package gates

import (
	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// Outcome of one check.
type Outcome string

const (
	Pass         Outcome = "pass"
	Fail         Outcome = "fail"
	Inconclusive Outcome = "inconclusive" // the data cannot tell
	Skipped      Outcome = "skipped"      // needs: is not met, or the cells are unavailable here
	Error        Outcome = "error"        // a measurement that the check needs is missing
)

// Value is one sub-expression of a check and what it came to. From and To are rune offsets in the check's text.
type Value struct {
	Text  string `json:"text"`
	From  int    `json:"from"`
	To    int    `json:"to"`
	Value any    `json:"value"`
	Unit  string `json:"unit,omitempty"` // s, B, 1, tasks/s, share (1, of a change); "" for what has none
}

// Verdict is a check and what came of it.
type Verdict struct {
	Name         string         `json:"name"`  // the assertion's name or text, with the binding where there are several
	Check        string         `json:"check"` // the expression
	Binding      []matrix.Facet `json:"binding,omitempty"`
	Level        string         `json:"level"` // error or warn
	Because      string         `json:"because,omitempty"`
	Published    string         `json:"published,omitempty"` // what the source of the claim says
	Pos          diag.Pos       `json:"pos"`                 // where the check's text begins; columns count code points
	EndCol       int            `json:"end_col"`             // of its first line in the file, exclusive
	Outcome      Outcome        `json:"outcome"`
	Reason       string         `json:"reason,omitempty"`       // why, for all but a pass
	Support      float64        `json:"support"`                // share of resamples in which it holds; 1 or 0 where nothing in it is random. It is not the probability that the claim is true
	Interval     *[2]float64    `json:"interval,omitempty"`     // 95 %, of what was observed
	Observed     *float64       `json:"observed,omitempty"`     // the left side of a comparison, in base units
	Limit        *float64       `json:"limit,omitempty"`        // its right side
	Margin       *float64       `json:"margin,omitempty"`       // (observed-limit)/limit, positive on the passing side
	N            int            `json:"n"`                      // blocks that the evidence rests on
	Of           int            `json:"of,omitempty"`           // blocks that were planned at most; 0: that was left open
	Contaminated int            `json:"contaminated,omitempty"` // blocks left out, in which something else took part of the machine
	Disturbed    int            `json:"disturbed,omitempty"`    // those of them in which no neighbour is to blame: see results.Disturbance
	Confirmed    int            `json:"confirmed,omitempty"`    // fresh blocks in which it was false too
	Refuted      int            `json:"refuted,omitempty"`      // fresh blocks that did not confirm that it was false
	Evidence     []Value        `json:"evidence"`
	Cells        []matrix.Cell  `json:"-"`
}
