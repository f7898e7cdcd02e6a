package gates

import "slices"

// sight is which blocks a check can see, as places in their order.
type sight struct {
	clean        []int // all of its cells were tried, and had the machine to themselves
	complete     []int // of these, all cells that it times are ok
	contaminated []int // something else took part of the machine
	disputed     []int // of these, all cells that it times are ok
}

// shown are the blocks that what is printed rests on: where no block is clean, the others.
func (g sight) shown() []int {
	if len(g.complete) > 0 {
		return g.complete
	}
	return g.disputed
}

// sight sorts the blocks of a check by its own cells alone: what others went through is no matter of it.
func (s *statistic) sight() sight { return s.data.sight(s.timed(), s.touchy()) }

// sight sorts the blocks by some cells; touchy are those of them whose numbers a neighbour changes.
func (m *measured) sight(cells, touchy []int) (out sight) {
	for b := range m.blocks {
		ran, contaminated, whole := true, false, true
		for _, c := range cells {
			ran = ran && m.ran[c][b]
			contaminated = contaminated || m.contaminated[c][b] != "" && slices.Contains(touchy, c)
			whole = whole && m.ok[c][b] != nil
		}
		switch {
		case !ran:
		case contaminated:
			out.contaminated = append(out.contaminated, b)
			if whole {
				out.disputed = append(out.disputed, b)
			}
		default:
			out.clean = append(out.clean, b)
			if whole {
				out.complete = append(out.complete, b)
			}
		}
	}
	return out
}

// timed are the cells, baselines too, that the check asks for what is random, ascending.
func (s *statistic) timed() []int {
	return s.cells(func(u *use) bool { return !u.site.function.exact })
}

// touchy are those of them whose numbers a neighbour changes.
func (s *statistic) touchy() []int {
	return s.cells(func(u *use) bool { return !u.site.function.exact && !u.steady() })
}

// steady: what is asked for comes out the same whatever else takes part of the machine.
func (u *use) steady() bool {
	return u.site.function.steady || u.site.function.across && changing[u.params[1].(string)].steady()
}

// cells are those that some functions are asked about, and their baselines, ascending.
func (s *statistic) cells(of func(*use) bool) []int {
	var cells []int
	for _, u := range s.check.uses {
		if !of(&u) || u.site.function.kind == noCell {
			continue
		}
		r, err := s.check.resolve(s.check.assertion.index(u.site), u.values, u.params)
		if err == nil {
			cells = append(append(cells, r.cells...), r.bases...)
		}
	}
	slices.Sort(cells)
	return slices.Compact(cells)
}

// until are the blocks up to the n-th clean one; all of them where n is 0 or there are fewer.
func (g sight) until(n int) sight {
	if n <= 0 || n >= len(g.clean) {
		return g
	}
	return g.between(-1, g.clean[n-1])
}

// after are the blocks behind the n-th clean one.
func (g sight) after(n int) sight {
	if n <= 0 || n >= len(g.clean) {
		return sight{}
	}
	return g.between(g.clean[n-1], int(^uint(0)>>1))
}

func (g sight) between(after, last int) sight {
	within := func(blocks []int) []int {
		var out []int
		for _, b := range blocks {
			if b > after && b <= last {
				out = append(out, b)
			}
		}
		return out
	}
	return sight{within(g.clean), within(g.complete), within(g.contaminated), within(g.disputed)}
}
