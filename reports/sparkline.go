package reports

import (
	"strings"

	"runner/internal/stats"
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
	points := thinned(times, sparkWidth)
	middle := stats.Median(times)
	low, high := middle*(1-3.5*sparkStep), middle*(1+4.5*sparkStep)
	for _, p := range points {
		if !measured(&p) || middle <= 0 {
			return missing
		}
		low, high = min(low, p), max(high, p)
	}
	var b strings.Builder
	for _, p := range points {
		level := int((p - low) / (high - low) * float64(len(sparkBlocks)))
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
