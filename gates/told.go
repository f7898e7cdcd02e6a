package gates

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"bench/runner/internal/stats"
)

// write puts a finding into the verdict. most is how many blocks were planned at most, 0 where that was open.
func (s *statistic) write(v *Verdict, f *finding, most int) {
	v.Outcome, v.Reason, v.Support = f.outcome, f.reason, f.support
	v.Evidence = evidence(s.check.Text, s.parts(f.on))
	_, _ = s.holds(f.on)
	v.N, v.Of, v.Contaminated = min(s.n(), len(f.complete)), most, len(f.contaminated)
	v.Disturbed = s.data.disturbedIn(s.touchy(), f.contaminated)
	f.told.write(v)
	v.Interval = interval(s.observed(f), v.N)
	switch {
	case f.reason != "":
	case f.outcome == Fail:
		v.Reason = cmpOr(f.told.reason(s.check.Text), "it is false")
	case f.outcome == Inconclusive:
		v.Reason = cmpOr(f.unsettled(v), "it holds in "+share(f.support)+" of the resamples: that is neither")
	}
}

// interval is the middle 95 % of what was observed on the resamples, widened for few blocks as the levels are.
func interval(values []float64, n int) *[2]float64 {
	within, ok := stats.Percentiles(values, stats.IntervalTail(n))
	if !ok {
		return nil
	}
	return &within
}

// unsettled says what would settle a comparison: the interval is about as wide as the root of the number of blocks. Twice
// what would bring the limit to its edge settles it in about four runs of five.
func (f *finding) unsettled(v *Verdict) string {
	if !f.told.found || v.Interval == nil || f.told.limit == 0 && !f.told.share || v.N == 0 {
		return ""
	}
	limit := math.Abs(f.told.limit)
	if f.told.share { // which is a share already
		limit = 1
	}
	towards := f.told.observed - v.Interval[0] // the limit lies on this side
	if f.told.observed < f.told.limit {
		towards = v.Interval[1] - f.told.observed
	}
	separates := towards / limit
	yours := math.Abs(f.told.distance()) / limit
	if !(separates > 0) {
		return ""
	}
	text := fmt.Sprintf("these blocks separate about %s; it lies %s from the limit", share(separates), share(yours))
	var advice []string
	if v.N < len(f.complete) {
		advice = append(advice, fmt.Sprintf("the reference has only %s: measure it again with more", counted(v.N, "block")))
	} else if more := 2 * float64(v.N) * math.Pow(separates/yours, 2); more > float64(v.N) && more < mostAdvised {
		advice = append(advice, fmt.Sprintf("about %.0f blocks would settle it", roundUp(more)))
	}
	if easier := f.told.easier(v.Interval); easier != "" {
		advice = append(advice, "ask for "+easier)
	}
	if len(advice) > 0 {
		all := strings.Join(advice, ", or ")
		text += ". " + strings.ToUpper(all[:1]) + all[1:]
	}
	return text
}

// easier is a bound that these blocks lie beyond, as it can be written; "" where the comparison has no such bound.
func (c comparison) easier(interval *[2]float64) string {
	unit := ""
	switch {
	case c.both: // a factor on the other side, rather
		return ""
	case c.unit == "s" || c.unit == "B":
		unit = "*" + c.unit
	case c.unit != "" && c.unit != "1" && !c.share:
		unit = " " + c.unit
	}
	switch c.operator {
	case ">", ">=":
		return fmt.Sprintf("%s %s%s", c.operator, threeDigits(interval[0], math.Floor), unit)
	case "<", "<=":
		return fmt.Sprintf("%s %s%s", c.operator, threeDigits(interval[1], math.Ceil), unit)
	}
	return ""
}

func threeDigits(v float64, round func(float64) float64) string {
	if v == 0 {
		return "0"
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-2)
	return strconv.FormatFloat(round(v/unit)*unit, 'g', 3, 64)
}

// mostAdvised blocks are more than anybody would run: the claim is then too near the limit.
const mostAdvised = 2000

// roundUp to two digits.
func roundUp(n float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(n))-1)
	return math.Ceil(n/unit) * unit
}
