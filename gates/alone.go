package gates

import (
	"bench/runner/internal/matrix"
	"bench/runner/internal/stats"
	"bench/runner/results"
)

// alone finds the cell that does the same work as another with one worker: its baseline if that is one, else the serial
// cell or that with one worker beside it; -1 if there is none.
func (m *measured) alone(cell int) int {
	cells := m.Plan.Cells
	if base := cells[cell].Baseline; base >= 0 && m.isAlone(base, cell) {
		return base
	}
	found := -1
	for i := range cells {
		if m.isAlone(i, cell) && (found < 0 || cells[i].Executor == "serial" || cells[i].Executor == cells[cell].Executor && cells[found].Executor != "serial") {
			found = i
		}
	}
	return found
}

// isAlone tells whether a cell has one worker, and else differs from another only in how its tasks are run.
func (m *measured) isAlone(one, cell int) bool {
	a, b := &m.Plan.Cells[one], &m.Plan.Cells[cell]
	if a.Other != b.Other || a.Workers != 1 || !a.Counted() || a.Workload.Name != b.Workload.Name || a.Runtime.Name != b.Runtime.Name {
		return false
	}
	for _, f := range a.Facets {
		v := get(b.Facets, f.Name)
		if f.Name != matrix.Executor && f.Name != matrix.Workers && v != nil && !matrix.Equal(v, f.Value) {
			return false
		}
	}
	return true
}

// together is what meeting finds, whether or not the machine was busy.
func (m *measured) together(cells []int) []int {
	blocks, _ := m.meeting(cells)
	return blocks
}

// meeting are the places of the blocks in which all of some cells have an OK trial that had the machine to itself; where
// that leaves fewer than LeastBlocks, those that shared it too, and busy tells so.
func (m *measured) meeting(cells []int) (blocks []int, busy bool) {
	var clean, all []int
	for block := range m.blocks {
		ok, shared := true, false
		for _, c := range cells {
			t := m.ok[c][block]
			ok = ok && t != nil
			shared = shared || t != nil && t.Contaminated != ""
		}
		if ok {
			all = append(all, block)
			if !shared {
				clean = append(clean, block)
			}
		}
	}
	if len(clean) < stats.LeastBlocks {
		return all, len(clean) < len(all)
	}
	return clean, false
}

// on are the values of a cell on some blocks that all have an OK trial.
func (m *measured) on(cell int, blocks []int, of func(*results.Trial) float64) []float64 {
	out := make([]float64, len(blocks))
	for i, b := range blocks {
		out[i] = of(m.ok[cell][b])
	}
	return out
}
