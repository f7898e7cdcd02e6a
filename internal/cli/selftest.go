package cli

import (
	"fmt"
	"strconv"

	"bench/runner/gates"
	"bench/runner/reports"
)

// selfTests tries to make each check of a stored run fail, tells what came of it, and gives the exit code.
func (a *app) selfTests(id string, checks []gates.Check, data gates.Data, asJSON bool) error {
	if len(checks) == 0 {
		return fmt.Errorf("run %s has no check to test\n  hint: give one with --assert", id)
	}
	var all []gates.SelfTest
	for i := range checks {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		all = append(all, gates.SelfTestOf(&checks[i], data))
	}
	sum := summed(all)
	switch {
	case asJSON:
		if err := writeSelfTests(a.stdout, id, all); err != nil {
			return err
		}
	default:
		for i := range all {
			if s := &all[i]; !a.quiet || sum.bad[i] {
				a.printSelfTest(s)
			}
		}
	}
	fmt.Fprintf(a.stderr, "self-test: %s\n", sum.text)
	return verdictCode(sum.code)
}

// tally is what all self-tests came to.
type tally struct {
	text string
	code int
	bad  []bool // of each: it cannot fail, or has no data
}

// summed gives 1 where a check cannot fail, 4 where one has no data; those of level warn count for neither.
func summed(all []gates.SelfTest) tally {
	t := tally{bad: make([]bool, len(all))}
	can, cannot, untried := 0, 0, 0
	for i := range all {
		s := &all[i]
		switch {
		case s.CanFail():
			can++
			continue
		case s.Untried != "":
			untried++
		default:
			cannot++
		}
		lost := s.Verdict.Outcome == gates.Error
		t.bad[i] = lost || s.Untried == ""
		if code := map[bool]int{true: 4, false: 1}[lost]; t.bad[i] && s.Verdict.Level != "warn" && precedes(code, t.code) {
			t.code = code
		}
	}
	t.text = plural(can, "check") + " can fail"
	if cannot > 0 {
		t.text += fmt.Sprintf(", %d cannot", cannot)
	}
	if untried > 0 {
		t.text += fmt.Sprintf(", %d not tried", untried)
	}
	return t
}

func (a *app) printSelfTest(s *gates.SelfTest) {
	today := string(s.Verdict.Outcome)
	if s.Verdict.Margin != nil {
		today += ", " + signed(*s.Verdict.Margin) + " from its limit"
	}
	fmt.Fprintf(a.stdout, "%s · %s\n", reports.Visible(oneLine(s.Verdict.Name)), today)
	switch {
	case s.Untried != "":
		fmt.Fprintf(a.stdout, "  not tried: %s\n", reports.Visible(oneLine(s.Untried)))
		return
	case !s.CanFail():
		fmt.Fprintf(a.stdout, "  CANNOT FAIL: no cell's %s turns it red, from a thousandth to a thousandfold\n", s.Altered)
		return
	}
	for _, t := range s.Turns {
		cell := reports.Visible(t.Cell.Key())
		if cell == "" {
			cell = "the cell"
		}
		if t.Factor == 0 {
			fmt.Fprintf(a.stdout, "  %s: stays, even at %s\n", cell, change(t.Tried, s.Altered))
		} else {
			fmt.Fprintf(a.stdout, "  %s: turns red at %s\n", cell, change(t.Factor, s.Altered))
		}
	}
}

// change is a factor as people say it: +54 % time, -35 % memory, 166 × the time.
func change(factor float64, what string) string {
	if factor >= 5 {
		places := 1
		if factor >= 10 {
			places = 0
		}
		return fmt.Sprintf("%s × the %s", strconv.FormatFloat(factor, 'f', places, 64), what)
	}
	return signed(factor-1) + " " + what
}

// signed is a share in per cent, with three digits at most.
func signed(share float64) string {
	digits := 0
	if share > -0.1 && share < 0.1 || share < -0.9 {
		digits = 1
	}
	return fmt.Sprintf("%+.*f %%", digits, 100*share)
}
