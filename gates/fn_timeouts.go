package gates

import (
	"bench/runner/internal/expression"
	"bench/runner/results"
)

func init() {
	register(function{
		Function: expression.Function{Name: "timeouts", Unit: "1", Doc: "trials that did not end in time"},
		exact:    true,
		value:    func(q *query) (any, error) { return q.count(is(results.Timeout)) },
	})
}
