package gates

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode"

	"bench/runner/internal/diag"
	"bench/runner/internal/expression"
)

// verdict is the part of a verdict that does not depend on data.
func (c *Check) verdict() Verdict {
	a := c.assertion
	v := Verdict{Name: c.Name, Check: c.Text, Binding: c.binding, Level: cmpOr(a.spec.Level, "error"), Because: a.spec.Because, Published: a.spec.Published,
		Cells: c.Cells}
	v.Pos, v.EndCol = firstColumns(a.text)
	return v
}

// firstColumns is where a text begins in its file, and the column behind its first line there, both without the space
// around it. A rune may be written as several, such as \u00e9: it ends where the next one begins.
func firstColumns(text diag.Text) (begin diag.Pos, end int) {
	runes := []rune(text.String)
	first := max(0, slices.IndexFunc(runes, func(r rune) bool { return !unicode.IsSpace(r) }))
	begin = text.Pos(first)
	end = begin.Col + 1
	for i := first; i < len(runes); i++ {
		at, next := text.Pos(i), text.Pos(i+1)
		switch {
		case at.Line != begin.Line || unicode.IsSpace(runes[i]):
		case next.Line == at.Line:
			end = max(end, next.Col)
		default:
			end = max(end, at.Col+1)
		}
	}
	return begin, end
}

// evidence is what the parts of a check came to.
func evidence(text string, parts []expression.Part) []Value {
	runes := []rune(text)
	var out []Value
	for _, p := range parts {
		v := Value{Text: string(runes[p.From:p.To]), From: p.From, To: p.To, Unit: p.Unit}
		if p.Err == nil {
			v.Value = storable(p.Value)
		}
		out = append(out, v)
	}
	return out
}

// most is how much of a list or text is kept as evidence.
const most = 20

// storable is a value that JSON can hold, and short: NaN and the infinities as text, long lists and texts cut.
func storable(v any) any {
	switch v := v.(type) {
	case float64:
		if !finite(v) {
			return fmt.Sprint(v)
		}
	case string:
		if r := []rune(v); len(r) > 10*most {
			return string(r[:10*most]) + "…"
		}
	case []int:
		return storable(widen(v))
	case []float64:
		return storable(widen(v))
	case []string:
		return storable(widen(v))
	case []any:
		out := []any{}
		for i, e := range v {
			if i == most {
				return append(out, fmt.Sprintf("… %d more", len(v)-most))
			}
			out = append(out, storable(e))
		}
		return out
	case map[string]any:
		if len(v) > most {
			return fmt.Sprintf("a map with %d entries", len(v))
		}
		out := map[string]any{}
		for key, e := range v {
			out[key] = storable(e)
		}
		return out
	case bool, int, int64, nil:
	default:
		return fmt.Sprint(v)
	}
	return v
}

func widen[T any](list []T) []any {
	out := make([]any, len(list))
	for i, e := range list {
		out[i] = e
	}
	return out
}

// comparison is the one that a verdict is told by.
type comparison struct {
	found           bool
	observed, limit float64
	operator        string
	at              place // of what was observed
	unit            string
	left, right     expression.Operand // what was observed, and its limit
	both            bool               // the limit was measured too
	random          bool               // it rests on times and the like
	share           bool               // what was observed is a share already: its distance is its margin
}

// compare picks the comparison that decides: of those that are as false or true as the whole check, the one with the
// least margin, and rather one of what is random. The measured side is the observed one, also where it stands on the right.
func (s *statistic) compare(on *drawn, holds bool) comparison {
	var best comparison
	for _, c := range s.check.assertion.program.Comparisons() {
		left, ok1 := s.number(c.Left, on)
		right, ok2 := s.number(c.Right, on)
		if !ok1 || !ok2 {
			continue
		}
		is := comparison{found: true, observed: left, limit: right, operator: c.Operator, at: place{c.Left.From, c.Left.To}, unit: c.Left.Unit,
			left: c.Left, right: c.Right, random: s.randomIn(c.Left) || s.randomIn(c.Right)}
		switch {
		case s.measures(c.Left) && s.measures(c.Right):
			is.both = true
		case s.measures(c.Right):
			is.observed, is.limit, is.operator, is.at, is.unit = right, left, mirrored[c.Operator], place{c.Right.From, c.Right.To}, c.Right.Unit
			is.left, is.right = c.Right, c.Left
		}
		is.share = is.unit == shareUnit
		if !best.found || is.before(best, holds) {
			best = is
		}
	}
	return best
}

// before tells whether a verdict is rather told by this comparison than by another.
func (c comparison) before(best comparison, holds bool) bool {
	if agrees, agreed := c.holds() == holds, best.holds() == holds; agrees != agreed {
		return agrees
	}
	if c.random != best.random {
		return c.random
	}
	return math.Abs(c.margin()) < math.Abs(best.margin())
}

// margin is the distance as a share of the limit, which compares across units.
func (c comparison) margin() float64 {
	if c.limit == 0 || c.share {
		return c.distance()
	}
	return c.distance() / math.Abs(c.limit)
}

var mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

func (s *statistic) number(o expression.Operand, on *drawn) (float64, bool) {
	v, err := o.Eval(s.vars, s.caller(on))
	if err != nil {
		return 0, false
	}
	return asNumber(v)
}

func asNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, finite(v)
	case int:
		return float64(v), true
	}
	return 0, false
}

func (s *statistic) measures(o expression.Operand) bool {
	return slices.ContainsFunc(s.check.assertion.sites, func(c callSite) bool {
		return c.function.kind != noCell && c.From >= o.From && c.To <= o.To
	})
}

func (s *statistic) randomIn(o expression.Operand) bool {
	return slices.ContainsFunc(s.check.assertion.sites, func(c callSite) bool {
		return c.function.kind != noCell && !c.function.exact && c.From >= o.From && c.To <= o.To
	})
}

// distance is observed - limit, positive on the passing side.
func (c comparison) distance() float64 {
	d := c.observed - c.limit
	switch c.operator {
	case "<", "<=":
		return -d
	case "==":
		return -math.Abs(d)
	case "!=":
		return math.Abs(d)
	}
	return d
}

func (c comparison) holds() bool {
	switch c.operator {
	case "<", ">", "!=":
		return c.distance() > 0
	}
	return c.distance() >= 0
}

func (c comparison) write(v *Verdict) {
	if !c.found {
		return
	}
	v.Observed, v.Limit = &c.observed, &c.limit
	if c.limit != 0 {
		if margin := c.distance() / math.Abs(c.limit); finite(margin) {
			v.Margin = &margin
		}
	}
}

// reason tells a comparison that does not hold; "" if it does.
func (c comparison) reason(text string) string {
	if !c.found || c.holds() {
		return ""
	}
	unit := ""
	if c.unit != "" && c.unit != "1" && !c.share {
		unit = " " + c.unit
	}
	observed, limit := apart(c.observed, c.limit)
	return fmt.Sprintf("%s is %s%s, not %s %s%s", oneLine(string([]rune(text)[c.at.from:c.at.to])), observed, unit, c.operator, limit, unit)
}

// apart writes two numbers with four digits, or as many more as it takes to tell them apart.
func apart(a, b float64) (string, string) {
	for digits := 4; ; digits++ {
		x, y := strconv.FormatFloat(a, 'g', digits, 64), strconv.FormatFloat(b, 'g', digits, 64)
		if x != y || a == b || digits == 17 {
			return x, y
		}
	}
}
