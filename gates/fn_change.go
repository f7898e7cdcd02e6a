package gates

import (
	"fmt"
	"strings"

	"bench/runner/internal/expression"
)

// shareUnit is that of a change: 0.05 is 5 %.
const shareUnit = "share"

func init() {
	register(function{
		Function: expression.Function{Name: "change", Unit: shareUnit, Doc: "against a stored run, or against another build in the same blocks: 0.05 is 5 % slower",
			Params: []expression.Param{
				{Name: "since", Default: "main", Doc: "the reference: a tag, a branch, a commit, or a run"},
				{Name: "of", Default: "time", Choices: []string{"time", "cpu", "memory"}, Doc: "what is compared: time, cpu, memory"},
			}},
		across: true,
		check: func(params []any) error {
			if since := params[0].(string); strings.TrimSpace(since) == "" {
				return fmt.Errorf(`since names a tag, a branch, a commit or a run, such as "main"`)
			}
			return nil
		},
		value: func(q *query) (any, error) { return q.change(q.params[0].(string), changing[q.params[1].(string)]) },
	})
}

// changing is what of names.
var changing = map[string]metric{"time": total, "cpu": cpu, "memory": peak}
