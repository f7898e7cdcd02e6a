package gates

import (
	"bench/runner/internal/expression"
	"bench/runner/internal/stats"
)

func init() {
	register(function{
		Function: expression.Function{Name: "serial_fraction", Unit: "1",
			Doc: "share of the work that does not spread: Amdahl's law fitted to the worker counts of an executor, with two of them Karp and Flatt's estimate; with scaling: weak Gustafson's law"},
		kind:     allCounts,
		baseline: true,
		value: func(q *query) (any, error) {
			var points []stats.Point
			for i, cell := range q.cells {
				workers := q.Plan.Cells[cell].Workers
				if workers < 2 {
					continue
				}
				s, err := q.speedup(i)
				if err != nil {
					return nil, err
				}
				points = append(points, stats.Point{Workers: workers, Time: 1 / s})
			}
			f, ok := stats.Amdahl(1, points)
			if q.Plan.Cells[q.cells[0]].Workload.Weak {
				var law stats.Law
				law, ok = stats.FitGustafson(append(points, stats.Point{Workers: 1, Time: 1}))
				f = law.Contention
			}
			if !ok {
				return nil, &missing{reason: q.key(q.cells[0]) + " has no measured cell with 2 or more workers beside it"}
			}
			return f, nil
		},
	})
}
