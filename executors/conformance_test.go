package executors_test

import (
	"slices"
	"testing"

	"bench/runner/executors"
	"bench/runner/executors/executorstest"
)

func TestConformance(t *testing.T) {
	executorstest.Run(t, executorstest.Suite{
		Runtime:   "go",
		Executors: slices.DeleteFunc(executors.All(), func(i executors.Info) bool { return i.InRunner }),
		Workloads: executorstest.Workloads{
			Square: "square", Fail: "fail", Panic: "panic", Exit: "exit", Kill: "kill", Hang: "hang", Flood: "flood",
			Scribble: "scribble", Orphan: "orphan",
		},
	})
}
