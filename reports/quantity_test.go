package reports

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestQuantity(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{1.2341, "s", "1.234 s"}, {0.0123456, "s", "12.35 ms"}, {12.3e-6, "s", "12.30 µs"}, {1.5e-9, "s", "1.50 ns"}, {754.44, "s", "754.4 s"},
		{0, "s", "0 s"}, {-0.25, "s", "-250.0 ms"}, {0.99996, "s", "1.000 s"}, {0.99994, "s", "999.9 ms"}, {12345.6, "s", "12346 s"}, {1000, "s", "1000 s"},
		{512, "B", "512 B"}, {1536, "B", "1.50 KiB"}, {64 << 20, "B", "64.0 MiB"}, {1 << 31, "B", "2.00 GiB"}, {0, "B", "0 B"},
		{10, "1", "10"}, {1.9277, "1", "1.93"}, {0.03456, "", "0.0346"}, {1234.56, "tasks/s", "1235 tasks/s"}, {1094583, "tasks/s", "1.095 M tasks/s"},
		{math.NaN(), "s", "–"}, {math.Inf(-1), "B", "–"},
	} {
		if got := plainSpaces(Quantity(c.v, c.unit)); got != c.want {
			t.Errorf("Quantity(%v, %q) = %q, not %q", c.v, c.unit, got, c.want)
		}
	}
}

// Whatever the value, what is printed is within the digits that are promised, and needs no more than four of them
// before the point below a minute or so.
func TestQuantityIsCloseToTheValue(t *testing.T) {
	factor := map[string]float64{"s": 1, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		v := math.Pow(10, random.Float64()*11-8)
		number, unit, _ := strings.Cut(plainSpaces(Quantity(v, "s")), " ")
		f, err := strconv.ParseFloat(number, 64)
		if err != nil || factor[unit] == 0 {
			t.Fatalf("%g is told as %q %q", v, number, unit)
		}
		if off := math.Abs(f*factor[unit]-v) / v; off > 0.006 {
			t.Fatalf("%g is told as %s %s, %g off", v, number, unit, off)
		}
		if unit != "s" && f >= 1000 {
			t.Fatalf("%g is told as %s %s", v, number, unit)
		}
	}
}

func TestAgainstTellsAValueFromItsLimit(t *testing.T) {
	for _, c := range []struct {
		v, lo, hi, limit   float64
		unit               string
		value, surrounding string
	}{
		{1.92768, 1.86, 1.97, 1.3, "1", "1.93", "1.86 … 1.97"},
		{1.3004, 1.28, 1.32, 1.3, "1", "1.3004", "1.2800 … 1.3200"},
		{0.6402, 0.64001, 0.6455, 0.64, "s", "640.20 ms", "640.01 … 645.50 ms"},
		{1.3, 1.3, 1.3, 1.3, "1", "1.30", "1.30 … 1.30"},
		{3, 3, 3, 3, "1", "3", "3 … 3"},
		{1, 1, 1, 1 + 1e-15, "1", "1.000000", "1.000000 … 1.000000"},
	} {
		value, surrounding := against(c.v, &[2]float64{c.lo, c.hi}, &c.limit, c.unit)
		if plainSpaces(value) != c.value || plainSpaces(surrounding) != c.surrounding {
			t.Errorf("%v in %v … %v against %v: %q, %q", c.v, c.lo, c.hi, c.limit, value, surrounding)
		}
	}
}

func TestElapsed(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0.0 s", 449 * time.Millisecond: "0.4 s", 949 * time.Millisecond: "0.9 s", 951 * time.Millisecond: "1 s", 40 * time.Second: "40 s",
		59499 * time.Millisecond: "59 s", 59500 * time.Millisecond: "1 min 00 s", 83 * time.Second: "1 min 23 s",
		3599*time.Second + 700*time.Millisecond: "1 h 00 min", 2*time.Hour + 3*time.Minute: "2 h 03 min",
	} {
		if got := plainSpaces(Elapsed(d)); got != want {
			t.Errorf("Elapsed(%v) = %q, not %q", d, got, want)
		}
	}
}

func TestValueText(t *testing.T) {
	long := make([]any, 100)
	for i := range long {
		long[i] = float64(i)
	}
	for _, c := range []struct {
		v    any
		unit string
		want string
	}{
		{nil, "", "missing"}, {true, "", "true"}, {0.9, "1", "0.9"}, {0.5, "s", "500 ms"}, {0.987654, "1", "0.988"}, {42, "", "42"}, {math.NaN(), "s", "–"},
		{"a\nb\x1b", "", `"a␊b␛"`}, {[]any{1.0, "x", nil}, "", `[1, "x", none]`}, {[]float64{1, 2}, "s", "[1 s, 2 s]"},
		{long, "", "[0, 1, 2, 3, 4, 5, 6, 7, … 100 in all]"},
	} {
		if got := valueText(c.v, c.unit, 25); got != c.want {
			t.Errorf("valueText(%v) = %q, not %q", c.v, got, c.want)
		}
	}
}
