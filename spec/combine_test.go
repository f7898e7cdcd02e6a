package spec

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"
)

func TestCombined(t *testing.T) {
	const largest, least = math.MaxInt64, math.MinInt64
	tests := []struct {
		combine string
		results []any
		want    any
		err     string
	}{
		{"", []any{1, "a"}, nil, ""},
		{"none", []any{1}, nil, ""},
		{"sum", []any{1, 2, 3}, 6, ""},
		{"sum", []any{1, 2.5}, 3.5, ""},
		{"sum", []any{largest, 1}, nil, "sum: the whole number overflows"},
		{"sum", []any{least, -1}, nil, "sum: the whole number overflows"},
		{"sum", []any{largest, 0, least}, -1, ""},
		{"sum", []any{1, nil}, nil, "sum: task 1 gave nothing, not a number"},
		{"sum", []any{[]any{1}}, nil, "sum: task 0 gave a list, not a number"},
		{"sum", []any{}, nil, "sum of no results"},
		{"product", []any{2, 3, -4}, -24, ""},
		{"product", []any{1 << 32, 1 << 31}, nil, "product: the whole number overflows"},
		{"product", []any{-1 << 32, 1 << 31}, least, ""},
		{"product", []any{least, -1}, nil, "product: the whole number overflows"},
		{"product", []any{2, 0.5}, 1.0, ""},
		{"min", []any{3, 1, 2}, 1, ""},
		{"max", []any{3, 1.5}, 3.0, ""},
		{"max", []any{int64(3), 4}, 4, ""},
		{"min", []any{true}, nil, "min: task 0 gave true or false, not a number"},
		{"concat", []any{[]any{1, "a"}, []any{}, []any{2}}, []any{1, "a", 2}, ""},
		{"concat", []any{1}, nil, "concat: task 0 gave the number 1, not a list"},
		{"sort", []any{[]any{3, 1}, []any{2.5}}, []any{1, 2.5, 3}, ""},
		{"sort", []any{3, 1, 2}, []any{1, 2, 3}, ""},
		{"sort", []any{[]any{"b"}, "a"}, []any{"a", "b"}, ""},
		{"sort", []any{"a", 1}, nil, "sort: texts and numbers together have no order"},
		{"sort", []any{nil}, nil, "sort: element 0 is nothing, not a number or a text"},
	}
	for _, tt := range tests {
		got, err := (&Workload{Combine: tt.combine}).Combined(tt.results)
		if problem := fmt.Sprint(err); tt.err != "" && problem != tt.err || tt.err == "" && err != nil {
			t.Errorf("%s of %v: error %v, want %q", tt.combine, tt.results, err, tt.err)
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s of %v is %v (%T), want %v", tt.combine, tt.results, got, got, tt.want)
		}
	}
}

// The caller's lists are not sorted in place.
func TestSortLeavesResultsAlone(t *testing.T) {
	results := []any{[]any{3, 1}, []any{2}}
	if _, err := (&Workload{Combine: "sort"}).Combined(results); err != nil || !reflect.DeepEqual(results, []any{[]any{3, 1}, []any{2}}) {
		t.Error(results, err)
	}
}

// Sums and products are those of unbounded integers, or an overflow.
func TestCombinedAgainstBig(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		x, y := int(random.Uint64())>>random.IntN(64), int(random.Uint64())>>random.IntN(64)
		for combine, exact := range map[string]*big.Int{
			"sum":     new(big.Int).Add(big.NewInt(int64(x)), big.NewInt(int64(y))),
			"product": new(big.Int).Mul(big.NewInt(int64(x)), big.NewInt(int64(y))),
		} {
			got, err := (&Workload{Combine: combine}).Combined([]any{x, y})
			switch {
			case exact.IsInt64() != (err == nil):
				t.Fatalf("%s of %d and %d: %v", combine, x, y, err)
			case err == nil && int64(got.(int)) != exact.Int64():
				t.Fatalf("%s of %d and %d is %v", combine, x, y, got)
			}
		}
	}
}
