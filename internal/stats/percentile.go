package stats

import (
	"math"
	"math/bits"
	"slices"
	"sync"
)

// scratches are slices to put values into order in: an interval for each of thousands of checks would leave as many behind.
var scratches = sync.Pool{New: func() any { return new([]float64) }}

// Percentiles is the interval that leaves out the same tail, such as 0.025, at either end of the values that a statistic
// has on resamples (Efron 1979). It is false where none of them is a number, or more than a tenth are not.
func Percentiles(values []float64, tail float64) ([2]float64, bool) {
	scratch := scratches.Get().(*[]float64)
	defer scratches.Put(scratch)
	*scratch = (*scratch)[:0]
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			*scratch = append(*scratch, v)
		}
	}
	numbers := *scratch
	if len(numbers) == 0 || 10*len(numbers) < 9*len(values) {
		return [2]float64{}, false
	}
	return [2]float64{quantileOf(numbers, tail), quantileOf(numbers, 1-tail)}, true
}

// quantileOf is Quantile of many finite values, at least one, which it puts into another order: to sort all of them for
// the sake of two would take most of a verdict's time.
func quantileOf(values []float64, p float64) float64 {
	i, f := rank(len(values), p)
	place(values, i)
	if f == 0 {
		return values[i]
	}
	return (1-f)*values[i] + f*slices.Min(values[i+1:])
}

// place puts the k-th smallest value into its place, what is less before it, and what is more behind it (Hoare 1961, with
// equal values kept together: resamples have many). Where the pivots are bad luck, it sorts what is left.
func place(values []float64, k int) {
	for luck := 2 * bits.Len(uint(len(values))); len(values) > 12 && luck > 0; luck-- {
		n := len(values)
		pivot := middleOf(values[0], values[n/2], values[n-1])
		less, i, more := 0, 0, n // values[:less] < pivot, values[less:i] are it, values[more:] > pivot
		for i < more {
			switch v := values[i]; {
			case v < pivot:
				values[i], values[less] = values[less], v
				less, i = less+1, i+1
			case v > pivot:
				more--
				values[i], values[more] = values[more], v
			default:
				i++
			}
		}
		switch {
		case k < less:
			values = values[:less]
		case k < more:
			return
		default:
			values, k = values[more:], k-more
		}
	}
	slices.Sort(values)
}

func middleOf(a, b, c float64) float64 { return max(min(a, b), min(max(a, b), c)) }
