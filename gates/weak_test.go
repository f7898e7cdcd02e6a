package gates

import (
	"math"
	"testing"

	"bench/runner/spec"
)

// TestWeakScaling: with twice the work in the same time, two workers are twice as fast, and what grows is serial.
func TestWeakScaling(t *testing.T) {
	plan := planOf("procs=1", "executor=procs workers=1", "executor=procs workers=2", "executor=procs workers=4")
	growing := *work
	growing.Weak = true
	for i := range plan.Cells {
		plan.Cells[i].Workload = &growing
	}
	serial := 0.25 // of the time with all workers: the scaled speedup is p - (p-1)/4
	all := trials(plan, 10, func(cell, _ int) float64 {
		p := float64(plan.Cells[cell].Workers)
		return p / (p - serial*(p-1))
	})
	for _, check := range []string{
		"abs(speedup(procs=2) - 1.75) < 1e-6", "abs(speedup(procs=4) - 3.25) < 1e-6", "abs(efficiency(procs=2) - 0.875) < 1e-6",
		"abs(serial_fraction(procs) - 0.25) < 1e-6", "best_workers(procs) == 4", "time(procs=2) > time(procs=1)",
	} {
		if v := judgeOne(t, plan, asserted(check, "", ""), all); v.Outcome != Pass {
			t.Errorf("%s: %s", check, said(v))
		}
	}
	data := Data{Plan: plan, Trials: all, Host: Host{Cores: 8}}
	s := Scalings(data)
	if len(s) != 1 || s[0].Law != "gustafson" || math.Abs(s[0].Serial.Value-serial) > 1e-6 || s[0].Best != 4 || s[0].Ahead.Workers != 8 || math.Abs(s[0].Ahead.Speedup.Value-6.25) > 1e-6 {
		t.Errorf("%+v", s)
	}
	if got := Summaries(data)[2]; math.Abs(*got.Speedup-3.25) > 1e-6 || math.Abs(got.SpeedupCI[0]-3.25) > 1e-6 {
		t.Errorf("the table has %v, %v", *got.Speedup, got.SpeedupCI)
	}
	for i := range plan.Cells { // else the same times are those of a program that gets slower
		plan.Cells[i].Workload = &spec.Workload{Name: "sum", Builtin: "sum"}
	}
	if v := judgeOne(t, plan, asserted("speedup(procs=2) < 1", "", ""), all); v.Outcome != Pass {
		t.Error(said(v))
	}
}
