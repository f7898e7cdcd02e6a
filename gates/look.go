package gates

import (
	"fmt"
	"math"
	"slices"

	"runner/internal/stats"
	"runner/results"
)

// wanted is what a check still needs before it is settled.
type wanted struct {
	blocks int // clean ones in all; 0: nothing more
	look   int // which look is next: those before it did not decide
}

var nothing = wanted{}

// look takes the planned looks in turn, as far as the blocks go.
func (s *statistic) look(v Verdict, seen sight, over bool) (Verdict, wanted) {
	looks := s.data.looks(s.check)
	for i, n := range looks {
		if i < s.from {
			continue
		}
		if n > len(seen.clean) && !over {
			return v, wanted{n, i}
		}
		final := over && n > len(seen.clean) || i == len(looks)-1
		at := seen.until(n)
		f := s.found(at, len(looks))
		if f.outcome == Inconclusive && !final {
			continue
		}
		if f.outcome == Fail {
			return s.confirmed(v, f, seen.after(n), confirmation(looks), over)
		}
		s.write(&v, &f, looks[len(looks)-1])
		return v, nothing
	}
	return v, nothing // not reached: the last look is final
}

// finding is what one look came to.
type finding struct {
	sight
	outcome Outcome
	reason  string
	on      *drawn // the complete blocks, each once
	holds   bool   // on all of them
	told    comparison
	support float64
}

// mostLost is the part of the blocks, one in so many, that may lack an ok trial. More of them are missing data: what is
// left of them is no fair choice, since the slow ones are those that end in a timeout.
const mostLost = 10

// lost tells why blocks lack an ok trial.
func (s *statistic) lost(at sight) string {
	var bad []*results.Trial
	for _, c := range s.timed() {
		for _, t := range s.data.counted[c] {
			if t.Status != results.OK {
				bad = append(bad, t)
			}
		}
	}
	reason := fmt.Sprintf("only %d of %s have an ok trial of each cell that the check names", len(at.complete), counted(len(at.clean), "block"))
	if len(bad) > 0 {
		reason += ": " + statuses(bad)
	}
	return reason
}

// found looks at some blocks, at one of so many looks.
func (s *statistic) found(at sight, looks int) finding {
	f := finding{sight: at, outcome: Inconclusive, on: each(at.shown())}
	f.holds, _ = s.holds(f.on)
	f.told = s.compare(f.on, f.holds)
	n := min(len(at.complete), s.n())
	if n < stats.LeastBlocks {
		f.reason = fmt.Sprintf("%s; at least %d are needed", counted(n, "block"), stats.LeastBlocks)
		if len(at.clean) > len(at.complete) {
			f.outcome, f.reason = Error, s.lost(at)
		}
		if len(at.busy) > n {
			f.reason = s.crowded(at)
		}
		return f
	}
	if len(at.busy) > len(at.clean) {
		f.reason = s.crowded(at)
		return f
	}
	if lost := len(at.clean) - len(at.complete); lost*mostLost > len(at.clean) { // those that did not end in time are not there
		f.outcome, f.reason = Error, s.lost(at)
		return f
	}
	against, in := s.resample(&f)
	switch {
	case against <= stats.PassLevel(n, looks):
		f.outcome = Pass
	case in <= stats.FailLevel(n, looks):
		f.outcome = Fail
	}
	if floor := s.floor(at); f.outcome != Inconclusive && floor > 0 && f.told.found && f.told.limit != 0 {
		if margin := math.Abs(f.told.distance() / f.told.limit); margin < floor {
			f.outcome, f.reason = Inconclusive, fmt.Sprintf("it lies %s from the limit, and the baseline against itself differs by %s here: that cannot be decided on this machine", percent(margin), percent(floor))
		}
	}
	if reason := s.incapable(&f); f.outcome == Fail && reason != "" {
		f.outcome, f.reason = Inconclusive, reason
	}
	return f
}

// fullCapacity is the share of the cores that a machine gives where nothing holds it back.
const fullCapacity = 0.9

// incapable tells that a speedup could not have been as great as asked for, since the machine did not give the cores it
// has: that is no fault of what was measured. What no machine with so many cores could give is one.
func (s *statistic) incapable(f *finding) string {
	p, known := s.data.capacity(f.complete)
	if !known || !f.told.found || f.told.operator != ">" && f.told.operator != ">=" || f.told.limit <= p {
		return ""
	}
	for i, site := range s.check.assertion.sites {
		r := s.check.settled[i]
		if site.Function != "speedup" || site.From != f.told.at.from || site.To != f.told.at.to || r == nil {
			continue
		}
		if most := float64(min(s.data.Plan.Cells[r.cells[0]].Workers, s.data.Host.Cores)); p < fullCapacity*most && f.told.limit <= most {
			return fmt.Sprintf("the machine did the work of %.2f cores at once, of the %d it has: nothing could be %.3g times as fast on it", p, s.data.Host.Cores, f.told.limit)
		}
	}
	return ""
}

