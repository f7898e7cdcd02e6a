package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"bench/runner/gates"
	"bench/runner/internal/stats"
	"bench/runner/results"
)

// What all formats for people tell in the same words: sentences of visible text.

// byOutcome are the verdicts, those that a reader must act on first.
func (r *Report) byOutcome() []*gates.Verdict {
	all := make([]*gates.Verdict, 0, len(r.Verdicts))
	rank := func(v *gates.Verdict) int {
		for i, o := range outcomes {
			if o.outcome == v.Outcome {
				return i
			}
		}
		return -1
	}
	for i := range r.Verdicts {
		all = append(all, &r.Verdicts[i])
	}
	slices.SortStableFunc(all, func(a, b *gates.Verdict) int { return rank(a) - rank(b) })
	return all
}

// story is what went wrong, and in which cells.
type story struct {
	status, reason string
	stderr         []string // its last lines
	cells          []string // keys that do not break
}

// stories tells what went wrong: cells with the same story are told together.
func (r *Report) stories() []*story {
	var stories []*story
	known := map[string]*story{}
	for i := range r.Cells {
		c := &r.Cells[i]
		s := story{status: c.Trouble()}
		if s.status == "" {
			continue
		}
		if bad := c.Bad(); bad != nil {
			s.reason, s.stderr = bad.Reason, tail(bad.Stderr, 3)
		}
		if c.Reason != "" {
			s.reason = c.Reason
		}
		id := strings.Join(append(s.stderr, s.status, s.reason), "\n")
		if known[id] == nil {
			known[id] = &s
			stories = append(stories, &s)
		}
		known[id].cells = append(known[id].cells, glue(r.key(c.Cell)))
	}
	return stories
}

// cautions are the first warning of each cell, and in how many of its trials there were some.
func (r *Report) cautions() (told []string) {
	for i := range r.Cells {
		c := &r.Cells[i]
		first, n := "", 0
		for _, trial := range c.Trials {
			if len(trial.Warnings) > 0 {
				if n++; first == "" {
					first = trial.Warnings[0]
				}
			}
		}
		if n > 0 {
			told = append(told, fmt.Sprintf("%s: %s (%d of %d trials)", r.key(c.Cell), Visible(first), n, len(c.Trials)))
		}
	}
	return told
}

// notes tells how much each baseline differs from itself, and why a check and the table may differ.
func (r *Report) notes() (told []string) {
	for _, n := range r.Noise {
		if n.N == 0 || math.IsNaN(n.Ratio) || math.IsInf(n.Ratio, 0) {
			continue
		}
		who := "the baseline"
		if len(r.Noise) > 1 {
			who = glue(r.key(n.Cell))
		}
		told = append(told, fmt.Sprintf("noise floor: %s against itself differs by %s (%s)", who, percent(math.Abs(n.Ratio-1)), blocks(n.N)))
	}
	for _, v := range r.Verdicts {
		if v.Confirmed > 0 {
			return append(told, "the table counts all blocks; a check that was measured again shows what decided it, without the fresh blocks")
		}
	}
	return told
}

// shared tells how many of the counted trials are contaminated, and what by. Where a cell would have too few others, its
// numbers come from all of them.
func (r *Report) shared() (told []string) {
	for _, kind := range []struct {
		disturbed bool
		one, many string
	}{{false, "shared the machine", "shared the machine"}, {true, "was disturbed", "were disturbed"}} {
		ok, out, kept := 0, 0, 0
		for i := range r.Cells {
			c := &r.Cells[i]
			n, of := c.Counts[results.OK], c.Contaminated-c.Disturbed
			if kind.disturbed {
				of = c.Disturbed
			}
			ok += n
			if n-c.Contaminated < stats.LeastBlocks {
				kept += of
			} else {
				out += of
			}
		}
		why := ""
		if first := r.firstContaminated(kind.disturbed); first != "" {
			why = ": " + Visible(first)
		}
		of := func(n int) string {
			if n == 1 {
				return fmt.Sprintf("1 of %d trials %s", ok, kind.one)
			}
			return fmt.Sprintf("%d of %d trials %s", n, ok, kind.many)
		}
		if out > 0 {
			told = append(told, fmt.Sprintf("%s and %s not count%s", of(out), do(out), why))
			why = ""
		}
		if kept > 0 {
			told = append(told, fmt.Sprintf("%s, but the table counts %s, since fewer than %d others of the cell are there%s",
				of(kept), them(kept), stats.LeastBlocks, why))
		}
	}
	return told
}

func do(n int) string {
	if n == 1 {
		return "does"
	}
	return "do"
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// firstContaminated is what the first of the trials that are counted here shared the machine with, or was disturbed by.
func (r *Report) firstContaminated(disturbed bool) (what string) {
	var first *results.Trial
	for i := range r.Cells {
		for _, trial := range r.Cells[i].Trials {
			by, is := results.Disturbance(trial.Contaminated)
			if by == "" || !trial.Counts() || is != disturbed {
				continue
			}
			if first == nil || trial.Block < first.Block || trial.Block == first.Block && trial.Position < first.Position {
				first, what = trial, by
			}
		}
	}
	return what
}
