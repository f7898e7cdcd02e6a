package gates

import (
	"reflect"

	"bench/runner/internal/expression"
)

func init() {
	register(function{
		Function: expression.Function{Name: "result", Any: true, Doc: "the combined result, which is the same in all trials; without `combine` the list of the tasks' results"},
		exact:    true,
		value: func(q *query) (any, error) {
			all, err := q.results()
			if err != nil {
				return nil, err
			}
			for _, r := range all[1:] {
				if !reflect.DeepEqual(r, all[0]) {
					return nil, &missing{reason: "the result of " + q.key(q.cells[0]) + " differs from trial to trial: results() lists them"}
				}
			}
			return all[0], nil
		},
	})
}
