package engine

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// spread hands the blocks of a course out to hosts. A block is whole on its host: one that breaks with it is not continued,
// and what it lacks is measured in a later block, beside its baselines. Hosts warm up each for themselves.
type spread struct {
	*course
	changed *sync.Cond      // a block came to its end, or a host went; over course.mu
	stop    func()          // ends all work at once
	full    func()          // ends the search for hosts
	number  int             // of the next block
	asked   int             // counted blocks
	owed    []int           // by cell: the counted trials that were asked for and are neither recorded nor on their way
	flights map[*round]bool // blocks that are being run
	serving map[*visit]bool // hosts that have had a block, and are not done
	resting bool            // there seemed to be enough, going by what was recorded then
	over    bool            // nothing is handed out any more
	failed  error           // the first that ends the run
	losses
}

func newSpread(c *course) *spread {
	s := &spread{course: c, owed: make([]int, len(c.Plan.Cells)), flights: map[*round]bool{}, serving: map[*visit]bool{},
		losses: losses{falls: map[int]fall{}, barren: map[string]int{}}}
	s.changed = sync.NewCond(&c.mu)
	return s
}

// replay goes through the blocks that were recorded before, and asks for them as it was asked then. Those that were not
// whole stay so: what they lack is owed.
func (s *spread) replay() {
	for _, number := range slices.Sorted(maps.Keys(s.past.blocks)) {
		r := &round{number: number, warmup: s.past.blocks[number][0].Warmup}
		s.number = number + 1
		if !r.warmup && !s.owes() {
			for _, i := range s.more() {
				s.owed[i]++
			}
		}
		s.recall(r)
		for _, t := range s.past.blocks[number] {
			if !r.warmup && !t.Control {
				s.owed[s.past.cell(&t)]--
			}
		}
	}
	for i := range s.owed {
		if s.Plan.Cells[i].Baseline == i { // it may have gone with what was lacking, and that is not to its debit
			s.owed[i] = max(s.owed[i], 0)
		}
	}
}

// more are the cells that another counted block is to have; none: there are blocks enough.
func (s *spread) more() (cells []int) {
	switch {
	case s.More != nil:
		cells = s.More()
	case s.asked < s.Plan.Experiment.Repeats.Min:
		for i := range s.Plan.Cells {
			cells = append(cells, i)
		}
	}
	if len(cells) > 0 {
		s.asked++
	}
	return cells
}

func (s *spread) owes() bool { return len(s.lacking()) > 0 }

// lacking are the cells that a block is to have for what is owed, with their baselines: cells are compared within their block.
func (s *spread) lacking() (cells []int) {
	for i, n := range s.owed {
		if n > 0 && !s.absent[i] {
			cells = append(cells, i)
			if b := s.Plan.Cells[i].Baseline; b >= 0 {
				cells = append(cells, b)
			}
		}
	}
	slices.Sort(cells)
	return slices.Compact(cells)
}

// next waits for a block that a host can have; nil if there will be none.
func (s *spread) next(ctx context.Context, v *visit) *round {
	defer context.AfterFunc(ctx, s.wake)()
	s.mu.Lock()
	defer s.mu.Unlock()
	for ctx.Err() == nil && !s.over {
		if r := s.hand(v); r != nil {
			return r
		}
		if !s.over {
			s.changed.Wait()
		}
	}
	return nil
}

func (s *spread) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

// hand gives out a block, or nil if there is none by what is known now.
func (s *spread) hand(v *visit) *round {
	repeats := s.Plan.Experiment.Repeats
	warmup := v.blocks < repeats.Warmup
	cells := s.lacking()
	if len(cells) == 0 && s.mayAsk(warmup) {
		cells = s.wants()
		if s.resting = len(cells) == 0; s.resting {
			s.rest()
			return nil
		}
	}
	if warmup && !s.admits(v) || !warmup && len(cells) == 0 {
		return nil
	}
	if warmup || len(cells) == len(s.Plan.Cells) {
		cells = nil // all of them
	}
	r := s.round(s.number, cells)
	r.warmup = warmup
	switch budget := repeats.Budget; {
	case s.left(r.slots) == 0:
		s.rest()
		return nil
	case budget > 0 && s.Now().Sub(s.began) > budget:
		s.out.OutOfBudget = true
		s.end()
		return nil
	}
	s.number++
	s.flights[r], s.serving[v] = true, true
	if v.counted = !warmup; v.counted {
		for i, n := range s.owed {
			if n > 0 {
				r.owed = append(r.owed, i)
			}
		}
	}
	s.owe(r, -1)
	return r
}

// wants asks for the cells of another counted block and notes that they are owed. Less is owed than is asked for where the
// blocks before a resumption had more of a cell than was counted on.
func (s *spread) wants() (cells []int) {
	asked := slices.Sorted(slices.Values(s.more()))
	for _, i := range asked {
		s.owed[i]++
	}
	if !s.owes() {
		for _, i := range asked {
			s.owed[i] = 1
		}
	}
	return slices.DeleteFunc(asked, func(i int) bool { return s.owed[i] <= 0 || s.absent[i] })
}

// mayAsk tells whether it is to be asked which cells another block is to have. While blocks are on their way the answer goes by
// less than will be known: that there is enough has to be said once more when all of them are recorded.
func (s *spread) mayAsk(warmup bool) bool {
	if s.resting {
		return len(s.flights) == 0
	}
	return !warmup
}

// admits tells whether a host is to warm up: not where those that have begun can run all that is expected.
func (s *spread) admits(v *visit) bool {
	switch {
	case s.owes():
		return true
	case s.resting:
		return false
	}
	ready := 0 // hosts that are to have their first counted block
	for other := range s.serving {
		if !other.counted {
			ready++
		}
	}
	return s.serving[v] || len(s.serving) == 0 || s.asked+ready < s.most()
}

// most is how many counted blocks are planned at most.
func (s *spread) most() int {
	repeats := s.Plan.Experiment.Repeats
	if s.More == nil {
		return repeats.Min
	}
	return max(repeats.Min, repeats.Max)
}

// rest: there is nothing to hand out, unless a block that is on its way breaks, or changes what is known.
func (s *spread) rest() {
	s.resting = true
	if len(s.flights) == 0 {
		s.end()
	}
}

func (s *spread) end() {
	s.over = true
	s.full()
	s.changed.Broadcast()
}

// land notes that the block of a host has ended. What it lacks is owed again.
func (s *spread) land(v *visit, r *round) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.blocks++
	delete(s.flights, r)
	s.owe(r, 1)
	s.changed.Broadcast()
}

// owe counts those trials of a block that are not recorded, but for what goes with them only to be compared with.
func (s *spread) owe(r *round, by int) {
	for _, slot := range r.slots[r.at:] {
		if _, counts := slices.BinarySearch(r.owed, slot.Cell); counts && !slot.Control {
			s.owed[slot.Cell] += by
		}
	}
}

// expected is how many blocks are to be expected in all, how many of them are still to be handed out, and how many trials
// are on their way.
func (s *spread) expected() (of, later, left int) {
	later = max(s.most()-s.asked, 0)
	for r := range s.flights {
		left += s.ahead(r, r.at)
	}
	return s.number + later, later, left
}
