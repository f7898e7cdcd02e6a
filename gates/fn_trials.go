package gates

import (
	"bench/runner/internal/expression"
	"bench/runner/results"
)

func init() {
	register(function{
		Function: expression.Function{Name: "trials", Unit: "1", Doc: "trials of a cell, whatever came of them; no warm-up, no control"},
		exact:    true,
		value:    func(q *query) (any, error) { return q.count(func(*results.Trial) int { return 1 }) },
	})
}
