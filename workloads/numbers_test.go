package workloads

import (
	"context"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

func TestCounts(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1 << 20, 1<<20 + 1, 5_000_000} {
		if got := mustRun(t, "count_down", Args{"n": n}); got != n {
			t.Errorf("count_down %d made %v steps", n, got)
		}
		if got := mustRun(t, "busy_wait", Args{"n": n}); got != n {
			t.Errorf("busy_wait %d gave %v", n, got)
		}
	}
}

// A loop that the compiler had replaced by its answer would take the same time for any count.
func TestLoopsAreNotOptimisedAway(t *testing.T) {
	for _, name := range []string{"count_down", "busy_wait"} {
		least := func(n int) time.Duration {
			best := time.Duration(math.MaxInt64)
			for range 5 {
				start := time.Now()
				mustRun(t, name, Args{"n": n})
				best = min(best, time.Since(start))
			}
			return best
		}
		if few, many := least(200_000), least(20_000_000); many < 10*few {
			t.Errorf("%s: 200,000 take %v and a hundred times as many %v", name, few, many)
		}
	}
}

func isPrimeForSure(x int) bool {
	return big.NewInt(int64(x)).ProbablyPrime(0) // proven below 2^64
}

func TestSumPrimes(t *testing.T) {
	want := 0
	for n := range 3000 {
		if isPrimeForSure(n) {
			want += n
		}
		if n < 60 || n%97 == 0 {
			if got := mustRun(t, "sum_primes", Args{"n": n}); got != want {
				t.Errorf("up to %d: %v, want %d", n, got, want)
			}
		}
	}
	for n, want := range map[int]int{1_000_000: 37550402023, 2_000_000: 142913828922, 3_000_000: 312471072265} {
		if got := mustRun(t, "sum_primes", Args{"n": n}); got != want {
			t.Errorf("up to %d: %v, want %d", n, got, want)
		}
	}
}

func TestPrimes(t *testing.T) {
	for _, r := range [][2]int{{0, 0}, {0, 2}, {0, 3}, {0, 500}, {2, 3}, {8, 10}, {113, 127}, {9973, 10_008},
		{1_000_000_000_000, 1_000_000_000_500}, {99_999_999_999_900, 100_000_000_000_000}} {
		want := []any{}
		for x := r[0]; x < r[1]; x++ {
			if isPrimeForSure(x) {
				want = append(want, x)
			}
		}
		if got := mustRun(t, "primes", Args{"lo": r[0], "hi": r[1]}); !reflect.DeepEqual(got, want) {
			t.Errorf("[%d, %d): %v, want %v", r[0], r[1], got, want)
		}
	}
	if got := mustRun(t, "primes", Args{"hi": 1_000_000}).([]any); len(got) != 78498 {
		t.Errorf("%d primes below a million, want 78498", len(got))
	}
}

// The cut into tasks must not show: not at the squares of primes, and not in what the serial phase knew before.
func TestPrimesInPartsAreThoseOfTheWhole(t *testing.T) {
	whole := mustRun(t, "primes", Args{"hi": 20_000})
	for _, chunk := range []int{1, 7, 121, 1369, 20_000} {
		var small smallPrimes
		parts := []any{}
		for lo := 0; lo < 20_000; lo += chunk {
			hi := min(lo+chunk, 20_000)
			divisors := small.upTo(int(math.Sqrt(float64(hi))) + 1)
			for x := max(lo, 2); x < hi; x++ {
				if indivisible(x, divisors) {
					parts = append(parts, x)
				}
			}
		}
		if !reflect.DeepEqual(parts, whole) {
			t.Errorf("in chunks of %d there are %d primes, as a whole %d", chunk, len(parts), len(whole.([]any)))
		}
	}
}

func TestSmallPrimesAreKept(t *testing.T) {
	var s smallPrimes
	long := s.upTo(100)
	if short := s.upTo(10); &short[0] != &long[0] {
		t.Error("a smaller limit was worked out again")
	}
	if len(long) != 25 {
		t.Errorf("%d primes up to 100, want 25", len(long))
	}
	before := append([]int(nil), long...)
	s.upTo(10_000)
	if !reflect.DeepEqual(before, long) {
		t.Error("a list that was handed out has changed")
	}
}

