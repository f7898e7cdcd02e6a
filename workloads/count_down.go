package workloads

import "context"

func init() {
	Register(Workload{
		Name:   "count_down",
		Doc:    "count from n down to 0 and return the number of steps",
		Params: []Param{{Name: "n", Doc: "steps", Default: 0, Required: true}},
		Run: func(ctx context.Context, a Args) (Result, error) {
			steps := 0
			err := inSteps(ctx, 0, a.Int("n"), 1<<20, func(lo, hi int) { steps += countDown(hi - lo) })
			return steps, err
		},
	})
}

// countDown is not inlined, so that no caller's constant can turn the loop into its answer.
//
//go:noinline
func countDown(n int) (steps int) {
	for n > 0 {
		n--
		steps++
	}
	return steps
}
