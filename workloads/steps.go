package workloads

import (
	"context"
	"fmt"
	"math"
)

// inSteps calls work for [lo, hi) in pieces of at most step, and asks between two of them whether ctx is done. The piece
// is chosen so that asking costs nothing beside it and a cancelled task still ends within milliseconds.
func inSteps(ctx context.Context, lo, hi, step int, work func(lo, hi int)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		next := hi
		if hi-lo > step {
			next = lo + step
		}
		work(lo, next)
		if lo = next; lo >= hi {
			return nil
		}
	}
}

// shareParams are lo and hi as `tasks: {range: N, chunk: C}` gives them; without them a task does the whole.
func shareParams(of, whole string) []Param {
	return []Param{
		{Name: "lo", Doc: "first " + of + " of this task, from 0", Default: 0},
		{Name: "hi", Doc: of + " after the last; -1: " + whole, Default: -1, Min: -1},
	}
}

// share reads lo and hi as a part of [0, whole).
func share(a Args, whole int) (lo, hi int, err error) {
	lo, hi = a.Int("lo"), a.Int("hi")
	if hi == -1 {
		hi = whole
	}
	if lo > hi || hi > whole {
		return 0, 0, fmt.Errorf("lo %d and hi %d are no part of the whole of %d: give 0 <= lo <= hi <= %d", lo, hi, whole, whole)
	}
	return lo, hi, nil
}

// xorshift is Marsaglia's xorshift64* generator without its last multiplication: the next state of a state that is not 0.
func xorshift(x uint64) uint64 {
	x ^= x >> 12
	x ^= x << 25
	return x ^ x>>27
}

// seedState spreads a seed and an index over 64 bits (the finaliser of SplitMix64); the result is never 0.
func seedState(seed, index int) uint64 {
	x := uint64(seed)*0x9e3779b97f4a7c15 + uint64(index) + 1
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return max(x^x>>31, 1)
}

// anyNumber is the Min of a parameter that may be negative.
const anyNumber = -math.MaxFloat64
