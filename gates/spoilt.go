package gates

import (
	"slices"

	"bench/runner/results"
)

// spoilt says why blocks do not count: n of them, of which disturbed were spoilt by what befell their own trials, not by a
// neighbour.
func spoilt(n, disturbed int) string {
	switch {
	case disturbed == 0:
		return "the machine was busy"
	case disturbed == n:
		return "trials were disturbed"
	}
	return "the machine was busy or trials were disturbed"
}

// Spoilt says why the contaminated blocks of a verdict do not count, as a clause: the machine was busy.
func (v *Verdict) Spoilt() string { return spoilt(v.Contaminated, v.Disturbed) }

// spoiltIn is why some of these blocks do not count.
func (m *measured) spoiltIn(cells, blocks []int) string {
	n := 0
	for _, b := range blocks {
		if slices.ContainsFunc(cells, func(c int) bool { return m.contaminated[c][b] != "" }) {
			n++
		}
	}
	return spoilt(n, m.disturbedIn(cells, blocks))
}

// disturbedIn counts the blocks in which the trials of some cells were disturbed, and no neighbour is to blame.
func (m *measured) disturbedIn(cells, blocks []int) (n int) {
	for _, b := range blocks {
		disturbed, busy := false, false
		for _, c := range cells {
			by := m.contaminated[c][b]
			_, is := results.Disturbance(by)
			disturbed, busy = disturbed || is, busy || by != "" && !is
		}
		if disturbed && !busy {
			n++
		}
	}
	return n
}
