package reports

import (
	"math"
	"slices"
	"testing"
)

func TestSparkline(t *testing.T) {
	ramp := make([]float64, 64)
	for i := range ramp {
		ramp[i] = 1 + float64(i)
	}
	outlier := slices.Repeat([]float64{1}, 48)
	outlier[20] = 9
	drift := slices.Concat(slices.Repeat([]float64{1}, 24), slices.Repeat([]float64{1.2}, 24))
	for _, c := range []struct {
		name  string
		times []float64
		want  string
	}{
		{"nothing", nil, missing},
		{"one trial", []float64{1}, missing},
		{"all the same", []float64{2, 2, 2, 2}, "▄▄▄▄"},
		{"zero", []float64{0, 0}, missing},
		{"no number", []float64{1, math.NaN(), 1}, missing},
		{"an infinite one", []float64{1, math.Inf(1), 1}, missing},
		{"noise of 0.7 %", []float64{1, 1.007, 0.993, 1.005, 0.995}, "▄▄▄▄▄"},
		{"noise of 2 %", []float64{1, 1.02, 0.98, 1.01, 0.99}, "▄▅▃▅▃"},
		{"5 % to either side", []float64{0.95, 1, 1.05}, "▁▄▇"},
		{"a wide spread", []float64{1, 2, 3, 4, 5, 6, 7, 8}, "▁▂▃▄▅▆▇█"},
		{"one slow trial", []float64{1, 1, 1, 1.5, 1, 1}, "▁▁▁█▁▁"},
		{"one fast trial", []float64{1, 1, 0.5, 1, 1}, "██▁██"},
		{"sixteen", slices.Repeat([]float64{1, 2}, 8), "▁█▁█▁█▁█▁█▁█▁█▁█"},
		{"a ramp of 64", ramp, "▁▁▂▂▃▃▄▄▅▅▆▆▇▇██"},
		{"one slow trial of 48 is no shape", outlier, "▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄"},
		{"it became slower", drift, "▁▁▁▁▁▁▁▁████████"},
	} {
		before := slices.Clone(c.times)
		if got := sparkline(c.times); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if !slices.EqualFunc(before, c.times, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }) {
			t.Errorf("%s: the times were changed", c.name)
		}
	}
}
