// Package stats holds the statistics of small samples: floats in, floats out. It knows nothing of trials or cells, and
// it never guesses: where a sample is too small for a number, the second result is false.
package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Median is the middle value, or the mean of the two in the middle; NaN for an empty sample.
func Median(values []float64) float64 { return Quantile(values, 0.5) }

// Quantile interpolates linearly between order statistics (type 7 of Hyndman and Fan 1996, the default of R and numpy);
// gonum's own kinds give another median for an even number of values. It is NaN for an empty sample.
func Quantile(values []float64, p float64) float64 {
	if len(values) == 0 || math.IsNaN(p) {
		return math.NaN()
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sortedQuantile(sorted, p)
}

// sortedQuantile is Quantile of values that are ascending, and at least one.
func sortedQuantile(sorted []float64, p float64) float64 {
	if math.IsNaN(sorted[0]) { // NaN sorts first
		return math.NaN()
	}
	i, f := rank(len(sorted), p)
	if f == 0 {
		return sorted[i]
	}
	return (1-f)*sorted[i] + f*sorted[i+1]
}

// rank is where a quantile of n sorted values lies: at the i-th of them, from 0, and a share f of the way to the next.
func rank(n int, p float64) (i int, f float64) {
	at := min(max(p, 0), 1) * float64(n-1)
	i = int(at)
	return i, at - float64(i)
}

// Mean is the arithmetic mean; NaN for an empty sample.
func Mean(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return stat.Mean(values, nil)
}

// Deviation is the standard deviation of the sample, with n-1; false for fewer than two values.
func Deviation(values []float64) (float64, bool) {
	if len(values) < 2 {
		return 0, false
	}
	return stat.StdDev(values, nil), true
}

// RelativeSpread is (p75-p25)/median; false for fewer than two values or a median of 0.
func RelativeSpread(values []float64) (float64, bool) {
	m := Median(values)
	if len(values) < 2 || m == 0 || math.IsNaN(m) {
		return 0, false
	}
	return (Quantile(values, 0.75) - Quantile(values, 0.25)) / m, true
}

// MedianInterval is an interval that holds the median of the distribution with at least the given level, whatever the
// distribution is: the order statistics x(k) and x(n+1-k) with the largest k for which the binomial tail
// P(B(n, 1/2) < k) is at most (1-level)/2 (Conover 1999, section 3.2). It is false where the sample is too small: a
// level of 0.95 needs 6 values.
func MedianInterval(values []float64, level float64) ([2]float64, bool) {
	n := len(values)
	if n == 0 || math.IsNaN(Median(values)) {
		return [2]float64{}, false
	}
	b := distuv.Binomial{N: float64(n), P: 0.5}
	k := 0
	for k < (n+1)/2 && b.CDF(float64(k)) <= (1-level)/2 {
		k++
	}
	if k == 0 {
		return [2]float64{}, false
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return [2]float64{sorted[k-1], sorted[n-k]}, true
}
