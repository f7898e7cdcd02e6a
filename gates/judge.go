package gates

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"bench/runner/internal/stats"
)

// Judge judges each check, in their order. It rests on the data alone: the same data is judged in the same way while a
// run goes on, at its end, and years later.
//
// A check on a time is a function of blocks. It is evaluated on resamples of them, whatever expression it is, at the
// numbers of blocks that were planned before the run; the first of these looks that decides is the verdict. Blocks in
// which something else took part of the machine do not count.
//
// All cores judge, as nothing is measured meanwhile. Neighbours go together: they often ask for the same cells, and
// the checks of one assertion share its program, which runs once at a time.
func Judge(checks []Check, data Data) []Verdict {
	var begins []int // of each assertion's checks
	for i := range checks {
		if i == 0 || checks[i].assertion != checks[i-1].assertion {
			begins = append(begins, i)
		}
	}
	parts := min(runtime.GOMAXPROCS(0), len(begins))
	ends := append(begins, len(checks))
	verdicts := make([]Verdict, len(checks))
	var all sync.WaitGroup
	for part := range parts {
		all.Go(func() {
			m := measure(data)
			for i := ends[part*len(begins)/parts]; i < ends[(part+1)*len(begins)/parts]; i++ {
				verdicts[i], _ = m.judge(&checks[i], true)
			}
		})
	}
	all.Wait()
	return verdicts
}

// judge gives a verdict, and what the check would still need. Where the run is not over, a look that has not been
// reached is not taken.
func (m *measured) judge(c *Check, over bool) (Verdict, wanted) { return m.judgeFrom(c, 0, over) }

// judgeFrom is judge where the looks before one are known not to decide.
func (m *measured) judgeFrom(c *Check, look int, over bool) (Verdict, wanted) {
	v := c.verdict()
	if reason, err := m.unmet(c); err != nil {
		v.Outcome, v.Reason = Error, err.Error()
		return v, nothing
	} else if reason != "" {
		v.Outcome, v.Reason = Skipped, reason
		return v, nothing
	}
	s := m.statistic(c)
	s.from = look
	sight := s.sight()
	on := each(sight.shown())
	switch {
	case c.assertion.exact() || len(on.blocks) == 0: // of what is missing there is something to say
		return m.direct(s, v, each(m.everywhere())), nothing
	default:
		if trouble := s.trouble(on); trouble != nil {
			return s.without(v, on, trouble), nothing
		}
	}
	return s.look(v, sight, over)
}

// direct judges without statistics: what happened, or what is missing.
func (m *measured) direct(s *statistic, v Verdict, on *drawn) Verdict {
	holds, err := s.holds(on)
	n := s.n()
	parts := s.parts(on)
	if trouble := worst(err, slices.Concat(s.unanswered(on), noNumbers(parts, s.check.Text))); trouble != nil {
		return s.without(v, on, trouble)
	}
	if !s.check.assertion.exact() { // each number is there, but not all of them in any one block
		return s.without(v, on, &missing{reason: "no block has an ok trial of each cell that the check names"})
	}
	v.N, v.Evidence = n, evidence(s.check.Text, parts)
	s.tell(&v, on, holds)
	return v
}

// tell writes what a check that is decided came to on its blocks.
func (s *statistic) tell(v *Verdict, on *drawn, holds bool) {
	told := s.compare(on, holds)
	told.write(v)
	if holds {
		v.Outcome, v.Support = Pass, 1
		return
	}
	v.Outcome, v.Reason = Fail, cmpOr(told.reason(s.check.Text), "it is false")
}

// trouble is what keeps the check from being judged on these blocks; nil: nothing.
func (s *statistic) trouble(on *drawn) error {
	_, err := s.holds(on)
	return worst(err, slices.Concat(s.unanswered(on), noNumbers(s.parts(on), s.check.Text)))
}

// without is the verdict where a measurement is missing: an error, or skipped where this machine cannot make it.
func (s *statistic) without(v Verdict, on *drawn, trouble error) Verdict {
	v.Evidence = evidence(s.check.Text, s.parts(on))
	_, _ = s.holds(on)
	s.unanswered(on)
	v.N = s.n()
	v.Outcome, v.Reason = Error, trouble.Error()
	var none *missing
	if errors.As(trouble, &none) && none.unavailable {
		v.Outcome = Skipped
	}
	return v
}

func (m *measured) everywhere() []int {
	all := make([]int, m.blocks)
	for i := range all {
		all[i] = i
	}
	return all
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// looks are the numbers of blocks at which a check is looked at.
func (m *measured) looks(c *Check) []int {
	if c.assertion.byHand || m.Plan.Experiment == nil {
		return []int{0} // what there is
	}
	r := m.Plan.Experiment.Repeats
	if r.Precision > 0 { // the number of blocks went by the width of an interval
		return []int{0}
	}
	return stats.Looks(r.Min, r.Max)
}
