package workloads

import (
	"context"
	"fmt"
	"math"
	"sync"
)

func init() {
	Register(Workload{
		Name: "primes",
		Doc:  "list the primes in [lo, hi): small primes once in each process, then trial division by them",
		Params: []Param{
			{Name: "lo", Doc: "first number looked at", Default: 0},
			{Name: "hi", Doc: "number after the last looked at", Default: 0, Required: true, Max: 1e14}, // 664,579 small primes
		},
		Run: runPrimes,
	})
}

func runPrimes(ctx context.Context, a Args) (Result, error) {
	lo, hi := a.Int("lo"), a.Int("hi")
	if lo > hi {
		return nil, fmt.Errorf("lo %d is greater than hi %d: give lo <= hi", lo, hi)
	}
	divisors := small.upTo(int(math.Sqrt(float64(hi))) + 1)
	var found []int
	err := inSteps(ctx, max(lo, 2), hi, 64, func(lo, hi int) {
		for x := lo; x < hi; x++ {
			if indivisible(x, divisors) {
				found = append(found, x)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	result := make([]any, len(found))
	for i, x := range found {
		result[i] = x
	}
	return result, nil
}

// indivisible tells whether no prime up to the root of x divides it; divisors holds at least those.
func indivisible(x int, divisors []int) bool {
	for _, d := range divisors {
		if d*d > x {
			break
		}
		if x%d == 0 {
			return false
		}
	}
	return true
}

// smallPrimes is the serial phase: the primes up to the greatest limit asked for so far, shared by the tasks of a process.
// A list that was handed out is never written again.
type smallPrimes struct {
	sync.Mutex
	limit int
	list  []int
}

var small smallPrimes

// upTo returns at least the primes up to limit, in order.
func (s *smallPrimes) upTo(limit int) []int {
	s.Lock()
	defer s.Unlock()
	if limit > s.limit {
		s.limit, s.list = limit, sieve(limit)
	}
	return s.list
}

// sieve lists the primes up to limit, after Eratosthenes.
func sieve(limit int) []int {
	composite := make([]bool, limit+1)
	var list []int
	for x := 2; x <= limit; x++ {
		if composite[x] {
			continue
		}
		list = append(list, x)
		for y := x * x; y <= limit; y += x {
			composite[y] = true
		}
	}
	return list
}
