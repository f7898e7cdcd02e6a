package spec

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// Combined makes one result of the tasks' results, as `combine` says: nil for none. sum, product, min and max take
// numbers; concat takes lists; sort takes lists, or single numbers or texts, and orders what is in them. A whole number
// that overflows is an error.
func (w *Workload) Combined(results []any) (any, error) {
	switch w.Combine {
	case "", "none":
		return nil, nil
	case "concat", "sort":
		all, err := concat(results, w.Combine == "sort")
		switch {
		case err != nil:
			return nil, err
		case w.Combine == "sort":
			return ordered(all)
		}
		return all, nil
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("%s of no results", w.Combine)
	}
	total, err := toNumber(results[0], 0)
	for i := 1; i < len(results) && err == nil; i++ {
		var next any
		if next, err = toNumber(results[i], i); err == nil {
			total, err = fold(w.Combine, total, next)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Combine, err)
	}
	return total, nil
}

// toNumber makes an int or a float64 of result i.
func toNumber(v any, i int) (any, error) {
	switch v := v.(type) {
	case int, float64:
		return v, nil
	case int64:
		return int(v), nil
	}
	return nil, fmt.Errorf("task %d gave %s, not a number", i, kindName(v))
}

func kindName(v any) string {
	switch v := v.(type) {
	case int, int64, float64:
		return fmt.Sprintf("the number %v", v)
	case nil:
		return "nothing"
	case bool:
		return "true or false"
	case string:
		return "text"
	case []any:
		return "a list"
	}
	return "a mapping"
}

var errOverflow = errors.New("the whole number overflows")

func fold(how string, a, b any) (any, error) {
	x, xInt := a.(int)
	y, yInt := b.(int)
	if !xInt || !yInt {
		return foldFloat(how, toFloat(a), toFloat(b)), nil
	}
	switch how {
	case "min":
		return min(x, y), nil
	case "max":
		return max(x, y), nil
	case "sum":
		if s := x + y; (s > x) == (y > 0) {
			return s, nil
		}
		return nil, errOverflow
	}
	return multiply(x, y)
}

func multiply(x, y int) (any, error) {
	high, low := bits.Mul64(magnitude(x), magnitude(y))
	negative := (x < 0) != (y < 0)
	switch {
	case high != 0, !negative && low > math.MaxInt64, negative && low > 1<<63:
		return nil, errOverflow
	case negative:
		return int(-low), nil
	}
	return int(low), nil
}

func magnitude(n int) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func toFloat(v any) float64 {
	if i, isInt := v.(int); isInt {
		return float64(i)
	}
	return v.(float64)
}

func foldFloat(how string, x, y float64) float64 {
	switch how {
	case "min":
		return math.Min(x, y)
	case "max":
		return math.Max(x, y)
	case "sum":
		return x + y
	}
	return x * y
}

// concat joins lists in task order; single says that what is no list counts as a list of one.
func concat(results []any, single bool) ([]any, error) {
	all := []any{}
	for i, r := range results {
		list, isList := r.([]any)
		switch {
		case isList:
			all = append(all, list...)
		case single:
			all = append(all, r)
		default:
			return nil, fmt.Errorf("concat: task %d gave %s, not a list", i, kindName(r))
		}
	}
	return all, nil
}

// ordered sorts numbers, or texts.
func ordered(all []any) (any, error) {
	texts := 0
	for i, v := range all {
		if _, isText := v.(string); isText {
			texts++
			continue
		}
		n, err := toNumber(v, i)
		if err != nil {
			return nil, fmt.Errorf("sort: element %d is %s, not a number or a text", i, kindName(v))
		}
		all[i] = n
	}
	switch texts {
	case 0:
		slices.SortStableFunc(all, compareNumbers)
	case len(all):
		slices.SortStableFunc(all, func(a, b any) int { return cmp.Compare(a.(string), b.(string)) })
	default:
		return nil, errors.New("sort: texts and numbers together have no order")
	}
	return all, nil
}

func compareNumbers(a, b any) int {
	x, xInt := a.(int)
	y, yInt := b.(int)
	if xInt && yInt {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(toFloat(a), toFloat(b))
}
