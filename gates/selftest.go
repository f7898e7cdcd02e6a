package gates

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"bench/runner/internal/matrix"
	"bench/runner/internal/stats"
	"bench/runner/results"
)

// SelfTest is what came of the attempts to make one check fail on altered copies of the data that it was judged on.
type SelfTest struct {
	Verdict Verdict // on the data as it is
	Untried string  // why nothing was altered, "" where something was
	Altered string  // what was: time, CPU time, memory, switches; all that was tried where none turned it red
	Turns   []Turn  // of each cell that the check asks for it

	excused bool // it would be red as it is, had the machine given what it has
}

// Turn is how far one cell must get worse, or better where that is what the check minds, for the check to fail.
type Turn struct {
	Cell   matrix.Cell
	Factor float64 // 1, by which the cell's values are multiplied where the check turns red; 0: nothing tried turns it
	Tried  float64 // 1, the farthest factor that was tried
}

// CanFail tells whether the check is red or was turned red; an untried one proves nothing.
func (s *SelfTest) CanFail() bool {
	for _, t := range s.Turns {
		if t.Factor > 0 {
			return true
		}
	}
	return s.Verdict.Outcome == Fail || s.excused
}

// SelfTestResamples is how many resamples each altered copy is judged on: the search judges some dozens of them. The
// factor that it finds is the coarser for it.
const SelfTestResamples = 2000

// SelfTestOf alters what a check measures, one cell after the other, until it fails. Times come first, slower before
// faster, then what else trials have; it ends with the first of them that turns the check red in some cell.
func SelfTestOf(c *Check, data Data) SelfTest {
	t := newTester(c, data)
	if t.untried() {
		return t.SelfTest
	}
	if v, _ := measure(t.data).judge(t.check, true); v.Outcome == Fail {
		t.excused, t.Untried = true, "but for the machine it would be red as it is: "+t.Verdict.Reason
		return t.SelfTest
	}
	var tried []string
	for _, a := range alterations {
		for _, more := range []bool{true, false} {
			if !t.rests(a, more) {
				continue
			}
			t.Altered, t.Turns, tried = a.name, t.search(a, more), append(tried, a.name)
			if t.CanFail() {
				return t.SelfTest
			}
		}
	}
	t.Altered = strings.Join(slices.Compact(tried), " and ")
	if len(tried) == 0 {
		t.Untried = "it rests on nothing that can be altered"
	}
	return t.SelfTest
}

// tester judges altered copies of the trials of one check.
type tester struct {
	SelfTest
	check *Check
	data  Data  // with the trials of the check's cells alone
	cells []int // those that the check asks for what is random
}

func newTester(c *Check, data Data) *tester {
	t := &tester{check: c, data: data}
	t.Verdict, _ = measure(data).judge(c, true)
	t.unexcused()
	t.data.Trials = nil
	for i := range data.Trials {
		if t.of(&data.Trials[i]) >= 0 {
			t.data.Trials = append(t.data.Trials, data.Trials[i])
		}
	}
	t.data.Resamples = min(measure(t.data).resamples(), SelfTestResamples)
	return t
}

// unexcused: what a check needs of the machine is known to be met, and what the machine could not give is no excuse here.
func (t *tester) unexcused() {
	if slices.Contains(t.check.assertion.program.Variables(), "parallelism") {
		return
	}
	check, a := *t.check, *t.check.assertion
	a.needs, check.assertion = nil, &a
	t.check, t.data.Host.Parallelism = &check, nil
}

// of is the cell of the plan that a trial is one of; -1 where the check does not ask for it.
func (t *tester) of(trial *results.Trial) int {
	for _, i := range t.check.cells {
		if p := &t.data.Plan.Cells[i]; p.Cell == trial.Cell && p.Workload.Name == trial.Workload {
			return i
		}
	}
	return -1
}

// untried tells whether there is nothing to alter, and notes why.
func (t *tester) untried() bool {
	switch t.Verdict.Outcome {
	case Fail:
		t.Untried = "it is red as it is"
	case Skipped, Error:
		t.Untried = t.Verdict.Reason
	}
	if t.Untried != "" {
		return true
	}
	if t.check.assertion.exact() {
		t.Untried = "it rests on no time: it goes by what happened"
		return true
	}
	s := measure(t.data).statistic(t.check)
	t.cells = s.timed()
	seen := s.sight()
	switch {
	case len(seen.contaminated) > len(seen.clean):
		t.Untried = s.contaminatedBy(seen)
	case len(seen.complete) < stats.LeastBlocks:
		t.Untried = fmt.Sprintf("%s: with fewer than %d nothing is decided", counted(len(seen.complete), "block"), stats.LeastBlocks)
	}
	return t.Untried != ""
}

// rests tells whether anything in the check comes to another value where a cell is altered as far as can be.
func (t *tester) rests(a alteration, more bool) bool {
	as := t.values(t.data)
	for _, cell := range t.cells {
		if !reflect.DeepEqual(as, t.values(t.altered(cell, a, factor(farthest, more)))) {
			return true
		}
	}
	return false
}

func (t *tester) values(data Data) []Value {
	s := measure(data).statistic(t.check)
	return evidence(t.check.Text, s.parts(each(s.sight().shown())))
}
