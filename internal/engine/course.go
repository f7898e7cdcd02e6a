package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
)

// course is a run on its way from block to block.
type course struct {
	*Engine
	proof     *proof
	past      *past
	forgotten []int     // baselines whose results were recorded, but not kept whole
	began     time.Time // as if what was recorded before had been measured just now
	spread    *spread   // over hosts; nil: all is run here, block after block

	mu     sync.Mutex // over what follows, and held while a trial is recorded and told of
	absent []bool     // by cell: it cannot run here, as one row says
	again  bool       // what is told of was recorded before the run was resumed
	out    Outcome
}

// round is one block.
type round struct {
	number int   // from 0
	warmup bool  // its trials are not counted
	of     int   // blocks at most, going by the spec; what has to be measured again comes on top
	cells  []int // that the block is to have; nil: all
	slots  []spec.Slot
	owed   []int // on hosts: the cells that it is to count for, ascending
	at     int   // place after the last recorded one
}

// blocks measures block after block here until enough is known, or time is up.
func (c *course) blocks(ctx context.Context, around *steps) error {
	for number := 0; ; number++ {
		cells, enough := c.wanted(number)
		if enough {
			return nil
		}
		r := c.round(number, cells)
		if c.left(r.slots) == 0 && len(c.past.blocks[number]) == 0 { // nothing that can run here is wanted, and asking again would not change that
			return nil
		}
		if budget := c.Plan.Experiment.Repeats.Budget; budget > 0 && number > c.past.last && c.Now().Sub(c.began) > budget {
			c.out.OutOfBudget = true
			return nil
		}
		if err := c.measure(ctx, around, r); err != nil || c.out.Interrupted {
			return err
		}
	}
}

// wanted are the cells that a block is to have, nil for all of them, or that there are blocks enough.
func (c *course) wanted(number int) (cells []int, enough bool) {
	repeats := c.Plan.Experiment.Repeats
	switch {
	case number < repeats.Warmup:
		return nil, false
	case c.More == nil:
		return nil, number >= repeats.Warmup+repeats.Min
	}
	if cells = c.More(); len(cells) == 0 {
		cells = c.past.of(number) // it was begun by what was known of the machine then: what is recorded of it is all there is
	}
	return cells, len(cells) == 0
}

// round is a block of these cells in the order of the plan. A baseline's second copy goes with it.
func (c *course) round(number int, cells []int) *round {
	repeats := c.Plan.Experiment.Repeats
	r := &round{number: number, warmup: number < repeats.Warmup, of: repeats.Warmup + repeats.Min, cells: cells, slots: c.blockSlots(number, c.proof)}
	if c.More != nil {
		r.of = max(repeats.Warmup+repeats.Max, number+1)
	}
	if cells != nil {
		wanted := make([]bool, len(c.Plan.Cells))
		for _, i := range cells {
			wanted[i] = true
		}
		r.slots = slices.DeleteFunc(r.slots, func(s spec.Slot) bool { return !wanted[s.Cell] })
	}
	return r
}

// ahead is how many trials of a block, from this place on, are still to be run.
func (c *course) ahead(r *round, from int) (n int) {
	for _, s := range r.slots[from:] {
		if !c.absent[s.Cell] && !c.past.has(r.number, s) {
			n++
		}
	}
	return n
}

// left is how many of these trials can be run here.
func (c *course) left(slots []spec.Slot) (n int) {
	for _, s := range slots {
		if !c.absent[s.Cell] {
			n++
		}
	}
	return n
}

// measure runs the trials of a block that are not recorded yet, each recorded before the next one starts.
func (c *course) measure(ctx context.Context, around *steps, r *round) error {
	c.recall(r)
	for at, slot := range r.slots {
		if !c.due(r, slot) {
			continue
		}
		if err := c.prove(ctx, around, r); err != nil {
			return err
		}
		trial, err := c.trial(ctx, around, slot, r, c.past.free(r.number, at))
		if around.host.Lost() != nil {
			return c.spread.fell(ctx, around.host, trial, r, at)
		}
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			c.interrupted()
			return nil
		}
		if len(c.past.blocks[r.number]) > 0 && !replays(c.Plan.Cells[slot.Cell].Executor) {
			trial.Contaminated = cmp.Or(trial.Contaminated, "the run was interrupted in this block")
		}
		if err := c.keep(ctx, trial, r, at); err != nil {
			return err
		}
	}
	return nil
}

// due tells whether a trial of a block is still to be run.
func (c *course) due(r *round, slot spec.Slot) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.absent[slot.Cell] && !c.past.has(r.number, slot)
}

func (c *course) interrupted() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out.Interrupted = true
}

// keep records a trial and tells of it. That a cell cannot run is recorded once, though several hosts may find it out.
func (c *course) keep(ctx context.Context, trial results.Trial, r *round, at int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	slot, absent := r.slots[at], trial.Status == results.Unavailable
	if absent && c.absent[slot.Cell] {
		return nil
	}
	// Recording is not cancelled by the Ctrl-C that may come meanwhile: the trial is whole.
	if err := c.Recorder.Record(context.WithoutCancel(ctx), trial); err != nil {
		return fmt.Errorf("record trial %d of block %d: %w", trial.Position, r.number, err)
	}
	c.absent[slot.Cell] = c.absent[slot.Cell] || absent
	c.out.Trials++
	if r.at = at + 1; c.spread != nil {
		c.spread.thrive(slot.Cell)
	}
	c.notify(trial, slot, r, c.ahead(r, r.at))
	return nil
}

// replays tells of an executor whose times are declared: nothing that happens to the machine changes them.
func replays(executor string) bool {
	how, _ := executors.Lookup(executor)
	return how != nil && how.Info().InRunner
}

// prove runs baselines once more whose results are needed to prove others by, and that were recorded but not kept whole.
func (c *course) prove(ctx context.Context, around *steps, r *round) error {
	for _, i := range c.forgotten {
		if c.proof.waits(i) && ctx.Err() == nil {
			t, err := c.trial(ctx, around, spec.Slot{Cell: i}, r, 0)
			if around.host.Lost() != nil {
				return errLost
			}
			if err == nil && ctx.Err() == nil && c.proof.waits(i) {
				err = fmt.Errorf("the results of the baseline %s were too large to keep, and it does not give them again (%s: %s): nothing can be proven by it", c.Plan.Cells[i].Cell.Key(), t.Status, t.Reason)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// notify tells of a trial. left is how many its block still has. How many there will be is reckoned as if all later blocks
// had the cells of this one, or all cells as long as it is a warm-up block.
func (c *course) notify(trial results.Trial, slot spec.Slot, r *round, left int) {
	if c.Notify == nil {
		return
	}
	of, later := r.of, r.of-r.number-1
	if c.spread != nil {
		of, later, left = c.spread.expected()
	}
	total := c.out.Trials + left + later*c.left(r.slots)
	c.Notify(Event{
		Trial: trial, Again: c.again, Cell: slot.Cell, Done: c.out.Trials, Total: total, Block: r.number, Of: of, Cells: r.cells,
		AtMost: c.More != nil && c.Plan.Experiment.Repeats.Adaptive(),
	})
}
