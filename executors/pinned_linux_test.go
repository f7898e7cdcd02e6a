package executors

import (
	"context"

	"golang.org/x/sys/unix"

	"bench/runner/workloads"
)

func init() {
	testWorkloads["pinned"] = one("pinned", func(context.Context, args) (workloads.Result, error) {
		var set unix.CPUSet
		err := unix.SchedGetaffinity(0, &set)
		return set.Count(), err
	})
}
