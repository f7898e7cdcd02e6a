package gates

import (
	"bench/runner/internal/expression"
	"bench/runner/results"
)

func init() {
	switches := metric{"switches", func(t *results.Trial) float64 { return float64(t.Usage.Voluntary + t.Usage.Involuntary) }}
	register(function{
		Function: expression.Function{Name: "switches", Unit: "1", Doc: "context switches, voluntary and not, median of the trials"},
		value:    func(q *query) (any, error) { return q.median(switches) },
	})
}
