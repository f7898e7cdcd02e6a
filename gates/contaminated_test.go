package gates

import (
	"testing"
	"time"

	"bench/runner/results"
)

// TestContaminatedTrialsDoNotCount while at least five others are left.
func TestContaminatedTrialsDoNotCount(t *testing.T) {
	plan := small()
	shared := func(from int) func(*results.Trial) {
		return func(t *results.Trial) {
			if t.Block >= from {
				t.Contaminated = "another program"
				t.Phases.Total *= 10
			}
		}
	}
	data := Data{Plan: plan, Trials: with(with(trials(plan, 10, perWorker(plan)), "procs=2", shared(5)), "procs=4", shared(4))}
	data.Trials = with(data.Trials, "procs=4", func(t *results.Trial) {
		if t.Block == 9 {
			t.Status = results.Crash // it does not count anyway
		}
	})
	all := Summaries(data)
	serial, enough, few := all[0], all[3], all[4]
	if serial.Contaminated != 0 || serial.N != 10 {
		t.Errorf("serial: %+v", serial)
	}
	if enough.Contaminated != 5 || enough.N != 5 || len(enough.Times) != 5 || *enough.Max != 0.5 || *enough.Speedup != 2 ||
		enough.Counts[results.OK] != 10 || enough.Phases.Total != 500*time.Millisecond {
		t.Errorf("five are left: %+v", enough)
	}
	if few.Contaminated != 5 || few.N != 9 || len(few.Times) != 9 || *few.Max != 2.5 {
		t.Errorf("four are left: %+v", few)
	}
}
