package gates

import (
	"strings"
	"testing"
	"time"

	"bench/runner/internal/stats"
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

// TestDisturbedTrials: what befell a trial itself is no busy machine.
func TestDisturbedTrials(t *testing.T) {
	claim := asserted("speedup(procs=2) > 1.3", "", "")
	lost := results.DisturbedBy("the member on b was lost")
	for name, test := range map[string]struct {
		reason  func(block int) string
		want    string
		of, all int // disturbed ones: of the verdict, which rests on no more blocks than it needs, and of the cell
	}{
		"all": {func(int) string { return lost }, "inconclusive: trials were disturbed in 20 of 20 blocks (the member on b was lost)", 20, 20},
		"both kinds": {func(b int) string { return []string{lost, "another program"}[b%2] },
			"inconclusive: the machine was busy or trials were disturbed in 20 of 20 blocks (the member on b was lost)", 10, 10},
		"some": {func(b int) string {
			if b%4 == 1 {
				return lost
			}
			return ""
		}, "pass", 3, 5},
	} {
		plan := pair(10, 10)
		all := trials(plan, 20, wavering(1.9, 0.02))
		for i := range all {
			if all[i].Workers == 2 {
				all[i].Contaminated = test.reason(all[i].Block)
			}
		}
		v := judgeOne(t, plan, claim, all)
		if said(v) != test.want || v.Disturbed != test.of {
			t.Errorf("%s: %s, %d disturbed; want %s, %d", name, said(v), v.Disturbed, test.want, test.of)
		}
		for _, s := range Summaries(Data{Plan: plan, Trials: all}) {
			if s.Workers == 2 && s.Disturbed != test.all {
				t.Errorf("%s: %s has %d disturbed trials", name, s.Cell.Key(), s.Disturbed)
			}
		}
	}
	plan := counting("1", "2", "4")
	data := Data{Plan: plan, Host: Host{Cores: 4}, Trials: noisy(plan, 10, stats.Law{T1: 1, Contention: 0.1}, 0.01)}
	for i := range data.Trials {
		if data.Trials[i].Block >= 4 && data.Trials[i].Workers == 4 {
			data.Trials[i].Contaminated = lost
		}
	}
	if s := one(t, data); !s.Contaminated || !strings.HasSuffix(s.Sentence, "; but trials were disturbed") {
		t.Errorf("%+v", s)
	}
}
