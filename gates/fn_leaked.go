package gates

import (
	"bench/runner/internal/expression"
	"bench/runner/results"
)

func init() {
	register(function{
		Function: expression.Function{Name: "leaked", Unit: "1", Doc: "processes that outlived their trial, over all trials"},
		exact:    true,
		value:    func(q *query) (any, error) { return q.count(func(t *results.Trial) int { return t.Usage.Leaked }) },
	})
}
