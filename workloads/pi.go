package workloads

import "context"

func init() {
	Register(Workload{
		Name: "pi",
		Doc:  "add the terms lo to hi of the n-term midpoint sum for pi; all of them together, divided by n, are pi",
		Params: append([]Param{{Name: "n", Doc: "terms of the whole sum: what range covers", Default: 20_000_000, Min: 1}},
			shareParams("term", "n")...),
		Run: runPi,
	})
}

// runPi adds 4/(1+x²) at x = (i+0.5)/n for i in [lo, hi): the integral from 0 to 1 is pi, the error at most 1/(6n²).
func runPi(ctx context.Context, a Args) (Result, error) {
	n := a.Int("n")
	lo, hi, err := share(a, n)
	if err != nil {
		return nil, err
	}
	sum, width := 0.0, 1/float64(n)
	err = inSteps(ctx, lo, hi, 1<<16, func(lo, hi int) {
		part := 0.0
		for i := lo; i < hi; i++ {
			x := (float64(i) + 0.5) * width
			part += 4 / (1 + x*x)
		}
		sum += part
	})
	return sum, err
}
