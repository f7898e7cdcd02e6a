package gates

import "bench/runner/internal/expression"

func init() {
	register(function{
		Function: expression.Function{Name: "best_workers", Unit: "1", Doc: "the worker count of an executor with the least median time, for the work"},
		kind:     allCounts,
		value: func(q *query) (any, error) {
			best, least := 0, 0.0
			for _, cell := range q.cells {
				time, err := q.medianOf(cell, total)
				if err != nil {
					return nil, err
				}
				workers := q.Plan.Cells[cell].Workers
				m := time / q.Plan.Growth(cell, q.cells[0])
				if best == 0 || m < least || m == least && workers < best {
					best, least = workers, m
				}
			}
			return float64(best), nil
		},
	})
}
