package workloads

import (
	"context"
	"fmt"
)

func init() {
	Register(Workload{
		Name: "add",
		Doc:  "add two numbers: next to no work, so that what a task costs can be seen",
		Params: []Param{
			{Name: "a", Doc: "first summand", Default: 0, Required: true, Min: anyNumber},
			{Name: "b", Doc: "second summand", Default: 0, Required: true, Min: anyNumber},
		},
		Run: func(ctx context.Context, args Args) (Result, error) {
			a, b := args.Int("a"), args.Int("b")
			if sum := a + b; (sum > a) == (b > 0) {
				return sum, ctx.Err()
			}
			return nil, fmt.Errorf("the sum of %d and %d does not fit in 64 bits: give smaller numbers", a, b)
		},
	})
}
