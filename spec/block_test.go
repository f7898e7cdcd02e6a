package spec

import (
	"fmt"
	"strings"
	"testing"
)

// cellsFor makes a plan of n cells, the third of which is the baseline of all.
func cellsFor(n int, control bool) *Plan {
	p := &Plan{Experiment: &Experiment{Control: control}, Seed: 42}
	for range n {
		p.Cells = append(p.Cells, PlannedCell{Baseline: min(2, n-1)})
	}
	return p
}

func TestBlockIsAPermutation(t *testing.T) {
	for _, control := range []bool{false, true} {
		for n := 1; n < 30; n++ {
			p := cellsFor(n, control)
			for b := range 3 * n {
				seen := map[Slot]bool{}
				for _, s := range p.Block(b) {
					if seen[s] || s.Control && s.Cell != min(2, n-1) {
						t.Fatalf("%d cells, block %d: %v", n, b, p.Block(b))
					}
					seen[s] = true
				}
				want := n
				if control {
					want++
				}
				if len(seen) != want {
					t.Fatalf("%d cells, block %d has %d slots", n, b, len(seen))
				}
			}
		}
	}
}

// Over as many blocks as there are slots each slot stands once in each place, and over twice as many (once, if their
// number is even) each pair of neighbours is there equally often.
func TestBlocksAreBalanced(t *testing.T) {
	for _, n := range []int{2, 3, 4, 5, 8, 9} {
		p := cellsFor(n, false)
		for group := range 4 {
			places := map[[2]int]int{}
			for b := group * n; b < (group+1)*n; b++ {
				for place, s := range p.Block(b) {
					places[[2]int{place, s.Cell}]++
				}
			}
			if len(places) != n*n {
				t.Errorf("%d cells: %d of %d pairs of cell and place in group %d", n, len(places), n*n, group)
			}
		}
		if n%2 == 1 {
			continue
		}
		pairs := map[[2]int]int{}
		for b := range n {
			order := p.Block(b)
			for i := 1; i < n; i++ {
				pairs[[2]int{order[i-1].Cell, order[i].Cell}]++
			}
		}
		if len(pairs) != n*(n-1) {
			t.Errorf("%d cells: %d of %d pairs of neighbours", n, len(pairs), n*(n-1))
		}
	}
}

func TestBlockFollowsFromTheSeed(t *testing.T) {
	p, again, q := cellsFor(12, true), cellsFor(12, true), cellsFor(12, true)
	same, differ := true, 0
	q.Seed++
	for b := range 20 {
		same = same && fmt.Sprint(p.Block(b)) == fmt.Sprint(again.Block(b))
		if fmt.Sprint(p.Block(b)) != fmt.Sprint(q.Block(b)) {
			differ++
		}
	}
	if !same || differ < 18 {
		t.Errorf("same %v, %d of 20 blocks differ with another seed", same, differ)
	}
}

func TestSequential(t *testing.T) {
	p := cellsFor(4, true)
	p.Experiment.Sequential = true
	if got := fmt.Sprint(p.Block(7)); got != "[{0 false} {1 false} {2 false} {3 false} {2 true}]" {
		t.Error(got)
	}
}

func TestControl(t *testing.T) {
	p := cellsFor(3, true)
	for i := range p.Cells {
		p.Cells[i].Baseline = -1
	}
	if len(p.Block(0)) != 3 {
		t.Error("without a baseline there is no control")
	}
	p = cellsFor(3, false)
	if len(p.Block(0)) != 3 {
		t.Error("control: false has a control")
	}
}

// The orders of a stored seed must never change: a run that is resumed goes on with them.
func TestBlockGolden(t *testing.T) {
	var b strings.Builder
	for _, n := range []int{1, 2, 5, 6} {
		for _, seed := range []uint64{0, 1, 1 << 63} {
			p := cellsFor(n, true)
			p.Seed = seed
			fmt.Fprintf(&b, "%d cells, seed %d\n", n, seed)
			for block := range 2*n + 3 {
				for _, s := range p.Block(block) {
					fmt.Fprintf(&b, " %d", s.Cell)
					if s.Control {
						b.WriteString("c")
					}
				}
				b.WriteByte('\n')
			}
		}
	}
	golden(t, "testdata/blocks.golden", []byte(b.String()))
}
