package stats

import (
	"math"
	"testing"
)

func TestBandwidth(t *testing.T) {
	// 0.9 · min(1.581139, 2/1.34) · 5^(-1/5)
	if got, ok := Bandwidth([]float64{1, 2, 3, 4, 5}); !ok || math.Abs(got-0.9*2/1.34*math.Pow(5, -0.2)) > 1e-12 {
		t.Errorf("bandwidth %v, %v", got, ok)
	}
	// equal quartiles: the standard deviation of 0.8 alone
	if got, ok := Bandwidth([]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 3}); !ok || math.Abs(got-0.9*math.Sqrt(0.4)*math.Pow(10, -0.2)) > 1e-12 {
		t.Errorf("bandwidth %v, %v", got, ok)
	}
	for _, values := range [][]float64{nil, {1}, {2, 2, 2}, {1, math.NaN()}, {1, math.Inf(1)}} {
		if got, ok := Bandwidth(values); ok {
			t.Errorf("bandwidth of %v is %v", values, got)
		}
	}
}

func TestDensity(t *testing.T) {
	values := []float64{1, 2, 2.5, 7}
	const lo, hi, n = -10.0, 20.0, 3000
	at := make([]float64, n)
	for i := range at {
		at[i] = lo + (hi-lo)*float64(i)/n
	}
	sum := 0.0
	for _, d := range Density(values, 0.5, at) {
		sum += d * (hi - lo) / n
	}
	if math.Abs(sum-1) > 1e-6 {
		t.Errorf("the density has an integral of %v", sum)
	}
	// one value: the normal density itself
	if got := Density([]float64{3}, 2, []float64{3, 5}); math.Abs(got[0]-0.19947114) > 1e-8 || math.Abs(got[1]-0.12098536) > 1e-8 {
		t.Errorf("%v", got)
	}
	for _, got := range [][]float64{Density(nil, 1, []float64{0}), Density(values, 0, []float64{0}), Density(values, math.NaN(), []float64{0})} {
		if len(got) != 1 || got[0] != 0 {
			t.Errorf("%v without values or a bandwidth", got)
		}
	}
}
