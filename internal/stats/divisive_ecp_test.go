package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// order is in which order a series is divided, and what the places are called by those who count from 1.
func order(d *division, values []float64, most int) (found []int) {
	ends := []int{0, len(values)}
	for range most {
		_, at, _ := d.next(values, ends)
		if at == 0 {
			break
		}
		found = append(found, at+1)
		ends = append(ends, at)
		slices.Sort(ends)
	}
	return found
}

// The first example of James and Matteson (2014), "ecp", section 5.1: they print the order 201, 308, 108, the place 358
// that was not significant, and the p-values 0.002, 0.002, 0.010 and 0.916 of 499 permutations.
func TestExampleOfEcp(t *testing.T) {
	r := newRandomOfR(250)
	var values []float64
	for _, period := range [][2]float64{{0, 1}, {0, 3}, {2, 1}, {2, 4}} {
		for range 100 {
			values = append(values, period[0]+period[1]*r.normal())
		}
	}
	d := published(len(values), ShiftOptions{Level: 0.05, Least: 30})
	if got, want := order(d, values, 4), []int{201, 308, 108, 358}; !slices.Equal(got, want) {
		t.Errorf("divided at %v; ecp: %v", got, want)
	}
	if got, want := places(d.of(values)), []int{107, 200, 307}; !slices.Equal(got, want) {
		t.Errorf("shifts at %v; ecp, counted from 0: %v", got, want)
	}
}

// Values of ecp 3.1.6 on R 4.2.2: e.divisive(matrix(x), k=3, min.size=…) and splitPoint.
func TestSmallSeriesOfEcp(t *testing.T) {
	values := []float64{10.2, 10.0, 10.3, 9.9, 10.1, 10.4, 10.0, 13.1, 12.8, 13.0, 13.3, 12.9,
		11.0, 11.2, 10.9, 11.1, 11.3, 10.8, 15.0, 14.7, 15.2, 14.9, 15.1, 14.8}
	for least, want := range map[int][]int{2: {19, 8, 13}, 3: {19, 8, 13}, 5: {19, 8, 13}} {
		d := published(len(values), ShiftOptions{Least: least})
		if got := order(d, values, 3); !slices.Equal(got, want) {
			t.Errorf("with at least %d between: %v; ecp: %v", least, got, want)
		}
		if _, q := d.split(values); math.Abs(q-26.1882352941176) > 1e-12 {
			t.Errorf("statistic %v; ecp: 26.1882352941176", q)
		}
	}
}

// segments numbers the stretch that each value is in.
func segments(n int, at []int) (numbers []int) {
	for i := range n {
		numbers = append(numbers, len(at)-len(slices.DeleteFunc(slices.Clone(at), func(a int) bool { return a <= i })))
	}
	return numbers
}

// rand index of two divisions of the same values, and the same adjusted for chance (Hubert and Arabie 1985).
func randIndex(a, b []int) (plain, adjusted float64) {
	pairs := func(n int) float64 { return float64(n*(n-1)) / 2 }
	both, inA, inB := map[[2]int]int{}, map[int]int{}, map[int]int{}
	for i := range a {
		both[[2]int{a[i], b[i]}]++
		inA[a[i]]++
		inB[b[i]]++
	}
	var sum, sumA, sumB float64
	for _, n := range both {
		sum += pairs(n)
	}
	for _, n := range inA {
		sumA += pairs(n)
	}
	for _, n := range inB {
		sumB += pairs(n)
	}
	all := pairs(len(a))
	by := sumA * sumB / all
	if sumA+sumB == 2*by {
		return 1, 1
	}
	return (all + 2*sum - sumA - sumB) / all, (sum - by) / ((sumA+sumB)/2 - by)
}

// averageRand is the average of both Rand indices over so many series of three stretches, the middle one higher by mu, and
// the standard errors of the averages.
func averageRand(runs int, mu float64, series int, method func(n int, options ShiftOptions) *division) (mean, err [2]float64) {
	truth := segments(runs, []int{runs / 3, 2 * runs / 3})
	var all [2][]float64
	for i := range series {
		random := rand.New(rand.NewPCG(uint64(i), 13))
		values := make([]float64, runs)
		for i := range values {
			values[i] = random.NormFloat64() + []float64{0, mu, 0}[truth[i]]
		}
		found := method(runs, ShiftOptions{Level: 0.05, Least: 30}).of(values)
		plain, adjusted := randIndex(segments(runs, places(found)), truth)
		all[0], all[1] = append(all[0], plain), append(all[1], adjusted)
	}
	for i, indices := range all {
		spread, _ := Deviation(indices)
		mean[i], err[i] = Mean(indices), spread/math.Sqrt(float64(series))
	}
	return mean, err
}

