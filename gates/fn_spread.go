package gates

import (
	"bench/runner/internal/expression"
	"bench/runner/internal/stats"
)

func init() {
	register(function{
		Function: expression.Function{Name: "spread", Unit: "1", Doc: "relative spread of the wall times: (p75 - p25) / median"},
		value: func(q *query) (any, error) {
			values, err := q.values(q.cells[0], total)
			if err != nil {
				return nil, err
			}
			s, ok := stats.RelativeSpread(values)
			if !ok {
				return nil, &missing{reason: q.key(q.cells[0]) + " has too few trials for a spread"}
			}
			return s, nil
		},
	})
}
