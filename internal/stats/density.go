package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Bandwidth is how far a value reaches in a density: 0.9 · min(standard deviation, interquartile range / 1.34) · n^(-1/5)
// (Silverman 1986, equation 3.31). Where the quartiles are equal, the standard deviation alone counts. It is false for
// fewer than two values, and where all are equal.
func Bandwidth(values []float64) (float64, bool) {
	if len(values) < 2 {
		return 0, false
	}
	spread := stat.StdDev(values, nil)
	if iqr := (Quantile(values, 0.75) - Quantile(values, 0.25)) / 1.34; iqr > 0 {
		spread = min(spread, iqr)
	}
	h := 0.9 * spread * math.Pow(float64(len(values)), -0.2)
	return h, h > 0 && !math.IsInf(h, 0)
}

// Density estimates how densely values lie at each of the given places: the mean of normal densities around the values,
// whose standard deviation is the bandwidth. Its integral over all places is 1.
func Density(values []float64, bandwidth float64, at []float64) []float64 {
	density := make([]float64, len(at))
	if len(values) == 0 || !(bandwidth > 0) {
		return density
	}
	scale := 1 / (float64(len(values)) * bandwidth * math.Sqrt(2*math.Pi))
	for i, x := range at {
		sum := 0.0
		for _, v := range values {
			z := (x - v) / bandwidth
			sum += math.Exp(-z * z / 2)
		}
		density[i] = sum * scale
	}
	return density
}
