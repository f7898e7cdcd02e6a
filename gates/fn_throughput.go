package gates

import (
	"bench/runner/internal/expression"
	"bench/runner/results"
)

func init() {
	rate := metric{"throughput", func(t *results.Trial) float64 { return float64(t.Tasks) / t.Phases.Total.Seconds() }}
	register(function{
		Function: expression.Function{Name: "throughput", Unit: "tasks/s", Doc: "tasks / wall time, median of the trials"},
		value:    func(q *query) (any, error) { return q.median(rate) },
		rows:     func(q *query) []float64 { return q.medians(rate) },
	})
}
