package spec

import (
	"math/bits"
	"math/rand/v2"
)

// Block is the order of block n, from 0. It follows from the plan's seed and n alone.
//
// Blocks come in groups of as many as a block has slots. A group is a Latin square: over the group each cell stands once
// in each place. Its rows are those of a Williams design, in which a cell does not keep its neighbours either, with
// cells and rows shuffled. (E. J. Williams, Experimental designs balanced for the estimation of residual effects of
// treatments, 1949.) With `order: sequential` every block has the order of the matrix, and the control last.
func (p *Plan) Block(n int) []Slot {
	slots := make([]Slot, 0, len(p.Cells)+1)
	for i := range p.Cells {
		slots = append(slots, Slot{Cell: i})
	}
	if i := p.control(); i >= 0 {
		slots = append(slots, Slot{Cell: i, Control: true})
	}
	if p.Experiment.Sequential || len(slots) < 2 {
		return slots
	}
	size := len(slots)
	group, row := n/size, n%size
	random := rand.NewPCG(p.Seed, uint64(group))
	cells, rows := permutation(random, size), permutation(random, size)
	order := make([]Slot, size)
	for place := range order {
		column := place
		if size%2 == 1 && group%2 == 1 { // with an odd number the mirror image completes the balance
			column = size - 1 - place
		}
		order[place] = slots[cells[(zigzag(column, size)+rows[row])%size]]
	}
	return order
}

// control is the first cell that is its own baseline, -1 for none.
func (p *Plan) control() int {
	if p.Experiment.Control {
		for i, c := range p.Cells {
			if c.Baseline == i {
				return i
			}
		}
	}
	return -1
}

// zigzag is 0, 1, n-1, 2, n-2, …: neighbours differ by a different step each time.
func zigzag(i, n int) int {
	if i%2 == 1 {
		return (i + 1) / 2
	}
	return (n - i/2) % n
}

// permutation shuffles 0 … n-1 (Fisher and Yates). It is written out so that stored seeds give the same order with any
// later Go.
func permutation(random *rand.PCG, n int) []int {
	p := make([]int, n)
	for i := range p {
		j := below(random, i+1)
		p[i] = p[j]
		p[j] = i
	}
	return p
}

// below draws from 0 … n-1 without bias (D. Lemire, Fast random integer generation in an interval, 2019).
func below(random *rand.PCG, n int) int {
	bound := uint64(n)
	high, low := bits.Mul64(random.Uint64(), bound)
	for threshold := -bound % bound; low < threshold; {
		high, low = bits.Mul64(random.Uint64(), bound)
	}
	return int(high)
}