func TestPi(t *testing.T) {
	for _, n := range []int{1, 2, 10, 1000, 65_536, 1_000_000} {
		bound := 1/(6*float64(n)*float64(n)) + 1e-12
		if got := mustRun(t, "pi", Args{"n": n}).(float64) / float64(n); math.Abs(got-math.Pi) > bound {
			t.Errorf("%d terms give %v, off by more than %v", n, got, bound)
		}
	}
	// The sum may not be moved by a term: with 1 to n instead of 0 to n-1 it would be off by 2/n.
	if first := mustRun(t, "pi", Args{"n": 10, "lo": 0, "hi": 1}).(float64); math.Abs(first-4/(1+0.05*0.05)) > 1e-12 {
		t.Errorf("the first of 10 terms is %v", first)
	}
}

func TestPiInPartsIsTheWhole(t *testing.T) {
	const n = 300_000
	whole := mustRun(t, "pi", Args{"n": n}).(float64)
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		sum, lo := 0.0, 0
		for lo < n {
			hi := min(n, lo+1+r.IntN(n/3))
			sum += mustRun(t, "pi", Args{"n": n, "lo": lo, "hi": hi}).(float64)
			lo = hi
		}
		if math.Abs(sum-whole) > 1e-12*whole {
			t.Errorf("parts %v, whole %v", sum, whole)
		}
	}
}

func TestAdd(t *testing.T) {
	for _, c := range [][3]int{{0, 0, 0}, {2, 3, 5}, {-2, -3, -5}, {5, -7, -2}, {0, -1, -1}, {1 << 62, 1<<62 - 1, math.MaxInt}} {
		if got := mustRun(t, "add", Args{"a": c[0], "b": c[1]}); got != c[2] {
			t.Errorf("%d + %d = %v", c[0], c[1], got)
		}
	}
	w, _ := Lookup("add")
	for _, c := range [][2]int{{math.MaxInt, 1}, {math.MinInt, -1}, {1 << 62, 1 << 62}} {
		if got, err := run(t.Context(), w, Args{"a": c[0], "b": c[1]}); err == nil {
			t.Errorf("%d + %d = %v, want a refusal", c[0], c[1], got)
		}
	}
}

func TestSpinMixed(t *testing.T) {
	// Written out once more from the papers, item 0 of seed 0: SplitMix64 of 1, then three steps of xorshift 12, 25, 27.
	x := uint64(1)
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	x = x ^ (x >> 31)
	for range 3 {
		x ^= x >> 12
		x ^= x << 25
		x ^= x >> 27
	}
	if got := mustRun(t, "spin_mixed", Args{"n": 3, "iterations": 1}); got != int(x&0xffffffff) {
		t.Errorf("got %v, want %d", got, x&0xffffffff)
	}
	if a, b := mustRun(t, "spin_mixed", Args{"n": 6, "iterations": 50}), mustRun(t, "spin_mixed", Args{"n": 3, "iterations": 100}); a != b {
		t.Errorf("6 × 50 iterations gave %v, 3 × 100 gave %v", a, b)
	}
}

func TestSpinMixedInPartsIsTheWhole(t *testing.T) {
	args := func(lo, hi, seed int) Args {
		return Args{"n": 9, "iterations": 10, "lo": lo, "hi": hi, "seed": seed}
	}
	for _, seed := range []int{0, 1, 99} {
		sum := 0
		for _, cut := range [][2]int{{0, 5}, {5, 6}, {6, 40}} {
			sum += mustRun(t, "spin_mixed", args(cut[0], cut[1], seed)).(int)
		}
		if whole := mustRun(t, "spin_mixed", args(0, 40, seed)); whole != sum {
			t.Errorf("seed %d: parts %d, whole %v", seed, sum, whole)
		}
	}
	if mustRun(t, "spin_mixed", args(0, 40, 1)) == mustRun(t, "spin_mixed", args(0, 40, 2)) {
		t.Error("two seeds gave the same")
	}
}

func TestSizesAreMixed(t *testing.T) {
	seen := map[int]int{}
	for item := range 10_000 {
		seen[units(10, 5, item)]++
		if units(10, 0, item) != 10 {
			t.Fatalf("without a seed item %d has %d units", item, units(10, 0, item))
		}
	}
	for size := 1; size <= 10; size++ { // a thousand of each, give or take
		if seen[size] < 850 || seen[size] > 1150 {
			t.Errorf("%d of 10,000 items have %d units", seen[size], size)
		}
		delete(seen, size)
	}
	if len(seen) > 0 || units(0, 5, 1) != 0 {
		t.Errorf("sizes beyond 1 to 10: %v; of n 0: %d", seen, units(0, 5, 1))
	}
}

// TestSpinMixedOfNothing: items without a unit of work are many steps all the same.
func TestSpinMixedOfNothing(t *testing.T) {
	w, _ := Lookup("spin_mixed")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := run(ctx, w, Args{"n": 0, "hi": 1 << 60}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it ended with %v", err)
	}
}
