package gates

import "runner/internal/expression"

func init() {
	register(function{
		Function: expression.Function{Name: "efficiency", Unit: "1", Doc: "speedup / workers"},
		baseline: true,
		value: func(q *query) (any, error) {
			s, err := q.speedup(0)
			return s / float64(q.Plan.Cells[q.cells[0]].Workers), err
		},
	})
}
