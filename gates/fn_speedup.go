package gates

import "bench/runner/internal/expression"

func init() {
	register(function{
		Function: expression.Function{Name: "speedup", Unit: "1", Doc: "median time of the baseline / of this cell, on the same blocks"},
		baseline: true,
		value:    func(q *query) (any, error) { return q.speedup(0) },
		rows:     func(q *query) []float64 { return q.speedups(1) },
	})
}
