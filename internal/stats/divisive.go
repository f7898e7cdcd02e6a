package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Shift is a place in a series where its level changed for good.
type Shift struct {
	At            int     // index of the first value behind it
	Before, After float64 // medians of the stretches on its two sides, each up to the next shift or the end of the series
	P             float64 // of the permutation test that found it
}

// ShiftOptions say how sure a shift must be. The zero value stands for a level of 0.01 and stretches of at least 3.
type ShiftOptions struct {
	Level float64 // greatest probability of any shift in a series that has none
	Least int     // fewest values between two shifts, and between a shift and an end; 2 at least
}

// MostForShifts bounds the time that Shifts takes, which grows with the square of the length: of a longer series only the
// newest values are looked at.
const MostForShifts = 500

// tolerated is how many permutations may do as well as the series itself. There are as many of them as make that what the
// level allows: 499 for 0.01, 99 for 0.05.
const tolerated = 4

func (o ShiftOptions) orDefaults() ShiftOptions {
	if !(o.Level > 0 && o.Level < 1) {
		o.Level = 0.01
	}
	if o.Least == 0 {
		o.Least = 3
	}
	o.Least = max(o.Least, 2)
	return o
}

// Needed is how many values a series must have for a shift to be found at all: with fewer, even the clearest order comes
// by chance more often than the level allows.
func (o ShiftOptions) Needed() int {
	o = o.orDefaults()
	n := 2 * o.Least
	for orders := binomial(n, n/2); 2/orders > o.Level; orders = binomial(n, n/2) {
		n++
	}
	return n
}

func binomial(n, k int) float64 {
	product := 1.0
	for i := 1; i <= k; i++ {
		product *= float64(n-k+i) / float64(i)
	}
	return product
}

// Shifts finds the places where the level of a series changed for good, ascending. The values are in the order of time and
// in any unit. It gives the same answer each time, and none where fewer than Needed values are left or one of them is not
// a finite number. docs/change-points.md tells the method, and what it finds and misses.
func Shifts(values []float64, options ShiftOptions) []Shift {
	options = options.orDefaults()
	older := max(len(values)-MostForShifts, 0)
	values = values[older:]
	if len(values) < options.Needed() || slices.ContainsFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		return nil
	}
	shifts := newDivision(len(values), options).of(values)
	for i := range shifts {
		from, to := 0, len(values)
		if i > 0 {
			from = shifts[i-1].At - older
		}
		if i+1 < len(shifts) {
			to = shifts[i+1].At
		}
		s := &shifts[i]
		s.Before, s.After = Median(values[from:s.At]), Median(values[s.At:to])
		s.At += older
	}
	return shifts
}

// division divides a series, again and again, at the place where its two sides differ most, as long as they differ more
// than chance would have it: E-Divisive (Matteson and James 2014), with two changes, which the tests can leave out.
type division struct {
	ShiftOptions
	raw, oneWay bool // as published: no value is drawn in; only the right side may end early
	random      *rand.Rand

	pairs, left, inverse []float64 // for one call of forward; inverse is 1/n for each n
}

func newDivision(n int, options ShiftOptions) *division {
	d := &division{ShiftOptions: options, random: rand.New(rand.NewPCG(uint64(n), 0x9e3779b97f4a7c15))}
	d.pairs, d.left, d.inverse = make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)
	for i := 1; i <= n; i++ {
		d.inverse[i] = 1 / float64(i)
	}
	return d
}

// of gives the shifts, ascending, with At and P only.
func (d *division) of(values []float64) (shifts []Shift) {
	ends := []int{0, len(values)}
	for {
		parts, at, q := d.next(values, ends)
		if at == 0 {
			return shifts
		}
		p := d.chance(parts, q)
		if p > d.Level {
			return shifts
		}
		i, _ := slices.BinarySearch(ends, at)
		ends = slices.Insert(ends, i, at)
		shifts = slices.Insert(shifts, i-1, Shift{At: at, P: p})
	}
}

// next is the best place for one more shift, 0 if there is none, and the parts between those that are settled.
func (d *division) next(values []float64, ends []int) (parts [][]float64, at int, q float64) {
	for i, from := range ends[:len(ends)-1] {
		part := d.drawnIn(values[from:ends[i+1]])
		parts = append(parts, part)
		if place, energy := d.split(part); energy > q {
			at, q = from+place, energy
		}
	}
	return parts, at, q
}

// chance is the share of orders, shuffled within each part, whose best place is as good as q; that of the series is one
// of them. It stops, with a share above the level, as soon as no more orders could bring it down to it.
func (d *division) chance(parts [][]float64, q float64) float64 {
	orders, as := int(math.Round((tolerated+1)/d.Level)), 1
	q *= 1 - 1e-8 // sums in another order are rounded in another way
	for range orders - 1 {
		for _, part := range parts {
			d.random.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
		}
		if slices.ContainsFunc(parts, func(part []float64) bool { _, energy := d.split(part); return energy >= q }) {
			if as++; as > tolerated+1 {
				return 1
			}
		}
	}
	return float64(as) / float64(orders)
}

// drawnIn is a copy in which no value lies farther from the middle half than that is wide: one spike then weighs no
// more than any other high value. It depends on the values and not on their order, so the permutation test stays exact.
func (d *division) drawnIn(values []float64) []float64 {
	out := slices.Clone(values)
	slices.Sort(out)
	low, high := sortedQuantile(out, 0.25), sortedQuantile(out, 0.75)
	copy(out, values)
	if width := high - low; width > 0 && !d.raw {
		for i, v := range out {
			out[i] = min(max(v, low-width), high+width)
		}
	}
	return out
}

// split is the place of a part whose two sides differ most, and by how much. A side may end before the part does, so that
// a level that came and went is seen: first the right one, and then, from behind, the left one.
func (d *division) split(part []float64) (at int, q float64) {
	at, q = d.forward(part)
	if d.oneWay {
		return at, q
	}
	slices.Reverse(part)
	if place, energy := d.forward(part); energy > q*(1+1e-8) {
		at, q = len(part)-place, energy
	}
	slices.Reverse(part)
	return at, q
}

// forward compares the first t values with those from t to e, for all t and e, and gives the t of the greatest energy
// statistic (Székely and Rizzo 2005, with distances to the power of 1). With S the sum of the distances of all pairs,
// it is 2/e · (S(0,e) − (e−1) · (S(0,t)/(t−1) + S(t,e)/(e−t−1))): that of the papers, put shorter. For each e, then, it is
// greatest where the bracket with the two sides is least.
func (d *division) forward(part []float64) (at int, q float64) {
	n := len(part)
	pairs, left := d.pairs[:n+1], d.left[:n+1] // S(t,e) for each t, and S(0,t)/(t−1)
	clear(pairs)
	left[0] = math.Inf(1)
	for e := 1; e <= n; e++ {
		v, sum, t := part[e-1], 0.0, e-2
		for ; t > e-d.Least && t >= 0; t-- {
			sum += math.Abs(v - part[t])
			pairs[t] += sum
		}
		least, place := math.Inf(1), 0
		for ; t >= 0; t-- {
			sum += math.Abs(v - part[t])
			pairs[t] += sum
			if sides := left[t] + pairs[t]*d.inverse[e-t-1]; sides < least {
				least, place = sides, t
			}
		}
		if energy := 2 * d.inverse[e] * (pairs[0] - float64(e-1)*least); energy > q {
			at, q = place, energy
		}
		if left[e] = math.Inf(1); e >= d.Least {
			left[e] = pairs[0] * d.inverse[e-1]
		}
	}
	return at, q
}
