package main

import (
	"fmt"

	"bench/runner/internal/stats"
)

// estimate is a number with its 95 % interval, over n pairs.
type estimate struct {
	value, lowest, highest float64
	n                      int
}

// ratio is the median of the ratios of neighbours, with its distribution-free interval. Below six pairs there is none: it
// has no width then, and decides nothing.
func ratio(ours, peers []float64) estimate {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / peers[i]
	}
	e := estimate{value: stats.Median(ratios), n: len(ratios)}
	if i, ok := stats.MedianInterval(ratios, 0.95); ok {
		e.lowest, e.highest = i[0], i[1]
	}
	return e
}

func (e estimate) String() string {
	if e.highest == 0 {
		return fmt.Sprintf("%s (n=%d)", digits(e.value), e.n)
	}
	return fmt.Sprintf("%s [%s, %s] (n=%d)", digits(e.value), digits(e.lowest), digits(e.highest), e.n)
}

// atMost tells whether a limit is kept. Where the interval has the limit in it, that is not known.
func (e estimate) atMost(limit float64) string {
	switch {
	case e.highest == 0:
	case e.highest <= limit:
		return "yes"
	case e.lowest > limit:
		return "**no**"
	}
	return "inconclusive"
}

// inTurn measures two sides, in every other round the second one first.
func inTurn(round int, one, other func() error) error {
	if round%2 == 1 {
		one, other = other, one
	}
	if err := one(); err != nil {
		return err
	}
	return other()
}
