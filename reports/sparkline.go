package reports

import (
	"math"
	"slices"
	"strings"

	"bench/runner/internal/stats"
)

const (
	sparkWidth = 16    // columns at most
	sparkStep  = 0.015 // of the median: the least that a step up stands for
)

var sparkBlocks = []rune("▁▂▃▄▅▆▇█")

// sparkline shows the times of a cell in the order of their blocks, one character a trial, the slowest highest. Where
// there are more than sparkWidth, each character is the median of neighbours. The scale is the cell's own, from the least
// to the greatest that is shown, but never narrower than 5 % to either side of the median, which is then the middle of a
// step: a cell that hardly varies is a flat line, not noise that was magnified. A single trial has no shape.
func sparkline(times []float64) string {
	if len(times) < 2 {
		return missing
	}
	middle := stats.Median(times)
	if !(middle > 0) {
		return missing
	}
	return drawn(times, middle, middle)
}

// trendLine is a sparkline of any numbers. Of those that lie on both sides of zero, or below, the scale is by the greatest.
func trendLine(values []float64) string {
	size := 0.0
	for _, v := range values {
		size = max(size, math.Abs(v))
	}
	switch middle := stats.Median(values); {
	case len(values) < 2:
		return missing
	case middle > 0 && slices.Min(values) >= 0:
		return drawn(values, middle, middle)
	default:
		return drawn(values, middle, size)
	}
}

// drawn shows numbers around their middle; size is what a step is a share of.
func drawn(all []float64, middle, size float64) string {
	points := thinned(all, sparkWidth)
	low, high := middle-3.5*sparkStep*size, middle+4.5*sparkStep*size
	for _, p := range points {
		if !measured(&p) {
			return missing
		}
		low, high = min(low, p), max(high, p)
	}
	var b strings.Builder
	for _, p := range points {
		level := len(sparkBlocks) / 2 // where all are zero
		if high > low {
			level = int((p - low) / (high - low) * float64(len(sparkBlocks)))
		}
		b.WriteRune(sparkBlocks[min(level, len(sparkBlocks)-1)])
	}
	return b.String()
}

// thinned is at most most numbers: the medians of neighbours, as many of them in each as can be.
func thinned(all []float64, most int) []float64 {
	if len(all) <= most {
		return all
	}
	out := make([]float64, most)
	for i := range out {
		out[i] = stats.Median(all[i*len(all)/most : (i+1)*len(all)/most])
	}
	return out
}
