package stats

import (
	"math"
	"slices"
)

// Percentiles is the interval that leaves out the same tail, such as 0.025, at either end of the values that a statistic
// has on resamples (Efron 1979). It is false where none of them is a number, or more than a tenth are not.
func Percentiles(values []float64, tail float64) ([2]float64, bool) {
	sorted := slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	if len(sorted) == 0 || 10*len(sorted) < 9*len(values) {
		return [2]float64{}, false
	}
	slices.Sort(sorted)
	return [2]float64{sortedQuantile(sorted, tail), sortedQuantile(sorted, 1-tail)}, true
}
