package gates

import "bench/runner/internal/expression"

func init() {
	register(function{
		Function: expression.Function{Name: "cpu", Unit: "s", Doc: "CPU time of the whole process tree, median of the trials"},
		value:    func(q *query) (any, error) { return q.median(cpu) },
		rows:     func(q *query) []float64 { return q.medians(cpu) },
	})
}
