package charts

import (
	"math"
	"strconv"
	"strings"
)

// axis maps numbers onto pixels. Numbers beyond its ends land on them.
type axis struct {
	lo, hi   float64
	from, to float64 // px
	log      bool
}

func (a axis) at(v float64) float64 {
	lo, hi := a.lo, a.hi
	if a.log {
		v, lo, hi = math.Log(v), math.Log(lo), math.Log(hi)
	}
	share := (v - lo) / (hi - lo)
	if !(share > 0) {
		share = 0
	}
	return a.from + min(share, 1)*(a.to-a.from)
}

// usable tells whether a number can be drawn: it is finite, and no measurement goes beyond these bounds.
func usable(v float64) bool { return v == 0 || math.Abs(v) > 1e-100 && math.Abs(v) < 1e100 }

func positive(v float64) bool { return v > 0 && usable(v) }

// ends tells whether an interval can be drawn.
func ends(i *[2]float64) bool { return i != nil && usable(i[0]) && usable(i[1]) && i[0] <= i[1] }

// tick is a mark on an axis.
type tick struct {
	v    float64
	text string
}

// unit is how numbers are shown: v / by, with this name.
type unit struct {
	by   float64
	name string
}

func units(base string) []unit {
	switch base {
	case "s":
		return []unit{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}, {1e-9, "ns"}}
	case "B":
		return []unit{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "B"}}
	case "", "1":
		return []unit{{1, ""}}
	}
	return []unit{{1e9, "G " + base}, {1e6, "M " + base}, {1, base}}
}

// unitFor is the largest unit that v reaches once it is rounded to four digits.
func unitFor(v float64, base string) unit {
	all := units(base)
	for _, u := range all {
		if math.Abs(v)/u.by >= 0.99995 {
			return u
		}
	}
	if v == 0 && base != "B" {
		return all[0]
	}
	return all[len(all)-1]
}

// join puts a number before the name of a unit.
func (u unit) join(number string) string {
	if u.name == "" {
		return number
	}
	return number + " " + u.name
}

// quantity is a number with its unit, to three digits or more: 308.0 ms is 308 ms.
func quantity(v float64, base string) string {
	u := unitFor(v, base)
	return u.join(digits(v/u.by, 3))
}

// brief is quantity without zeros at the end, as people write limits: 1.7, not 1.70.
func brief(v float64, base string) string {
	u := unitFor(v, base)
	number := digits(v/u.by, 4)
	if strings.Contains(number, ".") && !strings.Contains(number, "e") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return u.join(number)
}

// digits rounds to so many significant digits, and leaves those before the point as they are.
func digits(v float64, n int) string {
	x := math.Abs(v)
	if x == 0 {
		return "0"
	}
	if x >= 1e7 || x < 1e-4 {
		return strconv.FormatFloat(v, 'g', n, 64)
	}
	_, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', n-1, 64), "e") // of x once it is rounded
	magnitude, _ := strconv.Atoi(exponent)
	return strconv.FormatFloat(v, 'f', min(max(n-1-magnitude, 0), 7), 64)
}

// percent is a share of 1, without decimals.
func percent(v float64) string { return strconv.FormatFloat(math.Round(100*v), 'f', 0, 64) + " %" }

// linear is about n ticks at round numbers from lo to hi, all in the unit of the largest.
func linear(lo, hi float64, base string, n int) ([]tick, unit) {
	u := unitFor(max(math.Abs(lo), math.Abs(hi)), base)
	step := roundStep((hi - lo) / u.by / float64(max(n, 1)))
	first := math.Ceil(lo/u.by/step - 1e-9)
	decimals := min(max(int(-math.Floor(math.Log10(step)+1e-9)), 0), 9)
	var ticks []tick
	for k := range 30 {
		v := (first + float64(k)) * step
		if v > hi/u.by+1e-9*step {
			break
		}
		text := strconv.FormatFloat(v, 'f', decimals, 64)
		if math.Abs(v) >= 1e7 || step < 1e-9 {
			text = digits(v, 4)
		}
		if v == 0 {
			text = "0"
		}
		if len(ticks) == 0 || ticks[len(ticks)-1].text != text {
			ticks = append(ticks, tick{v * u.by, text})
		}
	}
	return ticks, u
}

// roundStep is the smallest of 1, 2, 5, 10, … that is not below x.
func roundStep(x float64) float64 {
	if !(x > 1e-290) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 5} {
		if x <= f*power*(1+1e-9) {
			return f * power
		}
	}
	return 10 * power
}

// decades are ticks for a logarithmic axis, each with a unit of its own: one for all would need texts such as 0.000001.
// Between few powers of ten stand 2 and 5 times these.
func decades(lo, hi float64, base string, n int) []tick {
	var ticks []tick
	first, last := math.Ceil(math.Log10(lo)-1e-9), math.Floor(math.Log10(hi)+1e-9)
	every := max(1, math.Ceil((last-first+1)/float64(max(n, 1))))
	steps := []float64{1}
	if last-first < 2 {
		first, last, steps = first-1, last+1, []float64{1, 2, 5}
	}
	for e := first; e <= last && len(ticks) < 30; e += every {
		for _, m := range steps {
			if v := m * math.Pow(10, e); v >= lo && v <= hi {
				u := unitFor(v, base)
				ticks = append(ticks, tick{v, u.join(strconv.FormatFloat(v/u.by, 'g', 3, 64))})
			}
		}
	}
	return ticks
}

// octaves are ticks at powers of two from lo to hi, at most about n of them: "0.5×", "1×", "2×". Where these are few,
// one and a half times each comes between.
func octaves(lo, hi float64, n int) []tick {
	first, last := math.Ceil(math.Log2(lo)-1e-9), math.Floor(math.Log2(hi)+1e-9)
	every := max(1, math.Ceil((last-first+1)/float64(max(n, 1))))
	var ticks []tick
	for e := math.Ceil(first/every) * every; e <= last && len(ticks) < 30; e += every {
		v := math.Exp2(e)
		ticks = append(ticks, tick{v, factor(v)})
		if last-first < 3 && 1.5*v <= hi {
			ticks = append(ticks, tick{1.5 * v, factor(1.5 * v)})
		}
	}
	return ticks
}

// factor is a round number: "0.125×".
func factor(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) + "×" }

// times is a factor: "1.96×".
func times(v float64) string {
	if v >= 1 && v == math.Trunc(v) && v < 1e7 {
		return strconv.FormatFloat(v, 'f', 0, 64) + "×"
	}
	return digits(v, 3) + "×"
}
