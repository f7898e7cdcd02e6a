package gates

import (
	"bench/runner/internal/expression"
	"bench/runner/results"
)

func init() {
	register(function{
		Function: expression.Function{Name: "failures", Unit: "1", Doc: "trials that are not ok: wrong, crash, timeout, limit, leaked; allowed ones too"},
		exact:    true,
		value: func(q *query) (any, error) {
			return q.count(func(t *results.Trial) int { return 1 - is(results.OK)(t) })
		},
	})
}
