package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/quick"
)

func TestMedianAndQuantile(t *testing.T) {
	for _, test := range []struct {
		values []float64
		p      float64
		want   float64
	}{
		{[]float64{3}, 0.5, 3}, {[]float64{3, 1}, 0.5, 2}, {[]float64{3, 1, 2}, 0.5, 2}, {[]float64{4, 1, 3, 2}, 0.5, 2.5},
		{[]float64{1, 2, 3, 4, 5}, 0.25, 2}, {[]float64{1, 2, 3, 4}, 0.25, 1.75}, {[]float64{1, 2, 3, 4}, 0.9, 3.7},
		{[]float64{1, 2}, 0, 1}, {[]float64{1, 2}, 1, 2}, {[]float64{1, 2}, 7, 2}, {[]float64{math.Inf(1), 1, 1}, 0.5, 1},
	} {
		if got := Quantile(test.values, test.p); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("Quantile(%v, %v) = %v, want %v", test.values, test.p, got, test.want)
		}
	}
	for _, values := range [][]float64{nil, {1, math.NaN(), 2}} {
		if got := Median(values); !math.IsNaN(got) {
			t.Errorf("Median(%v) = %v", values, got)
		}
	}
	if got := Mean([]float64{1, 2, 6}); got != 3 {
		t.Errorf("mean %v", got)
	}
	if got := Mean(nil); !math.IsNaN(got) {
		t.Errorf("mean of nothing %v", got)
	}
}

func TestQuantileProperties(t *testing.T) {
	property := func(raw []uint16, p, q float64) bool {
		if len(raw) == 0 {
			return true
		}
		values := make([]float64, len(raw))
		for i, r := range raw {
			values[i] = float64(r)
		}
		before := slices.Clone(values)
		p, q = frac(p), frac(q)
		a, b := Quantile(values, min(p, q)), Quantile(values, max(p, q))
		scaled := make([]float64, len(values))
		for i, v := range values {
			scaled[i] = 3*v + 1
		}
		return a <= b && a >= slices.Min(values) && b <= slices.Max(values) && slices.Equal(values, before) &&
			math.Abs(Median(scaled)-(3*Median(values)+1)) < 1e-6
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func frac(x float64) float64 { return math.Abs(math.Mod(x, 1)) }

func TestMedianIntervalSizes(t *testing.T) {
	values := make([]float64, 30)
	for i := range values {
		values[i] = float64(i + 1)
	}
	// The ranks of a table of exact binomial intervals at 95 %.
	for n, want := range map[int][2]float64{6: {1, 6}, 8: {1, 8}, 9: {2, 8}, 10: {2, 9}, 20: {6, 15}, 30: {10, 21}} {
		if got, ok := MedianInterval(values[:n], 0.95); !ok || got != want {
			t.Errorf("n=%d: %v, %v; want %v", n, got, ok, want)
		}
	}
	for n := range 6 {
		if got, ok := MedianInterval(values[:n], 0.95); ok {
			t.Errorf("n=%d: %v, want none", n, got)
		}
	}
	if _, ok := MedianInterval([]float64{1, 2, 3, 4, 5, 6, math.NaN()}, 0.95); ok {
		t.Error("NaN has an interval")
	}
}

// The level is held for a skewed distribution too, of which the true median is known.
func TestMedianIntervalCovers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const rounds = 4000
	for _, n := range []int{6, 10, 15, 30} {
		hits := 0
		for range rounds {
			values := make([]float64, n)
			for i := range values {
				values[i] = random.ExpFloat64()
			}
			if ci, ok := MedianInterval(values, 0.95); ok && ci[0] <= math.Ln2 && math.Ln2 <= ci[1] {
				hits++
			}
		}
		if share := float64(hits) / rounds; share < 0.94 {
			t.Errorf("n=%d: covers %.3f", n, share)
		}
	}
}

func TestDeviation(t *testing.T) {
	if got, ok := Deviation([]float64{2, 4, 4, 4, 5, 5, 7, 9}); !ok || math.Abs(got-math.Sqrt(32.0/7)) > 1e-12 {
		t.Errorf("Deviation = %v, %v", got, ok)
	}
	if got, ok := Deviation([]float64{1}); ok {
		t.Errorf("Deviation of one value = %v", got)
	}
}

func TestRelativeSpread(t *testing.T) {
	if got, ok := RelativeSpread([]float64{1, 2, 3, 4, 5}); !ok || math.Abs(got-2.0/3) > 1e-12 {
		t.Errorf("%v, %v", got, ok)
	}
	for _, values := range [][]float64{nil, {1}, {0, 0}, {math.NaN(), 1}} {
		if got, ok := RelativeSpread(values); ok {
			t.Errorf("RelativeSpread(%v) = %v", values, got)
		}
	}
}

func TestSerialFractionIsRecovered(t *testing.T) {
	for _, f := range []float64{0, 0.05, 0.3, 1} {
		time := func(p int) float64 { return 7 * (f + (1-f)/float64(p)) }
		var points []Point
		for _, p := range []int{1, 2, 4, 8} {
			points = append(points, Point{p, time(p)})
			if p > 1 {
				if got, ok := Amdahl(time(1), points[len(points)-1:]); !ok || math.Abs(got-f) > 1e-12 {
					t.Errorf("one point: f=%v p=%d: %v, %v", f, p, got, ok)
				}
			}
		}
		if got, ok := Amdahl(time(1), points); !ok || math.Abs(got-f) > 1e-12 {
			t.Errorf("Amdahl f=%v: %v, %v", f, got, ok)
		}
	}
}

func TestSerialFractionRefuses(t *testing.T) {
	if _, ok := Amdahl(1, []Point{{1, 1}, {4, math.NaN()}}); ok {
		t.Error("no point")
	}
	if _, ok := Amdahl(0, []Point{{2, 1}}); ok {
		t.Error("no time")
	}
}
