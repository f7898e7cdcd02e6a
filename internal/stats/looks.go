package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// LeastBlocks is how many blocks a verdict on a time needs. With fewer, no rule keeps its error rate.
const LeastBlocks = 5

// MostConfirming is the greatest number of fresh blocks that a failure is confirmed on.
const MostConfirming = 10

// The levels of one look where so many are planned, from 1 to 6. They hold the rate of false passes below 4 % and that
// of false fails below 1 % over all looks together; `make simulate` proves it.
var (
	passLevels = []float64{0.0500, 0.0339, 0.0256, 0.0208, 0.0174, 0.0149}
	failLevels = []float64{0.0100, 0.0064, 0.0046, 0.0036, 0.0030, 0.0025}
)

// grid are the numbers of blocks at which a run that goes on as needed is looked at.
var grid = []int{10, 14, 20, 28, 40}

// Looks are the numbers of blocks at which the verdicts of a run with between least and most blocks may be reached,
// ascending, at most six: those of the grid, or, where more than 40 are allowed, six in a geometric row. They are fixed before the run: looking after every block would err far more often.
func Looks(least, most int) []int {
	if most <= least {
		return []int{most}
	}
	first := max(least, min(LeastBlocks, most))
	if most > grid[len(grid)-1] {
		return spread(first, most)
	}
	looks := []int{most}
	if least < grid[0] {
		looks = append(looks, first)
	}
	for _, n := range grid {
		if n >= least && n < most {
			looks = append(looks, n)
		}
	}
	slices.Sort(looks)
	looks = slices.Compact(looks)
	return looks
}

// spread are six looks from first to last, each as much later than the one before, in proportion.
func spread(first, last int) []int {
	n := len(passLevels)
	looks := make([]int, n)
	for i := range looks {
		looks[i] = int(math.Round(float64(first) * math.Pow(float64(last)/float64(first), float64(i)/float64(n-1))))
	}
	return slices.Compact(looks)
}

// PassLevel is the greatest share of resamples against a claim at which it passes, on n blocks at one of so many looks;
// FailLevel the greatest share for it at which it fails.
func PassLevel(n, looks int) float64 { return corrected(n, level(passLevels, looks)) }

// FailLevel: see PassLevel.
func FailLevel(n, looks int) float64 { return corrected(n, level(failLevels, looks)) }

// IntervalTail is what an interval of 95 % leaves out of the resamples of n blocks at each end.
func IntervalTail(n int) float64 { return corrected(n, 0.025) }

func level(levels []float64, looks int) float64 {
	return levels[min(max(looks, 1), len(levels))-1]
}

// corrected is the level a for a bootstrap of n values, which is narrow for few of them: the normal tail at
// sqrt(n/(n-1)) times the t quantile with n-1 degrees of freedom (Hesterberg 2015, section 3.2).
func corrected(n int, a float64) float64 {
	if n < 2 {
		return 0
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile(1 - a)
	return distuv.UnitNormal.CDF(-math.Sqrt(float64(n)/float64(n-1)) * t)
}
