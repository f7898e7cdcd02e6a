package stats

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/quick"
)

func pointsOf(l Law, counts ...int) []Point {
	var out []Point
	for _, p := range counts {
		out = append(out, Point{p, l.Time(float64(p))})
	}
	return out
}

func near(a, b Law) bool {
	return math.Abs(a.T1/b.T1-1) < 1e-6 && math.Abs(a.Contention-b.Contention) < 1e-6 && math.Abs(a.Coherency-b.Coherency) < 1e-6
}

func TestLawsAreRecovered(t *testing.T) {
	for _, want := range []Law{{1, 0, 0}, {7, 0.05, 0}, {1e-6, 0.3, 0.02}, {3600, 0, 0.1}, {2, 1, 0.5}} {
		if got, ok := FitUSL(pointsOf(want, 1, 2, 4, 8)); !ok || !near(got, want) {
			t.Errorf("USL %+v: %+v, %v", want, got, ok)
		}
		if got, ok := FitUSL(pointsOf(want, 1, 3, 8)); !ok || !near(got, want) {
			t.Errorf("USL from three %+v: %+v, %v", want, got, ok)
		}
		if got, ok := FitAmdahl(pointsOf(want, 1, 2, 16)); want.Coherency == 0 && (!ok || !near(got, want)) {
			t.Errorf("Amdahl %+v: %+v, %v", want, got, ok)
		}
		if got := KarpFlatt(Law{5, want.Contention, 0}.Speedup(4), 4); math.Abs(got-want.Contention) > 1e-12 {
			t.Errorf("Karp and Flatt %+v: %v", want, got)
		}
	}
	l := Law{1, 0.04, 0.01}
	if p := l.Peak(); math.Abs(p-math.Sqrt(96)) > 1e-9 || l.Speedup(p) < l.Speedup(p-1) || l.Speedup(p) < l.Speedup(p+1) {
		t.Errorf("peak at %v", p)
	}
	if p := (Law{1, 0.1, 0}).Peak(); !math.IsInf(p, 1) {
		t.Errorf("without coherency the peak is %v", p)
	}
}

// No other law without a negative part has a smaller error: the active sets that are tried are all there are.
func TestFitIsTheLeast(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	property := func(a, b, c, d uint16) bool {
		points := []Point{{1, 1}, {2, 0.2 + float64(a)/40000}, {4, 0.1 + float64(b)/40000}, {8, 0.1 + float64(c)/40000}, {16, 0.05 + float64(d)/40000}}
		best, ok := FitUSL(points)
		if !ok || best.Contention < 0 || best.Coherency < 0 {
			return false
		}
		least := misfit(best, points)
		for range 200 {
			scale := math.Pow(10, -random.Float64()*4)
			other := Law{best.T1 * math.Exp(scale*random.NormFloat64()), max(best.Contention+scale*random.NormFloat64(), 0), max(best.Coherency+scale*random.NormFloat64(), 0)}
			if misfit(other, points) < least*(1-1e-9) {
				t.Logf("%v: %+v is worse than %+v", points, best, other)
				return false
			}
		}
		return true
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 300, Rand: nil}); err != nil {
		t.Error(err)
	}
}

func misfit(l Law, points []Point) float64 {
	sum := 0.0
	for _, p := range points {
		r := l.Time(float64(p.Workers))/p.Time - 1
		sum += r * r
	}
	return sum
}

func TestFitRefuses(t *testing.T) {
	for name, points := range map[string][]Point{
		"nothing": nil, "two counts": pointsOf(Law{1, 0.1, 0}, 1, 2, 2), "no time": {{1, 1}, {2, 0}, {4, 1}},
		"NaN": {{1, math.NaN()}, {2, 1}, {4, 1}}, "infinite": {{1, math.Inf(1)}, {2, 1}, {4, 1}}, "no workers": {{0, 1}, {2, 1}, {4, 1}},
	} {
		if got, ok := FitUSL(points); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got, ok := FitAmdahl(pointsOf(Law{1, 0.1, 0}, 2, 2)); ok {
		t.Errorf("one count: %+v", got)
	}
}

// A truth inside the bounds is covered by 92 to 97 of 100 intervals of 95 %.
func TestIntervalsCover(t *testing.T) {
	const runs, rows = 1200, 600
	truth := Law{1, 0.1, 0.01}
	for _, n := range []int{10, 20} {
		draws := NewDraws(n, rows)
		random := rand.New(rand.NewPCG(11, uint64(n)))
		var hits [4]int
		for range runs {
			medians := resampled(draws, truth, random, 1, 2, 4, 8)
			var values [4][]float64
			for row := range rows {
				points := []Point{{1, medians[0][row]}, {2, medians[1][row]}, {4, medians[2][row]}, {8, medians[3][row]}}
				l, _ := FitUSL(points)
				values[0], values[1] = append(values[0], l.Contention), append(values[1], l.Coherency)
				values[2] = append(values[2], l.Speedup(16))
				values[3] = append(values[3], points[0].Time/points[2].Time)
			}
			for i, want := range []float64{truth.Contention, truth.Coherency, truth.Speedup(16), truth.Speedup(4)} {
				if ci, ok := Percentiles(values[i], 0.025); ok && ci[0] <= want && want <= ci[1] {
					hits[i]++
				}
			}
		}
		for i, name := range []string{"contention", "coherency", "speedup of 16", "measured speedup"} {
			share := float64(hits[i]) / runs
			t.Logf("%d blocks, %s: %.3f", n, name, share)
			if share < 0.92 || share > 0.97 {
				t.Errorf("%d blocks: the intervals of the %s cover %.3f", n, name, share)
			}
		}
	}
}

// resampled are the medians on each row of blocks measured with 4 % of noise each, and half as much that a block's cells share.
func resampled(draws *Draws, truth Law, random *rand.Rand, counts ...int) [][]float64 {
	values := make([][]float64, len(counts))
	for range draws.N {
		shared := 0.02 * random.NormFloat64()
		for i, p := range counts {
			values[i] = append(values[i], truth.Time(float64(p))*math.Exp(shared+0.04*random.NormFloat64()))
		}
	}
	out := make([][]float64, len(counts))
	for i := range counts {
		out[i] = draws.Medians(values[i])
	}
	return out
}

func TestPercentiles(t *testing.T) {
	values := make([]float64, 1001)
	for i := range values {
		values[i] = float64(1000 - i)
	}
	if ci, ok := Percentiles(values, 0.025); !ok || ci != [2]float64{25, 975} || values[0] != 1000 {
		t.Errorf("%v, %v", ci, ok)
	}
	for i := range 100 {
		values[i] = math.NaN()
	}
	if ci, ok := Percentiles(values, 0.025); !ok || math.Abs(ci[0]-22.5) > 1e-9 {
		t.Errorf("with some that are none: %v, %v", ci, ok)
	}
	values[100] = math.Inf(1)
	for _, values := range [][]float64{values, nil, {math.NaN()}} {
		if ci, ok := Percentiles(values, 0.025); ok {
			t.Errorf("%v of %d values", ci, len(values))
		}
	}
}