// TestRandIndices has the numbers of ecp 3.1.6 (R 4.2.2, min.size 30, R = 199) on 200 series of 150 and 60 of 300: averages
// with their standard errors.
func TestRandIndices(t *testing.T) {
	cases := []struct {
		runs    int
		mu      float64
		ecp     [2]float64 // plain and adjusted
		ecpErrs [2]float64
	}{
		{150, 1, [2]float64{0.943, 0.878}, [2]float64{0.006, 0.010}},
		{150, 2, [2]float64{0.987, 0.971}, [2]float64{0.001, 0.003}},
		{150, 4, [2]float64{0.9992, 0.9981}, [2]float64{0.0002, 0.0004}},
		{300, 1, [2]float64{0.971, 0.936}, [2]float64{0.003, 0.007}},
		{300, 2, [2]float64{0.989, 0.974}, [2]float64{0.002, 0.005}},
		{300, 4, [2]float64{0.9984, 0.9963}, [2]float64{0.0009, 0.0021}},
	}
	table := []string{"| values | mu | Rand index: ecp | as published, here | adjusted: ecp | as published, here | with the two changes |", "|---|---|---|---|---|---|---|"}
	for _, c := range cases {
		series, ofEcp := 300, 200.0
		switch {
		case !*simulate && c.runs > 150:
			continue
		case !*simulate:
			series = 12
		case c.runs > 150:
			series, ofEcp = 100, 60
		}
		var changed [2]float64
		var done sync.WaitGroup
		done.Go(func() { changed, _ = averageRand(c.runs, c.mu, series, newDivision) })
		mean, err := averageRand(c.runs, c.mu, series, published)
		done.Wait()
		for i, want := range c.ecp {
			if off := 4 * c.ecpErrs[i] * math.Sqrt(1+ofEcp/float64(series)); math.Abs(mean[i]-want) > off { // four standard errors of the difference
				t.Errorf("%d values, mu %v: %v, and ecp %v", c.runs, c.mu, mean[i], want)
			}
		}
		table = append(table, fmt.Sprintf("| %d | %v | %v ± %v | %.4f ± %.4f | %v ± %v | %.4f ± %.4f | %.4f |", c.runs, c.mu,
			c.ecp[0], c.ecpErrs[0], mean[0], err[0], c.ecp[1], c.ecpErrs[1], mean[1], err[1], changed[1]))
	}
	written(t, "rand", "200 series for ecp with 150 values, 60 with 300; here 300 and 100; ± one standard error.", table)
}

// randomOfR is R's default generator of normal numbers, the Mersenne Twister with inversion, so that examples printed in
// the literature can be had as they are.
type randomOfR struct {
	state [624]uint32
	next  int
}

func newRandomOfR(seed uint32) *randomOfR {
	r := &randomOfR{next: 624}
	for range 51 { // R scrambles the seed 50 times, and the first of the numbers is the place, set to 624
		seed = 69069*seed + 1
	}
	for i := range r.state {
		seed = 69069*seed + 1
		r.state[i] = seed
	}
	return r
}

func (r *randomOfR) uniform() float64 {
	if r.next == len(r.state) {
		for i := range r.state {
			y := r.state[i]&0x80000000 | r.state[(i+1)%624]&0x7fffffff
			r.state[i] = r.state[(i+397)%624] ^ y>>1 ^ y&1*0x9908b0df
		}
		r.next = 0
	}
	y := r.state[r.next]
	r.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	y ^= y >> 18
	return float64(y) * 2.3283064365386963e-10
}

func (r *randomOfR) normal() float64 {
	const big = 134217728 // 2^27
	u := math.Floor(big*r.uniform()) + r.uniform()
	return math.Sqrt2 * math.Erfinv(2*(u/big)-1)
}

func TestRandomOfR(t *testing.T) {
	r := newRandomOfR(250)
	for _, want := range []float64{-0.62677984341884774, -0.95779304178304192, 0.84143332368573387} { // set.seed(250); rnorm(3)
		if got := r.normal(); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v, and R gives %v", got, want)
		}
	}
}
