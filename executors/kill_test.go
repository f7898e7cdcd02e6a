package executors

import (
	"context"
	"os"
	"testing"

	"runner/workloads"
)

func hangForKill(dir string) {
	Run(context.Background(), Job{
		Executor: "procs", Workers: 2, Workload: "hang", Tasks: []workloads.Args{{"n": 1}, {"n": 1}}, Dir: dir,
	})
	os.Exit(0)
}

var _ testing.TB
