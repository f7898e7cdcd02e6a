package reports

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"bench/runner/gates"
)

// missing stands where a number is not known.
const missing = "–"

// scale is how a unit is shown: value / by, with this name and so many significant digits.
type scale struct {
	by     float64
	name   string
	digits int
}

// scales of a unit, largest first. A value takes the first that it reaches once it is rounded, so that 999.96 ms reads
// 1.000 s.
func scales(unit string) []scale {
	switch unit {
	case "s":
		return []scale{{1, " s", 4}, {1e-3, " ms", 4}, {1e-6, " µs", 4}, {1e-9, " ns", 3}}
	case "B":
		return []scale{{1 << 40, " TiB", 3}, {1 << 30, " GiB", 3}, {1 << 20, " MiB", 3}, {1 << 10, " KiB", 3}, {1, " B", 3}}
	case "share":
		return []scale{{0.01, " %", 3}}
	case "", "1":
		return []scale{{1, "", 3}}
	}
	return []scale{{1e9, " G " + unit, 4}, {1e6, " M " + unit, 4}, {1, " " + unit, 4}}
}

func scaleOf(v float64, unit string) scale {
	all := scales(unit)
	for _, s := range all {
		if half := 0.5 * math.Pow10(-s.digits); math.Abs(v)/s.by >= 1-half {
			return s
		}
	}
	if v == 0 && unit == "s" {
		return all[0]
	}
	return all[len(all)-1]
}

// decimals are the digits after the point that v is shown with.
func (s scale) decimals(v float64) int {
	x := math.Abs(v / s.by)
	switch {
	case x == 0 || s.name == " B":
		return 0
	case s.name == " %":
		return 1 + max(0, 1-int(min(x*10, 1)))
	}
	_, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', s.digits-1, 64), "e") // of x once it is rounded
	magnitude, _ := strconv.Atoi(exponent)
	return min(max(s.digits-1-magnitude, 0), 9)
}

func (s scale) text(v float64, decimals int) string {
	return strconv.FormatFloat(v/s.by, 'f', decimals, 64)
}

// Quantity is a number in base units as people read it: 0.0123456 s is "12.35 ms". What is not a number is missing.
func Quantity(v float64, unit string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return missing
	}
	s := scaleOf(v, unit)
	decimals := s.decimals(v)
	if v == math.Trunc(v) && s.by == 1 && unit != "s" && math.Abs(v) < 1e15 {
		decimals = 0
	}
	return glue(s.text(v, decimals) + s.name)
}

// Ratio is a dimensionless number with two decimals, more where it is small.
func Ratio(v float64) string {
	switch x := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return missing
	case x == 0 || x >= 0.095:
		return strconv.FormatFloat(v, 'f', 2, 64)
	default:
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
}

// percent is a share of 1.
func percent(v float64) string {
	decimals := 1
	if math.Abs(v) >= 0.1 {
		decimals = 0
	}
	return glue(strconv.FormatFloat(100*v, 'f', decimals, 64) + " %")
}

// interval shows both ends in the scale and with the decimals of the value they surround.
func interval(ends [2]float64, around float64, unit string) string {
	s := scaleOf(around, unit)
	decimals := s.decimals(around)
	if unit == "1" {
		for decimals = 2; math.Abs(around) > 0 && math.Abs(around)*math.Pow(10, float64(decimals)) < 9.5; decimals++ {
		}
	}
	return span(ends, s, decimals)
}

func span(ends [2]float64, s scale, decimals int) string {
	for _, e := range ends {
		if math.IsNaN(e) || math.IsInf(e, 0) {
			return missing
		}
	}
	return glue(s.text(ends[0], decimals) + " … " + s.text(ends[1], decimals) + s.name)
}

// against shows a value and its interval with as many digits as it takes to tell them from the limit: 1.3004 > 1.3 must
// not read 1.30 > 1.3. ends and limit may be nil.
func against(v float64, ends *[2]float64, limit *float64, unit string) (value, surrounding string) {
	s := scaleOf(v, unit)
	decimals := s.decimals(v)
	whole := v == math.Trunc(v) && unit != "s" && s.by == 1 && math.Abs(v) < 1e15
	if whole && (ends == nil || ends[0] == v && ends[1] == v) {
		decimals = 0
	}
	told := []float64{v}
	if ends != nil {
		told = append(told, ends[0], ends[1])
	}
	if measured(limit) {
		for most := decimals + 6; decimals < most && hidden(told, *limit, s, decimals); {
			decimals++
		}
	}
	if ends != nil {
		surrounding = span(*ends, s, decimals)
	}
	return glue(s.text(v, decimals) + s.name), surrounding
}

// hidden tells whether one of the numbers differs from the limit but does not look so.
func hidden(told []float64, limit float64, s scale, decimals int) bool {
	for _, v := range told {
		if v != limit && s.text(v, decimals) == s.text(limit, decimals) {
			return true
		}
	}
	return false
}

// Elapsed is a duration for people who wait: "0.4 s", "24 s", "1 min 05 s", "2 h 03 min".
func Elapsed(d time.Duration) string {
	switch d = max(d, 0); {
	case d < 950*time.Millisecond:
		return glue(fmt.Sprintf("%.1f s", d.Seconds()))
	case d < 59500*time.Millisecond:
		return glue(fmt.Sprintf("%.0f s", d.Seconds()))
	case d.Round(time.Second) < time.Hour:
		s := int(d.Round(time.Second).Seconds())
		return glue(fmt.Sprintf("%d min %02d s", s/60, s%60))
	}
	m := int(d.Round(time.Minute).Minutes())
	return glue(fmt.Sprintf("%d h %02d min", m/60, m%60))
}

// valueText is what a sub-expression came to, in at most about room columns: a list is cut between its elements and says
// how many there are.
func valueText(v any, unit string, room int) string {
	switch v := v.(type) {
	case nil:
		return "missing"
	case bool:
		return strconv.FormatBool(v)
	case string:
		return Clip(strconv.Quote(Visible(v)), max(room, 8))
	case []any:
		return listText(v, unit, room)
	case []float64:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return listText(list, unit, room)
	}
	if f, ok := gates.Number(v); ok {
		return plainSpaces(exact(f, unit))
	}
	text := fmt.Sprint(v)
	if m, isMap := v.(map[string]any); isMap {
		if data, err := json.Marshal(m); err == nil {
			text = string(data)
		}
	}
	return Clip(Visible(text), max(room, 8))
}

// exact is Quantity without the zeros that a short number, such as a limit, does not need: 0.9, not 0.900.
func exact(v float64, unit string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return missing
	}
	s := scaleOf(v, unit)
	short := strconv.FormatFloat(v/s.by, 'f', -1, 64)
	if full := s.text(v, s.decimals(v)); len(short) > len(full) {
		short = full
	}
	return short + s.name
}

func listText(list []any, unit string, room int) string {
	text := "["
	for i, v := range list {
		next := "none"
		if v != nil {
			next = valueText(v, unit, room)
		}
		if i > 0 {
			next = ", " + next
		}
		if Width(text)+Width(next) > room && i > 0 {
			return fmt.Sprintf("%s, … %d in all]", text, len(list))
		}
		text += next
	}
	return text + "]"
}
