package workloads

import "context"

func init() {
	Register(Workload{
		Name:   "sum_primes",
		Doc:    "sum the primes up to and including n, by trial division",
		Params: []Param{{Name: "n", Doc: "greatest number looked at", Default: 0, Required: true, Max: 1e10}}, // the sum stays an int
		Run: func(ctx context.Context, a Args) (Result, error) {
			sum := 0
			err := inSteps(ctx, 2, a.Int("n")+1, 512, func(lo, hi int) {
				for x := lo; x < hi; x++ {
					if isPrime(x) {
						sum += x
					}
				}
			})
			return sum, err
		},
	})
}

// isPrime divides x >= 2 by 2, 3 and then 6k-1 and 6k+1, the only forms a greater prime can have.
func isPrime(x int) bool {
	if x%2 == 0 || x%3 == 0 {
		return x <= 3
	}
	for d := 5; d*d <= x; d += 6 {
		if x%d == 0 || x%(d+2) == 0 {
			return false
		}
	}
	return true
}
