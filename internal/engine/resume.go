package engine

import (
	"fmt"
	"slices"

	"bench/runner/results"
	"bench/runner/spec"
)

// past is what a run that is resumed has recorded before.
type past struct {
	cells  map[string]int // places in the plan, by workload and key
	blocks map[int][]results.Trial
	last   int // the block of its last trial; -1: it has none
}

func newPast(plan *spec.Plan, trials []results.Trial) (*past, error) {
	p := &past{cells: map[string]int{}, blocks: map[int][]results.Trial{}, last: -1}
	for i := range plan.Cells {
		p.cells[place(plan.Cells[i].Workload.Name, plan.Cells[i].Cell.Key())] = i
	}
	for _, t := range trials {
		if _, planned := p.cells[place(t.Workload, t.Cell.Key())]; !planned {
			return nil, fmt.Errorf("the run has a trial of %s %s, which is not in its plan: measure it anew", t.Workload, t.Cell.Key())
		}
		p.blocks[t.Block] = append(p.blocks[t.Block], t)
		p.last = max(p.last, t.Block)
	}
	for _, block := range p.blocks {
		slices.SortStableFunc(block, func(a, b results.Trial) int { return a.Position - b.Position })
	}
	return p, nil
}

func place(workload, key string) string { return workload + "\x00" + key }

func (p *past) cell(t *results.Trial) int { return p.cells[place(t.Workload, t.Cell.Key())] }

// of are the cells that have trials in a block, ascending.
func (p *past) of(block int) (cells []int) {
	for i := range p.blocks[block] {
		cells = append(cells, p.cell(&p.blocks[block][i]))
	}
	slices.Sort(cells)
	return slices.Compact(cells)
}

func (p *past) has(block int, slot spec.Slot) bool {
	return slices.ContainsFunc(p.blocks[block], func(t results.Trial) bool { return p.cell(&t) == slot.Cell && t.Control == slot.Control })
}

// free is the position of a trial in its block: the wanted one, or the next that no recorded trial has. They differ only
// where the block has other cells now than when it was begun.
func (p *past) free(block, wanted int) int {
	for slices.ContainsFunc(p.blocks[block], func(t results.Trial) bool { return t.Position == wanted }) {
		wanted++
	}
	return wanted
}

// recall goes once more through what was recorded of a block, as if it had just happened. It notes which baselines gave
// results that the store does not have whole, so that they have to be had again.
func (c *course) recall(r *round) {
	c.mu.Lock()
	defer c.mu.Unlock()
	recorded := c.past.blocks[r.number]
	for i := range recorded {
		t, index := recorded[i], c.past.cell(&recorded[i])
		if good := t.Status == results.OK || t.Status == results.Leaked; good && c.proof.waits(index) {
			if w := c.Plan.Cells[index].Workload; t.ResultsDigest+t.ResultDigest != "" || w.AsksFor("files") {
				c.forgotten = append(c.forgotten, index)
			} else {
				_ = c.proof.check(index, &t, nil)
			}
		}
		c.absent[index] = c.absent[index] || t.Status == results.Unavailable
		c.out.Trials++
		c.again = true
		c.notify(t, spec.Slot{Cell: index, Control: t.Control}, r, len(recorded)-i-1+c.ahead(r, 0))
		c.again = false
	}
}
