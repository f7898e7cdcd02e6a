package workloads

import (
	"context"
	"fmt"
)

func init() {
	Register(Workload{
		Name: "spin_mixed",
		Doc:  "spin for items of uneven size, and return the sum of their checksums",
		Params: []Param{
			{Name: "n", Doc: "size of an item, units of work; with a seed the greatest size", Default: 0, Required: true},
			{Name: "lo", Doc: "first item of this task, from 0", Default: 0},
			{Name: "hi", Doc: "item after the last", Default: 1},
			{Name: "seed", Doc: "0: every item has n units; else item i has 1 to n, drawn from seed and i", Default: 0},
			{Name: "iterations", Doc: "iterations of the generator in a unit", Default: 100_000, Min: 1, Max: 1e9},
		},
		Run: runSpinMixed,
	})
}

// runSpinMixed returns a sum, so that the items together give the same number however they were shared out.
func runSpinMixed(ctx context.Context, a Args) (Result, error) {
	lo, hi, sum := a.Int("lo"), a.Int("hi"), 0
	if lo > hi {
		return nil, fmt.Errorf("lo %d is greater than hi %d: give lo <= hi", lo, hi)
	}
	for item := lo; item < hi && ctx.Err() == nil; item++ { // an item may have no unit
		state := seedState(a.Int("seed"), item)
		for range units(a.Int("n"), a.Int("seed"), item) {
			err := inSteps(ctx, 0, a.Int("iterations"), 1<<18, func(lo, hi int) { state = shifted(state, hi-lo) })
			if err != nil {
				return nil, err
			}
		}
		sum += int(uint32(state)) // 32 bits an item: two million items stay exact in a float64
	}
	return sum, ctx.Err()
}

// units is the size of an item.
func units(n, seed, item int) int {
	if seed == 0 || n == 0 {
		return n
	}
	return 1 + int(seedState(seed, item)%uint64(n))
}

func shifted(state uint64, times int) uint64 {
	for range times {
		state = xorshift(state)
	}
	return state
}
