package stats

import "math"

// Point is a measured time with a number of workers.
type Point struct {
	Workers int
	Time    float64 // s
}

// Amdahl is the serial fraction f of T(p) = T1 (f + (1-f)/p) that fits the points best by least squares of T(p)/T1. With
// one point of two or more workers that is (1/speedup - 1/p) / (1 - 1/p), the estimate of Karp and Flatt 1990, which is
// negative where the speedup exceeds p. It is false without such a point.
func Amdahl(t1 float64, points []Point) (float64, bool) {
	if !(t1 > 0) || math.IsInf(t1, 0) {
		return 0, false
	}
	var xy, xx float64
	for _, p := range points {
		if p.Workers < 2 || !(p.Time > 0) || math.IsInf(p.Time, 0) {
			continue
		}
		x := 1 - 1/float64(p.Workers)
		xy += x * (p.Time/t1 - 1/float64(p.Workers))
		xx += x * x
	}
	if xx == 0 {
		return 0, false
	}
	return xy / xx, true
}
