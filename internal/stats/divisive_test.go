package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// published is E-Divisive as its paper and the R package ecp have it.
func published(n int, options ShiftOptions) *division {
	d := newDivision(n, options.orDefaults())
	d.raw, d.oneWay = true, true
	return d
}

func places(shifts []Shift) (at []int) {
	for _, s := range shifts {
		at = append(at, s.At)
	}
	return at
}

// energy is the statistic of Matteson and James (2014), (5) and (6), term by term.
func energy(left, right []float64) float64 {
	mean := func(a, b []float64, pairs float64) (sum float64) {
		for _, x := range a {
			for _, y := range b {
				sum += math.Abs(x - y)
			}
		}
		return sum / pairs
	}
	n, m := float64(len(left)), float64(len(right))
	return n * m / (n + m) * (2*mean(left, right, n*m) - mean(left, left, n*(n-1)) - mean(right, right, m*(m-1)))
}

func TestEnergyByHand(t *testing.T) {
	values := []float64{0, 1, 10, 11} // 2·2/4 · (2·10 − 1 − 1), where 10 is the mean of 10, 11, 9 and 10
	if at, q := published(4, ShiftOptions{Least: 2}).split(values); at != 2 || math.Abs(q-18) > 1e-12 {
		t.Errorf("%d %v", at, q)
	}
	if q := energy(values[:2], values[2:]); q != 18 {
		t.Errorf("by the formula of the paper: %v", q)
	}
}

// The quick sums find what all windows, one by one, give; with ties as well.
func TestSplitIsTheBestOfAllWindows(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for try := range 200 {
		values := make([]float64, 4+random.IntN(20))
		for i := range values {
			values[i] = random.NormFloat64()
			if try%2 == 0 {
				values[i] = float64(random.IntN(4))
			}
		}
		least := 2 + random.IntN(2)
		best := 0.0
		for at := least; at+least <= len(values); at++ {
			for end := at + least; end <= len(values); end++ {
				best = max(best, energy(values[:at], values[at:end]))
			}
		}
		at, q := published(len(values), ShiftOptions{Least: least}).split(values)
		if math.Abs(q-best) > 1e-9 {
			t.Fatalf("%v: %v at %d, and the best is %v", values, q, at, best)
		}
	}
}

// noisy are n values around 100 with a standard deviation of 1, the same for a seed.
func noisy(n int, seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed, 5))
	values := make([]float64, n)
	for i := range values {
		values[i] = 100 + random.NormFloat64()
	}
	return values
}

func raised(values []float64, from, to int, by float64) []float64 {
	values = slices.Clone(values)
	for i := from; i < to; i++ {
		values[i] += by
	}
	return values
}

func TestShifts(t *testing.T) {
	quiet := noisy(40, 1)
	for _, at := range []int{3, 5, 20, 37} {
		got := Shifts(raised(quiet, at, 40, 10), ShiftOptions{})
		if len(got) != 1 || got[0].At != at || got[0].P > 0.01 || math.Abs(got[0].Before-100) > 1 || math.Abs(got[0].After-110) > 1 {
			t.Errorf("a shift at %d: %v", at, got)
		}
	}
	there, back := raised(quiet, 15, 25, 5), []int{15, 25}
	got := Shifts(there, ShiftOptions{})
	if !slices.Equal(places(got), back) || got[0].After != got[1].Before || got[0].After != Median(there[15:25]) {
		t.Errorf("there and back: %v", got)
	}
	if got := Shifts(quiet, ShiftOptions{}); got != nil {
		t.Errorf("without a shift: %v", got)
	}
}

func TestShiftsRefuse(t *testing.T) {
	step := raised(make([]float64, 20), 10, 20, 1)
	if got := places(Shifts(step, ShiftOptions{})); !slices.Equal(got, []int{10}) {
		t.Errorf("two values, many ties: %v", got)
	}
	for name, values := range map[string][]float64{
		"nothing": nil, "one": {1}, "constant": make([]float64, 50), "too few": step[6:15],
		"not a number": append(slices.Clone(step), math.NaN()), "infinite": append(slices.Clone(step), math.Inf(1)),
		"huge": {math.MaxFloat64, -math.MaxFloat64, math.MaxFloat64, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		if got := Shifts(values, ShiftOptions{}); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// One run that took long is no shift, wherever it stands and however long it took.
func TestOneSpikeIsNoShift(t *testing.T) {
	for _, n := range []int{12, 40} {
		quiet := noisy(n, 12)
		if got := Shifts(quiet, ShiftOptions{Level: 0.05}); got != nil {
			t.Fatalf("%d runs, even without a spike: %v", n, got)
		}
		for at := range n {
			for _, by := range []float64{5, 100, 1e6, -50} {
				if got := Shifts(raised(quiet, at, at+1, by), ShiftOptions{}); got != nil {
					t.Errorf("%d runs, %+g at %d: %v", n, by, at, got)
				}
				if got := Shifts(raised(make([]float64, n), at, at+1, by), ShiftOptions{}); got != nil {
					t.Errorf("%d equal runs, %+g at %d: %v", n, by, at, got)
				}
			}
		}
	}
}

// Neither the unit nor the direction of time matters, and the answer is the same each time.
func TestShiftsOfTheSameInOtherWords(t *testing.T) {
	values := raised(raised(noisy(60, 3), 20, 60, 4), 45, 60, -3)
	want := Shifts(values, ShiftOptions{})
	if len(want) != 2 || !slices.Equal(want, Shifts(values, ShiftOptions{})) {
		t.Fatal(want)
	}
	scaled := slices.Clone(values)
	for i := range scaled {
		scaled[i] *= 1 << 20
	}
	if got := Shifts(scaled, ShiftOptions{}); !slices.Equal(places(got), places(want)) {
		t.Errorf("in another unit: %v, not %v", got, want)
	}
	slices.Reverse(scaled)
	for i, got := range Shifts(scaled, ShiftOptions{}) {
		if mirrored := want[1-i]; got.At != 60-mirrored.At || got.Before != mirrored.After*(1<<20) {
			t.Errorf("from behind: %v, not %v", got, mirrored)
		}
	}
}

func TestOnlyTheNewestAreLookedAt(t *testing.T) {
	values := raised(make([]float64, MostForShifts+200), 100, 300, 7)
	got := Shifts(values, ShiftOptions{})
	if len(got) != 1 || got[0].At != 300 || got[0].Before != 7 || got[0].After != 0 {
		t.Errorf("%v", got)
	}
}

func TestNeeded(t *testing.T) {
	for options, want := range map[ShiftOptions]int{{}: 10, {Level: 0.05}: 8, {Level: 0.05, Least: 5}: 10} {
		if got := options.Needed(); got != want {
			t.Errorf("%+v: %d, not %d", options, got, want)
		}
		for n := want - 2; n <= want+2; n++ { // with so few as needed it is a matter of luck
			got := Shifts(raised(noisy(n, 2), n/2, n, 50), options)
			if n < want && len(got) > 0 || n == want+2 && len(got) != 1 {
				t.Errorf("%+v: of the clearest shift in %d values: %v", options, n, got)
			}
		}
	}
}
