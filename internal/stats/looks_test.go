package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLooks(t *testing.T) {
	for _, test := range []struct {
		least, most int
		want        []int
	}{
		{10, 10, []int{10}}, {3, 3, []int{3}}, {0, 0, []int{0}}, {10, 40, []int{10, 14, 20, 28, 40}}, {5, 40, []int{5, 10, 14, 20, 28, 40}},
		{2, 40, []int{5, 10, 14, 20, 28, 40}}, {1, 4, []int{4}}, {6, 8, []int{6, 8}}, {12, 30, []int{14, 20, 28, 30}}, {10, 12, []int{10, 12}},
		{10, 320, []int{10, 20, 40, 80, 160, 320}}, {50, 51, []int{50, 51}},
	} {
		if got := Looks(test.least, test.most); !slices.Equal(got, test.want) {
			t.Errorf("Looks(%d, %d) = %v, want %v", test.least, test.most, got, test.want)
		}
	}
	for least := 1; least < 60; least++ {
		for most := least; most < 500; most += 7 {
			if looks := Looks(least, most); len(looks) > 6 || looks[len(looks)-1] != most || !slices.IsSorted(looks) || most >= 5 && looks[0] < 5 {
				t.Errorf("Looks(%d, %d) = %v", least, most, looks)
			}
		}
	}
}

// TestLevels: the table of the documentation, and that more looks or fewer blocks make it harder.
func TestLevels(t *testing.T) {
	for _, test := range []struct {
		n    int
		a    float64
		want float64
	}{{5, 0.05, 0.0086}, {10, 0.05, 0.0267}, {40, 0.05, 0.0440}, {10, 0.01, 0.0015}, {40, 0.01, 0.0070}, {1000, 0.05, 0.0498}} {
		if got := corrected(test.n, test.a); math.Abs(got-test.want) > 0.0001 {
			t.Errorf("corrected(%d, %g) = %.5f, want %.4f", test.n, test.a, got, test.want)
		}
	}
	if corrected(1, 0.05) != 0 {
		t.Error("one value decides")
	}
	for looks := 1; looks < 6; looks++ {
		if PassLevel(20, looks+1) >= PassLevel(20, looks) || FailLevel(20, looks+1) >= FailLevel(20, looks) || FailLevel(20, looks) >= PassLevel(20, looks) {
			t.Errorf("%d looks: %v, %v", looks, PassLevel(20, looks), FailLevel(20, looks))
		}
	}
	if PassLevel(20, 9) != PassLevel(20, 6) {
		t.Error("more than six looks have no level")
	}
}

// TestMediansOfDraws: what is counted by ranks is the median of the values written out.
func TestMediansOfDraws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 41; n++ {
		values := make([]float64, n)
		for i := range values {
			values[i] = float64(r.IntN(12)) // some are equal
		}
		d := NewDraws(n, 200)
		medians := d.Medians(values)
		for row := range d.Rows {
			var drawn []float64
			for i, times := range d.Row(row) {
				for range times {
					drawn = append(drawn, values[i])
				}
			}
			if len(drawn) != n || Median(drawn) != medians[row] {
				t.Fatalf("n=%d, row %d: %v, want the median of %v", n, row, medians[row], drawn)
			}
		}
	}
	if again := NewDraws(30, 1); !slices.Equal(again.Row(0), NewDraws(30, 9).Row(0)) {
		t.Error("the draws are others the second time")
	}
	if d := NewDraws(4000, 20_000); d.Rows != 2000 {
		t.Errorf("%d rows of 4000", d.Rows)
	}
}
