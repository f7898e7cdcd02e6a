package gates

import (
	"fmt"
	"slices"

	"bench/runner/internal/stats"
	"bench/runner/results"
	"bench/runner/spec"
)

// Watch follows a run and says which cells still need blocks. It is not safe for use by several goroutines at once.
type Watch struct {
	// Confirm: a check that fails gets fresh blocks of its cells before it is held false.
	Confirm bool

	checks  []Check
	data    Data
	settled []bool   // of each check: no further block is needed
	next    []wanted // of each check: with how many clean blocks it is to be looked at again, and at which look
	blocks  int      // counted ones that were asked for
	reason  string
}

// NewWatch follows a run of a plan from its start.
func NewWatch(checks []Check, plan *spec.Plan, host Host) *Watch {
	return &Watch{checks: checks, data: Data{Plan: plan, Host: host}, settled: make([]bool, len(checks)), next: make([]wanted, len(checks)), Confirm: true}
}

// Against gives the stored runs that change() compares with.
func (w *Watch) Against(references map[string]*Reference) { w.data.References = references }

// Add notes a trial that was recorded, in the order of recording.
func (w *Watch) Add(t results.Trial) { w.data.Trials = append(w.data.Trials, t) }

// Recheck takes the machine's parallelism as it is now, where that is lower than it was: what was decided by it may be open
// again.
func (w *Watch) Recheck(parallelism float64) {
	if p := w.data.Host.Parallelism; p == nil || parallelism < *p {
		w.data.Host.Parallelism = &parallelism
		clear(w.settled)
		clear(w.next)
	}
}

// Reason says why there are fewer or more blocks than were asked for at least; "" where there is nothing to say.
func (w *Watch) Reason() string { return w.reason }

// Needed are the cells that the next block is to have, as indices of the plan, ascending; none: every check is settled,
// or the bound is hit.
func (w *Watch) Needed() []int {
	repeats := w.data.Plan.Experiment.Repeats
	w.reason = ""
	if w.blocks < repeats.Min {
		w.blocks++
		return w.all()
	}
	cells, open := w.open()
	if len(cells) > 0 && w.blocks < w.bound() {
		w.blocks++
		return cells
	}
	w.reason = w.why(open)
	return nil
}

// why the run ends here, where more blocks could have been run, or where all of them were not enough.
func (w *Watch) why(open int) string {
	r := w.data.Plan.Experiment.Repeats
	if len(w.checks) == 0 {
		return ""
	}
	if open > 0 {
		return fmt.Sprintf("%s undecided after %s, which is the bound", are(open, "check"), counted(w.blocks, "block"))
	}
	if r.Max == r.Min && w.blocks == r.Min {
		return ""
	}
	undecided, busy, wide, why := w.undecided()
	switch {
	case r.Precision > 0 && wide > 0:
		return fmt.Sprintf("not every interval is as narrow as asked after %s, the most that were planned", counted(w.blocks, "block"))
	case r.Precision > 0:
		return "the intervals are as narrow as asked after " + counted(w.blocks, "block")
	case busy > 0:
		return fmt.Sprintf("%s undecided after %s: %s in most of them", are(busy, "check"), counted(w.blocks, "block"), why)
	case r.Max > r.Min && undecided == 0 && w.blocks < r.Max:
		return "every check was decided after " + counted(w.blocks, "block")
	case r.Max > r.Min && undecided > 0 && r.Precision == 0:
		return fmt.Sprintf("%s undecided after %s, the most that were planned", are(undecided, "check"), counted(w.blocks, "block"))
	}
	return ""
}

// undecided counts the checks that are inconclusive by now, those of them for which the machine was too busy, and those
// with a wider interval than asked; why is what kept these from being decided, as a clause.
func (w *Watch) undecided() (n, busy, wide int, why string) {
	out, disturbed := 0, 0
	for i, v := range Judge(w.checks, w.data) {
		if !w.checks[i].assertion.exact() && v.Outcome != Skipped && !narrow(v, w.data.Plan.Experiment.Repeats.Precision) {
			wide++
		}
		if v.Outcome == Inconclusive {
			n++
			if v.Contaminated > v.N {
				busy, out, disturbed = busy+1, out+v.Contaminated, disturbed+v.Disturbed
			}
		}
	}
	return n, busy, wide, spoilt(out, disturbed)
}

func are(n int, noun string) string {
	if n == 1 {
		return counted(n, noun) + " is"
	}
	return counted(n, noun) + " are"
}

// bound is how many blocks a run may have: the planned ones, as many again for those in which the machine was busy, and
// those that confirm a failure.
func (w *Watch) bound() int {
	most := w.data.Plan.Experiment.Repeats.Max
	return 2*most + min(most, stats.MostConfirming)
}

func (w *Watch) all() []int {
	all := make([]int, len(w.data.Plan.Cells))
	for i := range all {
		all[i] = i
	}
	return all
}

// open are the cells of the checks that are not settled, and how many checks these are.
func (w *Watch) open() (cells []int, checks int) {
	m := measure(w.data)
	for i := range w.checks {
		if w.settled[i] {
			continue
		}
		if w.settled[i] = !w.wants(m, i); w.settled[i] {
			continue
		}
		checks++
		cells = append(cells, w.checks[i].cells...)
	}
	slices.Sort(cells)
	return slices.Compact(cells), checks
}

// wants tells whether another block could change what becomes of a check.
func (w *Watch) wants(m *measured, i int) bool {
	c, r := &w.checks[i], w.data.Plan.Experiment.Repeats
	seen := m.statistic(c).sight()
	clean, contaminated := len(seen.clean), len(seen.contaminated)
	switch next := w.next[i].blocks; {
	case contaminated > clean && clean+contaminated >= 2*max(next, r.Min): // as many again as planned, and the machine was busy in most of them
		return false
	case clean > 0 && clean < next:
		return true
	}
	v, need := m.judgeFrom(c, w.next[i].look, false)
	w.next[i] = need
	switch {
	case c.assertion.exact() || v.Outcome == Skipped:
		return false
	case v.Outcome == Error: // it may be one of the first few trials that went wrong
		return w.blocks < min(m.looks(c)[0], stats.LeastBlocks) && !m.impossible(c)
	case r.Precision > 0:
		return clean < r.Max && !narrow(v, r.Precision)
	case v.Outcome == Fail && !w.Confirm:
		return false
	}
	return need.blocks > 0
}

// impossible tells whether a cell of the check cannot run here.
func (m *measured) impossible(c *Check) bool {
	return slices.ContainsFunc(c.cells, func(cell int) bool { return m.absent[cell] != "" })
}

// narrow tells whether the interval of what was observed is at most as wide as this share of it.
func narrow(v Verdict, precision float64) bool {
	if v.Interval == nil || v.Observed == nil || *v.Observed == 0 {
		return false
	}
	width := (v.Interval[1] - v.Interval[0]) / *v.Observed
	return max(width, -width) <= precision
}