// capacity is how many cores' worth of work the machine did at once, as it was measured, or as some cell was faster than
// its baseline in these blocks; not known where that was not measured, or where nothing was really run.
func (m *measured) capacity(blocks []int) (cores float64, known bool) {
	if m.Host.Parallelism == nil || len(blocks) == 0 {
		return 0, false
	}
	cores = *m.Host.Parallelism
	for i, c := range m.Plan.Cells {
		if t := m.ok[i][blocks[0]]; t != nil && t.Runtime.Name == "scripted" {
			return 0, false
		}
		if c.Baseline < 0 || c.Workers < 2 {
			continue
		}
		q := query{measured: m, cells: []int{i}, bases: []int{c.Baseline}, on: each(blocks)}
		if s, err := q.speedup(0); err == nil {
			cores = max(cores, s)
		}
	}
	return cores, true
}

// resample evaluates the check on resamples of the blocks: the shares of them in which it does not hold, and in which it
// does. One in which it has no value counts for neither side.
func (s *statistic) resample(f *finding) (against, in float64) {
	on := s.data.redrawn(f.complete)
	ask := s.caller(on)
	program := s.check.assertion.program
	rows, yes, no := on.draws.Rows, 0, 0
	for on.row = range rows {
		v, err := program.Eval(s.vars, ask)
		if err == nil && v == true {
			yes++
		} else if err == nil {
			no++
		}
	}
	f.support = float64(yes) / float64(rows)
	return float64(rows-yes) / float64(rows), float64(rows-no) / float64(rows)
}

// observed are the values of what is observed on the same resamples, ascending; nil where nothing numeric is compared. Where
// the limit is measured too, the two belong together: the values are then those of their ratio, times the limit.
func (s *statistic) observed(f *finding) []float64 {
	if !f.told.found || len(f.complete) < stats.LeastBlocks {
		return nil
	}
	on := s.data.redrawn(f.complete)
	ask := s.caller(on)
	var values []float64
	for on.row = range on.draws.Rows {
		v, err := f.told.left.Eval(s.vars, ask)
		x, isNumber := asNumber(v)
		if err != nil || !isNumber {
			continue
		}
		if f.told.both {
			v, err := f.told.right.Eval(s.vars, ask)
			limit, isNumber := asNumber(v)
			if err != nil || !isNumber || limit == 0 {
				continue
			}
			x *= f.told.limit / limit
		}
		values = append(values, x)
	}
	slices.Sort(values)
	return values
}

// floor is the greatest difference of a baseline of the check against itself, in the blocks that both copies are ok in;
// 0 where no baseline ran twice.
func (s *statistic) floor(at sight) float64 {
	most := 0.0
	for _, c := range s.touchy() {
		if n := s.data.noise(c, at.complete); n.N >= stats.LeastBlocks {
			most = max(most, math.Abs(n.Ratio-1))
		}
	}
	return most
}

func (s *statistic) crowded(at sight) string {
	text := fmt.Sprintf("the machine was busy in %d of %s", len(at.busy), counted(len(at.busy)+len(at.clean), "block"))
	for _, b := range at.busy {
		for _, c := range s.timed() {
			if shared := s.data.shared[c][b]; shared != "" {
				return text + " (" + shared + "); `runner doctor` tells more"
			}
		}
	}
	return text
}

// confirmation is how many fresh blocks a failure is tried on: as many as the first look has, at most ten.
func confirmation(looks []int) int {
	if looks[0] == 0 {
		return 0
	}
	return max(stats.LeastBlocks, min(looks[0], stats.MostConfirming))
}

// confirming is the share of resamples for a claim, on fresh blocks, above which its failure is not confirmed. The levels of
// a failure on ten blocks or more bound its errors by themselves, so that it is enough if most resamples agree; fewer
// blocks have too few resamples to tell such levels apart, and must fail twice.
func confirming(first, fresh int) float64 {
	if first < 10 {
		return stats.PassLevel(fresh, 1)
	}
	return 0.5
}

// confirmed: what fails must fail in fresh blocks too, as far as there are some.
func (s *statistic) confirmed(v Verdict, f finding, fresh sight, blocks int, over bool) (Verdict, wanted) {
	need := nothing
	again := fresh.until(blocks)
	switch {
	case blocks == 0:
	case len(again.clean) < blocks && !over:
		need = wanted{len(f.clean) + blocks, s.from}
	case len(again.complete) >= stats.LeastBlocks:
		second := finding{sight: again}
		second.on = each(again.complete)
		if _, in := s.resample(&second); in > confirming(len(f.complete), len(again.complete)) {
			f.outcome, f.reason = Inconclusive, fmt.Sprintf("it was false in %s, but %s did not confirm that", counted(len(f.complete), "block"), counted(len(again.complete), "fresh block"))
		} else {
			v.Confirmed = len(again.complete)
		}
	}
	looks := s.data.looks(s.check)
	s.write(&v, &f, looks[len(looks)-1])
	return v, need
}
