package stats

import "math"

// Law is what fits T(p) = c0/p + c1 (p-1)/p + c2 (p-1), the time of the same work with p workers.
//
// It is Gunther's Universal Scalability Law (Gunther 1993; "Guerrilla Capacity Planning", 2007, chapter 4), speedup
// p / (1 + Contention (p-1) + Coherency p (p-1)), multiplied out, so that it is linear in what is looked for. Without
// Coherency it is Amdahl's law (Amdahl 1967), and Contention his serial fraction.
type Law struct {
	T1         float64 // s, with one worker: c0
	Contention float64 // 1, c1/c0: the share that only one worker at a time can do
	Coherency  float64 // 1, c2/c0: what each pair of workers costs
}

// Time is that of p workers (s).
func (l Law) Time(p float64) float64 {
	return l.T1 * (1/p + l.Contention*(p-1)/p + l.Coherency*(p-1))
}

// Speedup is that of p workers against one.
func (l Law) Speedup(p float64) float64 { return l.T1 / l.Time(p) }

// Peak is the worker count with the greatest speedup; infinite without coherency.
func (l Law) Peak() float64 { return math.Sqrt(max(1-l.Contention, 0) / l.Coherency) }

// FitUSL fits all three parts, none of them negative, by least squares of relative errors (weights 1/T²). It is false
// for fewer than three different worker counts, or a time that is none.
func FitUSL(points []Point) (Law, bool) { return fit(points, 3) }

// FitAmdahl fits without coherency, from two different worker counts on. Unlike Amdahl it does not hold to the measured
// time of one worker.
func FitAmdahl(points []Point) (Law, bool) { return fit(points, 2) }

// KarpFlatt is the serial fraction (1/S - 1/p) / (1 - 1/p) of a speedup S with p > 1 workers (Karp and Flatt 1990):
// negative where S exceeds p.
func KarpFlatt(speedup float64, p int) float64 {
	return (1/speedup - 1/float64(p)) / (1 - 1/float64(p))
}

// FitGustafson is the serial fraction of work that grows with the workers (Gustafson 1988): the a of the scaled speedup
// p - a (p-1) that fits best, by least squares. The times are those for a unit of work. It is false without a point of
// two or more workers, or without one of a single worker.
func FitGustafson(points []Point) (Law, bool) {
	t1, sum, squares := 0.0, 0.0, 0.0
	for _, at := range points {
		if at.Workers == 1 {
			t1 = at.Time
		}
	}
	for _, at := range points {
		if at.Workers < 1 || !(at.Time > 0) || math.IsInf(at.Time, 0) {
			return Law{}, false
		}
		p := float64(at.Workers)
		sum += (p - t1/at.Time) * (p - 1)
		squares += (p - 1) * (p - 1)
	}
	if !(t1 > 0) || squares == 0 {
		return Law{}, false
	}
	return Law{T1: t1, Contention: sum / squares}, true
}

// ScaledSpeedup is Gustafson's, of p workers.
func (l Law) ScaledSpeedup(p float64) float64 { return p - l.Contention*(p-1) }

// fit finds the least squares with no negative part: the best of the plain solutions with some of the parts left out
// that have none (Lawson and Hanson 1974, chapter 23; three parts are few enough to try each). The first part stays, as
// without it one worker would take no time.
func fit(points []Point, parts int) (Law, bool) {
	var normal [3][3]float64
	var right [3]float64
	counts := map[int]bool{}
	for _, at := range points {
		if at.Workers < 1 || !(at.Time > 0) || math.IsInf(at.Time, 0) {
			return Law{}, false
		}
		counts[at.Workers] = true
		p := float64(at.Workers)
		row := [3]float64{1 / p / at.Time, (p - 1) / p / at.Time, (p - 1) / at.Time}
		for i := range row {
			right[i] += row[i]
			for j := range row {
				normal[i][j] += row[i] * row[j]
			}
		}
	}
	if len(counts) < parts {
		return Law{}, false
	}
	var best [3]float64
	least := math.Inf(1)
	for _, set := range [][]int{{0}, {0, 1}, {0, 2}, {0, 1, 2}} {
		if set[len(set)-1] >= parts {
			continue
		}
		if c, ok := solve(normal, right, set); ok {
			if r := residual(normal, right, c); r < least {
				best, least = c, r
			}
		}
	}
	if !(best[0] > 0) {
		return Law{}, false
	}
	return Law{T1: best[0], Contention: best[1] / best[0], Coherency: best[2] / best[0]}, true
}

// residual is the sum of squares less that of the right sides, which is the same for all c.
func residual(normal [3][3]float64, right, c [3]float64) float64 {
	r := 0.0
	for i := range c {
		r -= 2 * c[i] * right[i]
		for j := range c {
			r += c[i] * normal[i][j] * c[j]
		}
	}
	return r
}

// solve is the solution with the parts of set alone; false where there is none without a negative part.
func solve(normal [3][3]float64, right [3]float64, set []int) (out [3]float64, ok bool) {
	whole := normal
	for k, i := range set { // elimination; the matrix is symmetric and positive, so that no pivot is looked for
		if normal[i][i] <= 1e-12*whole[i][i] {
			return out, false
		}
		for _, j := range set[k+1:] {
			f := normal[j][i] / normal[i][i]
			for _, l := range set {
				normal[j][l] -= f * normal[i][l]
			}
			right[j] -= f * right[i]
		}
	}
	for k := len(set) - 1; k >= 0; k-- {
		i := set[k]
		sum := right[i]
		for _, j := range set[k+1:] {
			sum -= normal[i][j] * out[j]
		}
		if out[i] = sum / normal[i][i]; out[i] < 0 {
			return out, false
		}
	}
	return out, true
}
