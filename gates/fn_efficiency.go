package gates

import "bench/runner/internal/expression"

func init() {
	register(function{
		Function: expression.Function{Name: "efficiency", Unit: "1", Doc: "speedup / workers"},
		baseline: true,
		value: func(q *query) (any, error) {
			cell := q.cells[0]
			if !q.Plan.Cells[cell].Counted() {
				return nil, &missing{reason: q.key(cell) + " has no worker count: how many workers a command starts is not known"}
			}
			s, err := q.speedup(0)
			return s / float64(q.Plan.Cells[cell].Workers), err
		},
		rows: func(q *query) []float64 {
			c := &q.Plan.Cells[q.cells[0]]
			if !c.Counted() {
				return nil
			}
			return q.speedups(float64(c.Workers))
		},
	})
}
