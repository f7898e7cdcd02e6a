package shims

import (
	"slices"
	"strings"
	"testing"

	"runner/executors"
	"runner/executors/executorstest"
	"runner/results"
)

func TestConformance(t *testing.T) {
	eachPython(t, func(t *testing.T, python string) {
		shim, _ := Lookup("python")
		infos := available(t, python, shim.Executors)
		for i := range infos {
			if infos[i].Name == "subprocess" { // an interpreter a task: the suite's eight workers would take minutes
				infos[i].Workers = false
			}
		}
		executorstest.Run(t, executorstest.Suite{
			Runtime: "python", Program: program(t, python), Executors: infos,
			Workloads: executorstest.Workloads{
				Square: workload(t, "square"), Fail: workload(t, "fail"), Panic: workload(t, "panic"),
				Exit: workload(t, "exit3"), Kill: workload(t, "kill"), Hang: workload(t, "hang"),
				Flood: workload(t, "flood"), Scribble: workload(t, "scribble"), Orphan: workload(t, "orphan"),
			},
		})
	})
}

// TestUnavailable: what an interpreter lacks it says, and every executor of the manifest is known.
func TestUnavailable(t *testing.T) {
	shim, _ := Lookup("python")
	eachPython(t, func(t *testing.T, python string) {
		argv := program(t, python)
		has := available(t, python, shim.Executors)
		for _, info := range shim.Executors {
			o := trial(t, argv, info.Name, workload(t, "square"), 3, nil)
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
		o := trial(t, argv, "no-such", workload(t, "square"), 1, nil)
		if o.Status != results.Unavailable || !strings.Contains(o.Reason, "no such executor") {
			t.Errorf("an unknown executor: %s: %s", o.Status, o.Reason)
		}
	})
}
