package gates

import (
	"slices"

	"bench/runner/internal/matrix"
)

// Repeated says what became of a result when it was measured again.
type Repeated string

const (
	Reproduced    Repeated = "reproduced"
	NotReproduced Repeated = "not reproduced"
	Undecided     Repeated = "undecided"
)

// CellAgain is one cell in a run and in its replay.
type CellAgain struct {
	Workload string      `json:"workload"`
	Cell     matrix.Cell `json:"-"`
	Then     *Told       `json:"then,omitempty"` // 1: how many times as fast as its baseline
	Now      *Told       `json:"now,omitempty"`
	Ratio    *Told       `json:"ratio,omitempty"`     // 1: now / then
	TimeThen *Told       `json:"time_then,omitempty"` // s; of another machine it says nothing
	TimeNow  *Told       `json:"time_now,omitempty"`
	Word     Repeated    `json:"word,omitempty"` // "" for a cell that is compared with nothing
	Reason   string      `json:"reason,omitempty"`
}

// CellsAgain compares the speedups of a run with those of its replay. One is reproduced where the 95 % interval of their
// ratio lies within 1/(1+within) … 1+within, not where it lies outside, and else undecided.
func CellsAgain(then, now Data, within float64) []CellAgain {
	var out []CellAgain
	for _, c := range Compare(then, now, nil) {
		again := CellAgain{Workload: c.Workload, Cell: c.Cell, Then: c.SpeedupA, Now: c.SpeedupB, Ratio: c.Speedup, TimeThen: c.Before, TimeNow: c.After, Reason: c.Reason}
		switch {
		case c.Before == nil || c.After == nil:
			again.Word = Undecided
		case c.SpeedupUnfit != "":
			again.Word, again.Reason = Undecided, c.SpeedupUnfit
		case c.Speedup != nil:
			again.Word = again.word(within)
		}
		out = append(out, again)
	}
	return out
}

func (c *CellAgain) word(within float64) Repeated {
	low, high := 1/(1+within), 1+within
	switch ci := c.Ratio.Interval; {
	case ci == nil:
		c.Reason = "at least five blocks of both runs are needed"
	case ci[0] >= low && ci[1] <= high:
		return Reproduced
	case ci[1] < low || ci[0] > high:
		return NotReproduced
	}
	return Undecided
}

// ClaimAgain is one check in a run and in its replay.
type ClaimAgain struct {
	Name  string   `json:"name"`
	Then  Outcome  `json:"then"`
	Now   Outcome  `json:"now"`
	Was   *float64 `json:"observed_then,omitempty"`
	Is    *float64 `json:"observed_now,omitempty"`
	Limit *float64 `json:"limit,omitempty"`
	Unit  string   `json:"unit,omitempty"` // of these three: see Value
	Word  Repeated `json:"word"`
	Why   string   `json:"reason,omitempty"`
}

// ClaimsAgain compares the verdicts of a run with those of its replay. A claim that was decided is reproduced where it is
// decided in the same way again: one that was false there and is false here is reproduced, too.
func ClaimsAgain(then, now []Verdict) []ClaimAgain {
	var out []ClaimAgain
	before := map[string][]*Verdict{} // two checks may be the same
	for i := range then {
		key := then[i].Name + "\n" + then[i].Check
		before[key] = append(before[key], &then[i])
	}
	for i := range now {
		v := &now[i]
		key := v.Name + "\n" + v.Check
		var was *Verdict
		if all := before[key]; len(all) > 0 {
			was, before[key] = all[0], all[1:]
		}
		c := ClaimAgain{Name: v.Name, Now: v.Outcome, Is: v.Observed, Limit: v.Limit, Unit: v.Unit(), Word: Undecided, Why: v.Reason}
		if was != nil {
			c.Then, c.Was = was.Outcome, was.Observed
			c.Word = repeated(was.Outcome, v.Outcome)
			if decided(v.Outcome) && !decided(was.Outcome) {
				c.Why = was.Reason
			}
		}
		out = append(out, c)
	}
	for i := range then {
		v := &then[i]
		if slices.Contains(before[v.Name+"\n"+v.Check], v) {
			out = append(out, ClaimAgain{Name: v.Name, Then: v.Outcome, Was: v.Observed, Limit: v.Limit, Word: Undecided, Why: "there is no such check here"})
		}
	}
	return out
}

func decided(o Outcome) bool { return o == Pass || o == Fail }

func repeated(then, now Outcome) Repeated {
	switch {
	case !decided(then) || !decided(now):
		return Undecided
	case then == now:
		return Reproduced
	}
	return NotReproduced
}

// RepeatedWord is what a replay came to as a whole, and the exit code that goes with it.
func RepeatedWord(claims []ClaimAgain, cells []CellAgain) (word string, code int) {
	has := map[Repeated]bool{}
	for i := range claims {
		has[claims[i].Word] = true
	}
	for i := range cells {
		has[cells[i].Word] = true
	}
	switch {
	case has[NotReproduced]:
		return "NOT REPRODUCED", 1
	case has[Undecided] || !has[Reproduced]:
		return "UNDECIDED", 3
	}
	return "REPRODUCED", 0
}
