package cli

import (
	"encoding/json"
	"errors"
	"io"

	"bench/runner/gates"
)

// selfTestJSON is one check in `runner gate --self-test --json`. null is what there is not.
type selfTestJSON struct {
	Name    string         `json:"name"`
	Check   string         `json:"check"`
	Level   string         `json:"level"`
	Outcome gates.Outcome  `json:"outcome"`
	Margin  *float64       `json:"margin"`   // 1, of the check as it stands
	CanFail *bool          `json:"can_fail"` // null: nothing was tried
	Untried string         `json:"untried"`  // why
	Altered string         `json:"altered"`  // time, CPU time, memory, switches
	Cells   []turnCellJSON `json:"cells"`
}

type turnCellJSON struct {
	Cell   string   `json:"cell"`
	Factor *float64 `json:"factor"` // 1, of what was altered, where the check turns red; null: it stays
	Tried  float64  `json:"tried"`  // the farthest factor that was tried
}

func writeSelfTests(w io.Writer, id string, all []gates.SelfTest) error {
	checks := []selfTestJSON{}
	for i := range all {
		checks = append(checks, selfTestFields(&all[i]))
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(struct {
		Run       string         `json:"run"`
		Resamples int            `json:"resamples"` // at most, of each altered copy
		Checks    []selfTestJSON `json:"checks"`
	}{id, gates.SelfTestResamples, checks})
}

func selfTestFields(s *gates.SelfTest) selfTestJSON {
	v := &s.Verdict
	out := selfTestJSON{Name: v.Name, Check: v.Check, Level: v.Level, Outcome: v.Outcome, Margin: v.Margin,
		Untried: s.Untried, Altered: s.Altered, Cells: []turnCellJSON{}}
	if can := s.CanFail(); can || s.Untried == "" {
		out.CanFail = &can
	}
	for _, t := range s.Turns {
		cell := turnCellJSON{Cell: t.Cell.Key(), Tried: t.Tried}
		if t.Factor > 0 {
			cell.Factor = &t.Factor
		}
		out.Cells = append(out.Cells, cell)
	}
	return out
}

// unlike refuses what a self-test has no use for.
func (o *outputs) unlike(selfTest bool, lenient inconclusive) error {
	switch {
	case selfTest && len(o.reports) > 0:
		return errors.New("--self-test prints its own table, and no --report\n  hint: --json is for programs")
	case selfTest && lenient != "":
		return errors.New("--self-test decides whether checks can fail, not whether they pass: leave out --on-inconclusive")
	}
	return nil
}
