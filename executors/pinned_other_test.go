//go:build !linux

package executors

import (
	"context"

	"bench/runner/workloads"
)

func init() {
	testWorkloads["pinned"] = one("pinned", func(context.Context, args) (workloads.Result, error) { return 0, nil })
}
