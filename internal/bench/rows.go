package main

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// rowOf makes a row of a verdict. Its name says what is measured, and behind ", beside " with what it is compared. A check
// of the form A / B <= k shows both sides: the one that names no workload whose name begins with "runner" is the peer's, or
// else B. A check whose limit is 0 asks for nothing: its row has no target.
func rowOf(v verdict) row {
	what, peer, compared := strings.Cut(v.Name, ", beside ")
	r := row{what: what, peer: peer, target: target(v), met: met(v)}
	if r.target == "" && (v.Outcome == "pass" || v.Outcome == "fail") {
		r.met = ""
	}
	if v.Outcome == "fail" {
		r.why = v.Because
	}
	ours, theirs, divided := sides(v)
	switch {
	case compared && divided:
		r.ours = figure(ours)
		if text := figure(theirs); text != "" {
			r.peer += ", " + text
		}
		r.ratio = measured(v)
	case compared:
		r.ratio = measured(v)
	default:
		r.ours = measured(v)
	}
	return r
}

// sides are the two operands of the division that a check compares with its limit, the one of runner first. A check's first
// part is all of it, the second the left side of the comparison; the operands are the longest parts within that which begin
// at its start (behind brackets), and end at its end.
func sides(v verdict) (ours, theirs part, ok bool) {
	if len(v.Parts) < 4 {
		return part{}, part{}, false
	}
	left, first := v.Parts[1], v.Parts[2]
	var second part
	for _, p := range v.Parts[3:] {
		if p.From > first.To {
			second = p
			break
		}
	}
	check := []rune(v.Check)
	if second.To == 0 || second.To > left.To || second.From > len(check) || first.To > second.From {
		return part{}, part{}, false
	}
	if strings.Trim(string(check[first.To:second.From]), " ()") != "/" {
		return part{}, part{}, false
	}
	const mark = `workload="runner`
	if !strings.Contains(first.Text, mark) && strings.Contains(second.Text, mark) {
		return second, first, true
	}
	return first, second, true
}

// measured is the number that was judged, its interval, and on how many blocks it rests.
func measured(v verdict) string {
	if v.Observed == nil {
		return ""
	}
	s := quantity(*v.Observed, v.Unit)
	if v.Interval != nil {
		s += fmt.Sprintf(" [%s, %s]", quantity(v.Interval[0], v.Unit), quantity(v.Interval[1], v.Unit))
	}
	return s + fmt.Sprintf(" (n=%d)", v.Blocks)
}

func figure(p part) string {
	x, ok := p.number()
	if !ok {
		return ""
	}
	return quantity(x, p.Unit)
}

// quantity writes a number with three digits and its unit.
func quantity(x float64, unit string) string {
	scale := func(by float64, name string) string { return digits(x/by) + name }
	size := math.Abs(x)
	switch unit {
	case "s":
		switch {
		case size < 1e-6:
			return scale(1e-9, " ns")
		case size < 1e-3:
			return scale(1e-6, " µs")
		case size < 1:
			return scale(1e-3, " ms")
		}
		return scale(1, " s")
	case "B":
		switch {
		case size < 1e3:
			return scale(1, " B")
		case size < 1e6:
			return scale(1e3, " kB")
		}
		return scale(1e6, " MB")
	case "tasks/s":
		if size >= 1e6 {
			return scale(1e6, " M/s")
		}
		return scale(1e3, " k/s")
	}
	return digits(x)
}

// digits rounds to three significant digits, and never to tens: 0.0123, 1.23, 123, 12345.
func digits(x float64) string {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return fmt.Sprint(x)
	}
	places := max(0, 2-int(math.Floor(math.Log10(math.Abs(x)))))
	return strconv.FormatFloat(x, 'f', places, 64)
}

var comparison = regexp.MustCompile(`^.* (<=|>=|<|>) ([^<>=]+)$`)

// target is the comparison as the spec has it.
func target(v verdict) string {
	m := comparison.FindStringSubmatch(v.Check)
	if m == nil || m[2] == "0" {
		return ""
	}
	sign := map[string]string{"<=": "≤", ">=": "≥"}[m[1]]
	if sign == "" {
		sign = m[1]
	}
	return sign + " " + strings.ReplaceAll(m[2], "*", " ")
}

// met is the answer to a verdict.
func met(v verdict) string {
	switch v.Outcome {
	case "pass":
		return "yes"
	case "fail":
		return "**no**"
	case "inconclusive":
		if busy, _, found := strings.Cut(v.Reason, " in "); found && busy == "the machine was busy" {
			return "inconclusive: " + busy
		}
		return "inconclusive"
	}
	reason := strings.ReplaceAll(v.Reason, "|", "\\|")
	if v.Outcome == "error" {
		return "**error**: " + reason
	}
	return "left out: " + reason
}
