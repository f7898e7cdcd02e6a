package gates

import "bench/runner/internal/expression"

func init() {
	register(function{
		Function: expression.Function{Name: "cores_used", Unit: "1", Doc: "CPU time / wall time, median of the trials"},
		value:    func(q *query) (any, error) { return q.median(used) },
		rows:     func(q *query) []float64 { return q.medians(used) },
	})
}
