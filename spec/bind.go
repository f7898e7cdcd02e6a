package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// bind types a value for a parameter. Beyond its own type a whole number takes a size (64KiB: bytes), and a number a
// whole number or a duration (200ms: seconds). problem is "" if the value will do.
func (p ParamInfo) bind(v any) (out any, problem, hint string) {
	if out, problem, hint = p.typed(v); problem == "" {
		problem = p.outOfBounds(out)
	}
	return out, problem, hint
}

// outOfBounds says why a number is too small or too large; "" if it is neither, or no number.
func (p ParamInfo) outOfBounds(v any) string {
	var f float64
	switch v := v.(type) {
	case int:
		f = float64(v)
	case float64:
		f = v
	default:
		return ""
	}
	switch {
	case f < p.Min:
		return p.refuse("at least "+bound(p.Min), v)
	case p.Max != 0 && f > p.Max:
		return p.refuse("at most "+bound(p.Max), v)
	}
	return ""
}

func bound(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func (p ParamInfo) typed(v any) (out any, problem, hint string) {
	switch p.Default.(type) {
	case int:
		return p.bindInt(v)
	case float64:
		return p.bindFloat(v)
	case bool:
		if _, ok := v.(bool); ok {
			return v, "", ""
		}
		return nil, p.refuse("true or false", v), ""
	}
	s, ok := v.(string)
	switch {
	case !ok:
		return nil, p.refuse("text", v), fmt.Sprintf("write %q in quotes", display(v))
	case len(p.Choices) > 0 && !slices.Contains(p.Choices, s):
		return nil, p.refuse("one of "+strings.Join(p.Choices, ", "), v), suggestOnly(s, p.Choices)
	}
	return s, "", ""
}

func (p ParamInfo) bindInt(v any) (any, string, string) {
	switch v := v.(type) {
	case int:
		return v, "", ""
	case float64:
		hint := "round it"
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			hint = fmt.Sprintf("write %d", int(v))
		}
		return nil, p.refuse("a whole number", v), hint
	case string:
		if n, err := parseSize(v); err == nil {
			return n, "", ""
		}
		return nil, p.refuse("a whole number", v), "or a size such as 64KiB"
	}
	return nil, p.refuse("a whole number", v), ""
}

func (p ParamInfo) bindFloat(v any) (any, string, string) {
	switch v := v.(type) {
	case int:
		return float64(v), "", ""
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, p.refuse("a finite number", v), ""
		}
		return v, "", ""
	case string:
		if d, err := parseDuration(v); err == nil {
			return d.Seconds(), "", ""
		}
		return nil, p.refuse("a number", v), "or a duration such as 200ms"
	}
	return nil, p.refuse("a number", v), ""
}

func (p ParamInfo) refuse(want string, v any) string {
	got := display(v)
	switch v := v.(type) {
	case string:
		got = fmt.Sprintf("%q", shorten(v))
	case []any:
		got = "a list"
	case map[string]any:
		got = "a mapping"
	case nil:
		got = "nothing"
	}
	return fmt.Sprintf("%s takes %s, not %s", p.Name, want, got)
}

// suggestOnly is a hint where the message lists the choices already.
func suggestOnly(word string, known []string) string {
	if hint := suggest(word, known); strings.HasPrefix(hint, "did") {
		return hint
	}
	return ""
}
