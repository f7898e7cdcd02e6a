package gates

import (
	"fmt"
	"slices"

	"bench/runner/internal/expression"
	"bench/runner/results"
)

func init() {
	register(function{
		Function: expression.Function{Name: "results", Any: true, Doc: "a list with the result of each trial that is ok or allowed"},
		exact:    true,
		value: func(q *query) (any, error) {
			all, err := q.results()
			return all, err
		},
	})
}

// results are what the trials of the cell gave, those of statuses that the workload allows too.
func (q *query) results() ([]any, error) {
	cell := q.cells[0]
	trials, err := q.trials()
	if err != nil {
		return nil, err
	}
	var all []any
	for _, t := range trials {
		if t.Status != results.OK && !slices.Contains(q.Plan.Cells[cell].Workload.Allow, string(t.Status)) {
			continue
		}
		switch {
		case t.Result != nil:
			all = append(all, t.Result)
		case t.Results != nil:
			all = append(all, t.Results)
		}
	}
	q.rest(len(all))
	if len(all) == 0 {
		return nil, &missing{reason: fmt.Sprintf("%s has no result: %s", q.key(cell), statuses(trials))}
	}
	return all, nil
}
