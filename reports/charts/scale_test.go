package charts

import (
	"math"
	"strings"
	"testing"
)

func told(ticks []tick) string {
	var all []string
	for _, t := range ticks {
		all = append(all, t.text)
	}
	return strings.Join(all, " ")
}

func TestLinear(t *testing.T) {
	for _, test := range []struct {
		lo, hi     float64
		base, want string
	}{
		{0, 8.4, "s", "0 2 4 6 8 s"}, {0, 0.0123, "s", "0 5 10 ms"}, {0, 2.6, "s", "0 0.5 1.0 1.5 2.0 2.5 s"}, {0, 4e-7, "s", "0 100 200 300 400 ns"},
		{1.6, 2, "1", "1.6 1.7 1.8 1.9 2.0 "}, {-1, 1, "1", "-1.0 -0.5 0 0.5 1.0 "}, {0, 5 << 20, "B", "0 1 2 3 4 5 MiB"}, {900, 1100, "B", "0.90 0.95 1.00 1.05 KiB"},
		{0, 3e9, "instructions", "0 0.5 1.0 1.5 2.0 2.5 3.0 G instructions"}, {1e-95, 2e-95, "s", "1e-86 1.2e-86 1.4e-86 1.6e-86 1.8e-86 2e-86 ns"},
		{0, 1e20, "s", "0 2e+19 4e+19 6e+19 8e+19 1e+20 s"}, {1e15, 1e15 + 0.25, "1", ""},
	} {
		ticks, u := linear(test.lo, test.hi, test.base, 6)
		if got := told(ticks) + " " + u.name; got != test.want && test.want != "" {
			t.Errorf("%v … %v %s: %s", test.lo, test.hi, test.base, got)
		}
		for _, k := range ticks {
			if k.v < test.lo-1e-9*test.hi || k.v > test.hi*(1+1e-9) {
				t.Errorf("%v … %v: a tick at %v", test.lo, test.hi, k.v)
			}
		}
	}
}

func TestLogarithmic(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{told(decades(2e-5, 3, "s", 7)), "100 µs 1 ms 10 ms 100 ms 1 s"},
		{told(decades(0.015, 1.2, "s", 7)), "20 ms 50 ms 100 ms 200 ms 500 ms 1 s"},
		{told(octaves(0.9, 17, 9)), "1× 2× 4× 8× 16×"},
		{told(octaves(0.9, 2.1, 9)), "1× 1.5× 2×"},
		{told(octaves(0.05, 2, 9)), "0.0625× 0.125× 0.25× 0.5× 1× 2×"},
		{told(octaves(1e-3, 1e3, 9)), "0.001953× 0.01562× 0.125× 1× 8× 64× 512×"},
	} {
		if test.got != test.want {
			t.Errorf("%s, not %s", test.got, test.want)
		}
	}
	if n := len(octaves(1e-99, 1e99, 9)); n < 5 || n > 12 {
		t.Errorf("%d ticks", n)
	}
	if n := len(decades(1e-99, 1e99, "s", 7)); n < 5 || n > 12 {
		t.Errorf("%d ticks", n)
	}
}

func TestAxis(t *testing.T) {
	a := axis{lo: 1, hi: 16, from: 0, to: 100, log: true}
	for v, want := range map[float64]float64{1: 0, 4: 50, 16: 100, 99: 100, 0: 0, -1: 0, math.Inf(1): 100, math.NaN(): 0} {
		if got := a.at(v); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v is at %v", v, got)
		}
	}
	if got := (axis{from: 3, to: 9}).at(1); got < 3 || got > 9 || math.IsNaN(got) {
		t.Errorf("an axis without length puts 1 at %v", got)
	}
	for _, v := range []float64{math.NaN(), math.Inf(-1), 1e9} {
		if got := num(v); got != "0" {
			t.Errorf("%v px is %s", v, got)
		}
	}
	for v, want := range map[float64]string{-0.04: "0", 1.25: "1.3", 3: "3", -2.5: "-2.5"} {
		if got := num(v); got != want {
			t.Errorf("%v px is %s", v, got)
		}
	}
}

// TestTimeAxis looks whether an axis of times begins at zero, unless the times differ too much for that.
func TestTimeAxis(t *testing.T) {
	for _, test := range []struct {
		times []float64
		log   bool
	}{{[]float64{1, 1.01}, false}, {[]float64{1, 50}, false}, {[]float64{1, 51}, true}, {[]float64{0, 51}, false}, {nil, false}} {
		a := timeAxis([]Row{{Times: test.times}}, 0, 100)
		if a.log != test.log || !a.log && a.lo != 0 || !(a.hi > a.lo) {
			t.Errorf("%v: %+v", test.times, a)
		}
	}
}

func TestSplit(t *testing.T) {
	curve := []XY{{1, 1}, {2, 2}, {4, 3}, {8, 4}}
	for _, test := range []struct{ at, within, beyond float64 }{{4, 3, 2}, {3, 3, 3}, {8, 4, 0}, {99, 4, 0}, {0.5, 0, 4}} {
		a, b := split(curve, test.at)
		if len(a) != int(test.within) || len(b) != int(test.beyond) {
			t.Errorf("split at %v: %v and %v", test.at, a, b)
		}
		if len(a) > 0 && len(b) > 0 && a[len(a)-1] != b[0] {
			t.Errorf("split at %v: the parts do not meet: %v and %v", test.at, a, b)
		}
	}
}

func TestQuantities(t *testing.T) {
	for _, test := range []struct {
		v           float64
		base        string
		full, short string
	}{
		{0.30804, "s", "308 ms", "308 ms"}, {1.7, "1", "1.70", "1.7"}, {0, "s", "0 s", "0 s"}, {1.2e-5, "s", "12.0 µs", "12 µs"}, {10 << 20, "B", "10.0 MiB", "10 MiB"},
		{0.99999, "s", "1.00 s", "1 s"}, {-0.25, "1", "-0.250", "-0.25"}, {0, "B", "0 B", "0 B"}, {1e12, "1", "1e+12", "1e+12"}, {2.5e6, "branches", "2.50 M branches", "2.5 M branches"},
	} {
		if full, short := quantity(test.v, test.base), brief(test.v, test.base); full != test.full || short != test.short {
			t.Errorf("%v %s: %q and %q", test.v, test.base, full, short)
		}
	}
}
