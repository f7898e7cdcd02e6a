package shims

import (
	"slices"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/executors/executorstest"
	"bench/runner/results"
)

func TestConformance(t *testing.T) {
	eachInterpreter(t, func(t *testing.T, s subject) {
		work := func(name string) string { return s.workload(t, name) }
		executorstest.Run(t, executorstest.Suite{
			Runtime: s.runtime, Program: s.argv, Executors: s.available(t), Slow: s.slow,
			Workloads: executorstest.Workloads{
				Square: work("square"), Fail: work("fail"), Panic: work("panic"), Exit: work("exit3"), Kill: work("kill"),
				Hang: work("hang"), Flood: work("flood"), Scribble: work("scribble"), Orphan: work("orphan"),
			},
		})
	})
}

// TestUnavailable: what an interpreter lacks it says, and every executor of the manifest is known.
func TestUnavailable(t *testing.T) {
	eachInterpreter(t, func(t *testing.T, s subject) {
		has := s.available(t)
		for _, info := range s.shim(t).Executors {
			o := s.trial(t, info.Name, s.workload(t, "square"), 3)
			switch slices.ContainsFunc(has, func(h executors.Info) bool { return h.Name == info.Name }) {
			case true:
				if o.Status != results.OK {
					t.Errorf("%s: %s: %s\n%s", info.Name, o.Status, o.Reason, o.Stderr)
				}
			case false:
				if o.Status != results.Unavailable || !strings.Contains(o.Reason, "cannot run "+info.Name) {
					t.Errorf("%s: %s: %s, want unavailable", info.Name, o.Status, o.Reason)
				}
			}
		}
		o := s.trial(t, "no-such", s.workload(t, "square"), 1)
		if o.Status != results.Unavailable || !strings.Contains(o.Reason, "no such executor") {
			t.Errorf("an unknown executor: %s: %s", o.Status, o.Reason)
		}
	})
}
