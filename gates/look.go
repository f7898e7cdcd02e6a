package gates

import (
	"fmt"

	"bench/runner/internal/stats"
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
			return s.confirmed(v, f, seen.after(n), looks, over)
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
	told    comparison
	support float64
}

// found looks at some blocks, at one of so many looks.
func (s *statistic) found(at sight, looks int) finding {
	f := finding{sight: at, outcome: Inconclusive, on: each(at.shown())}
	holds, _ := s.holds(f.on)
	f.told = s.compare(f.on, holds)
	n := min(len(at.complete), s.n())
	if f.outcome, f.reason = s.hindered(at, n); f.reason != "" {
		return f
	}
	against, in := s.resample(&f)
	switch {
	case against <= stats.PassLevel(n, looks):
		f.outcome = Pass
	case in <= stats.FailLevel(n, looks):
		f.outcome = Fail
	}
	if reason := s.excuse(&f); reason != "" {
		f.outcome, f.reason = Inconclusive, reason
	}
	return f
}

// resample evaluates the check on resamples of the blocks: the shares of them in which it does not hold, and in which it
// does. One in which it has no value counts for neither side.
func (s *statistic) resample(f *finding) (against, in float64) {
	on := s.data.redrawn(f.complete)
	rows, yes, no := on.draws.Rows, 0, 0
	for holds, err := range s.holdsOn(on) {
		switch {
		case err != nil:
		case holds:
			yes++
		default:
			no++
		}
	}
	f.support = float64(yes) / float64(rows)
	return float64(rows-yes) / float64(rows), float64(rows-no) / float64(rows)
}

// observed are the values of what is observed on the same resamples; nil where nothing numeric is compared. Where
// the limit is measured too, the two belong together: the values are then those of their ratio, times the limit.
func (s *statistic) observed(f *finding) []float64 {
	if !f.told.found || len(f.complete) < stats.LeastBlocks {
		return nil
	}
	on := s.data.redrawn(f.complete)
	left := s.numbersOn(on, f.told.left)
	limits := left // any: not looked at
	if f.told.both {
		limits = s.numbersOn(on, f.told.right)
	}
	values := make([]float64, 0, len(left))
	for i, x := range left {
		switch limit := limits[i]; {
		case !finite(x):
		case !f.told.both:
			values = append(values, x)
		case finite(limit) && limit != 0:
			values = append(values, x*(f.told.limit/limit))
		}
	}
	return values
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
func (s *statistic) confirmed(v Verdict, f finding, fresh sight, looks []int, over bool) (Verdict, wanted) {
	need, blocks := nothing, confirmation(looks)
	again := fresh.until(blocks)
	switch {
	case blocks == 0:
	case len(again.clean) < blocks && !over:
		need = wanted{len(f.clean) + blocks, s.from}
	case len(again.complete) >= stats.LeastBlocks:
		second := finding{sight: again}
		if _, in := s.resample(&second); in > confirming(len(f.complete), len(again.complete)) {
			f.outcome, f.reason = Inconclusive, fmt.Sprintf("it was false in %s, but %s did not confirm that", counted(len(f.complete), "block"), counted(len(again.complete), "fresh block"))
			v.Refuted = len(again.complete)
		} else {
			v.Confirmed = len(again.complete)
		}
	}
	s.write(&v, &f, looks[len(looks)-1])
	return v, need
}
