package gates

import "bench/runner/internal/expression"

func init() {
	register(function{
		Function: expression.Function{Name: "memory", Unit: "B", Doc: "peak memory of the whole process tree (the sum of its processes' peaks, shared program pages once), median of the trials"},
		steady:   true,
		value:    func(q *query) (any, error) { return q.median(peak) },
		rows:     func(q *query) []float64 { return q.medians(peak) },
	})
}
