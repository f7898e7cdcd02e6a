package shims

import (
	"os"
	"testing"

	"bench/runner/executors"
)

func TestMain(m *testing.M) {
	executors.Serve()
	if job := os.Getenv(killed); job != "" {
		runForKill(job)
		os.Exit(0)
	}
	os.Exit(m.Run())
}
