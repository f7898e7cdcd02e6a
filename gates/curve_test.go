package gates

import (
	"math"
	"testing"

	"bench/runner/internal/stats"
)

// The curve passes the speedups that were measured, and ends where the law's forecast does.
func TestCurvePassesTheMeasuredSpeedups(t *testing.T) {
	plan := counting("2", "4", "8")
	data := Data{Plan: plan, Trials: noisy(plan, 10, stats.Law{T1: 1, Contention: 0.05, Coherency: 0.02}, 0), Host: Host{Cores: 8}}
	s := one(t, data)
	if len(s.Curve) != curvePoints || s.Curve[0].Workers != 1 || s.Curve[curvePoints-1].Workers != 16 {
		t.Fatalf("%d points: %v", len(s.Curve), s.Curve)
	}
	if math.Abs(s.Curve[0].Speedup-1) > 0.01 || math.Abs(s.Curve[curvePoints-1].Speedup-s.Ahead.Speedup.Value) > 0.01 {
		t.Errorf("from %g to %g, ahead %v", s.Curve[0].Speedup, s.Curve[curvePoints-1].Speedup, s.Ahead)
	}
	for _, c := range Summaries(data) {
		if c.Baseline {
			continue
		}
		if got := at(s.Curve, float64(c.Workers)); math.Abs(got / *c.Speedup - 1) > 0.02 {
			t.Errorf("%d workers: %g on the curve, %g measured", c.Workers, got, *c.Speedup)
		}
	}
}

// at is the curve between its points.
func at(curve []Speedup, workers float64) float64 {
	for i := 1; i < len(curve); i++ {
		if a, b := curve[i-1], curve[i]; workers <= b.Workers+1e-9 {
			return a.Speedup + (b.Speedup-a.Speedup)*(workers-a.Workers)/(b.Workers-a.Workers)
		}
	}
	return math.NaN()
}

func TestNoCurveWithoutALaw(t *testing.T) {
	plan := planOf("", "executor=procs workers=1", "executor=procs workers=2")
	for _, s := range Scalings(Data{Plan: plan, Trials: noisy(plan, 10, stats.Law{T1: 1}, 0.01), Host: Host{Cores: 8}}) {
		if s.Curve != nil {
			t.Errorf("a curve against no baseline: %v", s.Curve)
		}
	}
}
