package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPercentilesAreThoseOfSorted: what is selected is what sorting finds, also among values of which most are equal, or
// that come in an order that is bad luck.
func TestPercentilesAreThoseOfSorted(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	orders := map[string]func(i, n int) float64{
		"random":     func(int, int) float64 { return r.NormFloat64() },
		"few values": func(int, int) float64 { return float64(r.IntN(3)) },
		"one value":  func(int, int) float64 { return 7 },
		"up":         func(i, _ int) float64 { return float64(i) },
		"down":       func(i, _ int) float64 { return float64(-i) },
		"organ pipe": func(i, n int) float64 { return float64(min(i, n-i)) },
		"with gaps": func(i, _ int) float64 {
			if i%17 == 3 {
				return math.NaN()
			}
			return r.Float64()
		},
	}
	for name, of := range orders {
		for _, n := range []int{1, 2, 3, 12, 13, 20, 100, 1000, 5001} {
			values := make([]float64, n)
			for i := range values {
				values[i] = of(i, n)
			}
			before := slices.Clone(values)
			sorted := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
			slices.Sort(sorted)
			for _, tail := range []float64{0, 0.0001, 0.0259, 0.25, 0.5} {
				want := [2]float64{sortedQuantile(sorted, tail), sortedQuantile(sorted, 1-tail)}
				if got, ok := Percentiles(values, tail); !ok || got != want {
					t.Errorf("%s, n=%d, tail %v: %v %v, want %v", name, n, tail, got, ok, want)
				}
			}
			if !slices.EqualFunc(values, before, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
				t.Errorf("%s, n=%d: the values were put into another order", name, n)
			}
		}
	}
}

// TestPlace: bad luck with every pivot still ends in the right order.
func TestPlace(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		values := make([]float64, 1+r.IntN(200))
		for i := range values {
			values[i] = float64(r.IntN(1 + r.IntN(300)))
		}
		k := r.IntN(len(values))
		want := slices.Sorted(slices.Values(values))[k]
		place(values, k)
		if values[k] != want || slices.ContainsFunc(values[:k], func(v float64) bool { return v > want }) ||
			slices.ContainsFunc(values[k:], func(v float64) bool { return v < want }) {
			t.Fatalf("k=%d, want %v there: %v", k, want, values)
		}
	}
}
