package gates

import (
	"fmt"
	"math"
	"slices"

	"bench/runner/internal/stats"
	"bench/runner/results"
)

// What keeps a look from deciding, whatever the resamples say: lost trials, a busy machine, a noise floor above the margin,
// and a machine that did not give its cores.

// hindered tells why n blocks cannot be judged at all; the reason is "" where they can.
func (s *statistic) hindered(at sight, n int) (Outcome, string) {
	switch {
	case at.busy():
		return Inconclusive, s.contaminatedBy(at)
	case at.lossy():
		return Error, s.lost(at)
	case s.random.lack != "":
		return Inconclusive, s.random.lack
	case n < stats.LeastBlocks:
		return Inconclusive, fmt.Sprintf("%s; at least %d are needed", counted(n, "block"), stats.LeastBlocks)
	}
	return Inconclusive, ""
}

// busy: something else took part of the machine in more blocks than not.
func (g sight) busy() bool { return len(g.contaminated) > len(g.clean) }

// lossy: too many blocks lack an ok trial. Those that did not end in time are not there.
func (g sight) lossy() bool { return (len(g.clean)-len(g.complete))*mostLost > len(g.clean) }

// excuse tells why what was found does not count after all; "" where it does.
func (s *statistic) excuse(f *finding) string {
	if f.outcome == Inconclusive {
		return ""
	}
	if floor := s.floor(f.sight); floor > 0 && f.told.found && (f.told.limit != 0 || f.told.share) {
		if margin := math.Abs(f.told.margin()); margin < floor {
			return fmt.Sprintf("it lies %s from the limit, and the baseline against itself differs by %s here: that cannot be decided on this machine", share(margin), share(floor))
		}
	}
	if f.outcome == Fail {
		return s.incapable(f)
	}
	return ""
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

// floor is the greatest difference of a baseline of the check against itself, in the blocks that both copies are ok in; of any
// baseline for a change of times, which has none of its own. It is 0 where no baseline ran twice.
func (s *statistic) floor(at sight) float64 {
	cells := s.touchy()
	if slices.ContainsFunc(s.check.uses, func(u use) bool { return u.site.function.across && !u.steady() }) {
		cells = cells[:0]
		for i := range s.data.Plan.Cells {
			cells = append(cells, i)
		}
	}
	most := 0.0
	for _, c := range cells {
		if n := s.data.noise(c, at.complete); n.N >= stats.LeastBlocks {
			most = max(most, math.Abs(n.Ratio-1))
		}
	}
	return most
}

// contaminatedBy tells in how many blocks something else took part of the machine, or disturbed the trials, and what in the
// first of them.
func (s *statistic) contaminatedBy(at sight) string {
	disturbed := s.data.disturbedIn(s.touchy(), at.contaminated)
	text := fmt.Sprintf("%s in %d of %s", spoilt(len(at.contaminated), disturbed), len(at.contaminated), counted(len(at.contaminated)+len(at.clean), "block"))
	for _, b := range at.contaminated {
		for _, c := range s.timed() {
			by := s.data.contaminated[c][b]
			if what, is := results.Disturbance(by); is {
				return text + " (" + what + ")"
			}
			if by != "" {
				return text + " (" + by + "); `runner doctor` tells more"
			}
		}
	}
	return text
}
