package workloads

import "context"

func init() {
	Register(Workload{
		Name:   "busy_wait",
		Doc:    "run an empty counting loop of n iterations and return n",
		Params: []Param{{Name: "n", Doc: "iterations", Default: 0, Required: true}},
		Run: func(ctx context.Context, a Args) (Result, error) {
			n := 0
			err := inSteps(ctx, 0, a.Int("n"), 1<<20, func(lo, hi int) { n = spin(lo, hi) })
			return n, err
		},
	})
}

// spin counts from lo to hi. The Go compiler keeps a loop without a body; a test watches that it goes on doing so.
//
//go:noinline
func spin(lo, hi int) int {
	i := lo
	for i < hi {
		i++
	}
	return i
}
