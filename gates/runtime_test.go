package gates

import (
	"strings"
	"testing"

	"bench/runner/results"
	"bench/runner/spec"
)

// Without its interpreter a cell is unavailable. Only where the spec says that it may be is that an excuse.
func TestMissingRuntime(t *testing.T) {
	absent := results.RuntimeInfo{}
	there := results.RuntimeInfo{Name: "cpython", Version: "3.6.1", GIL: "on"}
	for _, test := range []struct {
		name     string
		runtime  spec.Runtime
		said     results.RuntimeInfo
		needs    string
		want     string
		word     string
		code     int
		notThere string // must not be in the reason
	}{
		{"required", spec.Runtime{Name: "py", Kind: "python"}, absent, "", "error: serial is unavailable: no Python", "ERROR", 4, ""},
		{"required, and needs asks it", spec.Runtime{Name: "py", Kind: "python"}, absent, `gil == "on"`, "error: serial is unavailable: no Python", "ERROR", 4, ""},
		{"optional", spec.Runtime{Name: "py", Kind: "python", Optional: true}, absent, "", "skipped: serial is unavailable: no Python", "SKIPPED", 0, "optional"},
		{"optional, and needs asks it", spec.Runtime{Name: "py", Kind: "python", Optional: true}, absent, `gil == "on"`, "skipped: needs", "SKIPPED", 0, "optional"},
		{"there, but lacks the executor", spec.Runtime{Name: "py", Kind: "python"}, there, "", "skipped: serial is unavailable: no Python", "NOTHING MEASURED", 5, "optional"},
		{"go", spec.Runtime{Name: "go", Kind: "go"}, absent, "", "skipped: serial is unavailable: no Python", "NOTHING MEASURED", 5, "optional"},
	} {
		plan := small()
		for i := range plan.Cells {
			plan.Cells[i].Runtime = test.runtime
		}
		var all []results.Trial
		for _, c := range plan.Cells {
			all = append(all, results.Trial{Cell: c.Cell, Workload: c.Workload.Name, Status: results.Unavailable, Reason: "no Python", Runtime: test.said})
		}
		data := Data{Plan: plan, Trials: all, Host: host}
		v := Judge(mustCompile(t, plan, asserted("time(serial) > 0", "", test.needs)), data)
		if got := said(v[0]); !strings.HasPrefix(got, test.want) || test.notThere != "" && strings.Contains(got, test.notThere) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		if word, code := Word(v, data); word != test.word || code != test.code {
			t.Errorf("%s: %s %d, want %s %d", test.name, word, code, test.word, test.code)
		}
	}
}

func TestIntervals(t *testing.T) {
	plan := small()
	times := func(cell, block int) float64 { return perWorker(plan)(cell, block) * (1 + 0.01*float64(block%5-2)) }
	data := Data{Plan: plan, Trials: trials(plan, 10, times), Host: host}
	checks := mustCompile(t, plan, asserted("speedup(procs=2) > 1.3 and time(serial) < 5", "", ""))
	checks = append(checks, mustCompile(t, plan, asserted("trials(serial) == 10", "", ""))...)
	checks = append(checks, mustCompile(t, plan, asserted("1.2 * s < time(serial)", "", ""))...)
	verdicts := Judge(checks, data)
	if verdicts[1].Interval != nil {
		t.Error("a count has no interval")
	}
	for _, i := range []int{0, 2} {
		v := verdicts[i]
		if v.Interval == nil || v.Interval[0] > *v.Observed || v.Interval[1] < *v.Observed || v.Interval[1]-v.Interval[0] > 0.1 {
			t.Errorf("%s: observed %v, interval %v", v.Check, *v.Observed, v.Interval)
		}
	}
	if wide := verdicts[2].Interval; wide[0] == wide[1] {
		t.Error("times that differ have an interval of some width")
	}
	again := Judge(checks, data)
	if *again[2].Interval != *verdicts[2].Interval {
		t.Error("the interval is another one the second time")
	}
	few := Data{Plan: plan, Trials: trials(plan, 4, times), Host: host}
	verdicts = Judge(checks, few)
	if verdicts[0].Interval != nil {
		t.Error("four blocks give an interval")
	}
}
