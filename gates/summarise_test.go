package gates

import (
	"math"
	"strings"
	"testing"
	"time"

	"bench/runner/results"
)

func TestWord(t *testing.T) {
	ok := []results.Trial{{Status: results.Crash}, {Status: results.OK}}
	verdict := func(outcomes ...Outcome) []Verdict {
		var out []Verdict
		for _, o := range outcomes {
			level := "error"
			if o, warn := strings.CutPrefix(string(o), "warn "); warn {
				out = append(out, Verdict{Outcome: Outcome(o), Level: "warn"})
				continue
			}
			out = append(out, Verdict{Outcome: o, Level: level})
		}
		return out
	}
	for _, test := range []struct {
		verdicts []Verdict
		trials   []results.Trial
		word     string
		code     int
	}{
		{nil, ok, "PASS", 0},
		{verdict(Pass, Skipped), ok, "PASS", 0},
		{verdict(Pass, Fail, Error, Inconclusive), ok, "FAIL", 1},
		{verdict(Pass, Error, Inconclusive), ok, "ERROR", 4},
		{verdict(Pass, Inconclusive), ok, "INCONCLUSIVE", 3},
		{verdict("warn fail", "warn error", "warn inconclusive"), ok, "PASS", 0},
		{verdict("warn fail", Inconclusive), ok, "INCONCLUSIVE", 3},
		{nil, nil, "NOTHING MEASURED", 5},
		{nil, []results.Trial{{Status: results.OK, Warmup: true}, {Status: results.OK, Control: true}}, "NOTHING MEASURED", 5},
		{verdict(Skipped), ok[:1], "NOTHING MEASURED", 5},
		{verdict(Error), nil, "ERROR", 4},
		{verdict(Pass), ok[:1], "PASS", 0}, // all trials failed, as the check says they must
	} {
		if word, code := Word(test.verdicts, Data{Trials: test.trials}); word != test.word || code != test.code {
			t.Errorf("%v: %s %d, want %s %d", test.verdicts, word, code, test.word, test.code)
		}
	}
}

func TestSummaries(t *testing.T) {
	plan := small()
	data := Data{Plan: plan, Trials: with(trials(plan, 10, perWorker(plan)), "procs=4", bad(results.Crash, "signal 11", 4))}
	data.Trials = with(data.Trials, "threads=1", bad(results.Timeout, "after 1 s", 0))
	control := data.Trials[0]
	control.Control, control.Phases.Total = true, 1100*time.Millisecond
	data.Trials = append(data.Trials, control)
	all := Summaries(data)
	serial, threads1, procs2, procs4 := all[0], all[1], all[3], all[4]
	if !serial.Baseline || serial.N != 10 || *serial.Median != 1 || *serial.Interval != [2]float64{1, 1} || *serial.Speedup != 1 || serial.Counts[results.OK] != 10 {
		t.Errorf("serial: %+v", serial)
	}
	if procs2.Baseline || *procs2.Speedup != 2 || *procs2.Efficiency != 1 || *procs2.CPU != 0.75 || *procs2.CoresUsed != 1.5 || *procs2.Memory != 1<<20 ||
		procs2.Phases.Work != 250*time.Millisecond || *procs2.Spread != 0 || procs2.SpeedupCI == nil || *procs2.SpeedupCI != [2]float64{2, 2} || serial.SpeedupCI != nil || procs4.SpeedupCI != nil || len(procs2.Times) != 10 {
		t.Errorf("procs=2: %+v", procs2)
	}
	if procs4.N != 4 || procs4.Interval != nil || procs4.Counts[results.Crash] != 6 || procs4.Reason != "signal 11" || *procs4.Speedup != 4 {
		t.Errorf("procs=4: %+v", procs4)
	}
	if threads1.N != 0 || threads1.Median != nil || threads1.Speedup != nil || threads1.Phases != nil || threads1.Counts[results.Timeout] != 10 {
		t.Errorf("threads=1: %+v", threads1)
	}
	if serial.SpeedupN != 10 || procs2.SpeedupN != 10 || procs4.SpeedupN != 4 || threads1.SpeedupN != 0 {
		t.Errorf("speedups on %d, %d, %d, %d blocks", serial.SpeedupN, procs2.SpeedupN, procs4.SpeedupN, threads1.SpeedupN)
	}
	noise := NoiseOf(data)
	if len(noise) != 1 || noise[0].N != 1 || math.Abs(noise[0].Ratio-1.1) > 1e-9 || noise[0].Cell.Key() != "serial" {
		t.Errorf("noise: %+v", noise)
	}
	for _, s := range Summaries(Data{Plan: planOf("", "")}) {
		if s.Speedup != nil || s.N != 0 {
			t.Errorf("nothing: %+v", s)
		}
	}
}

func TestSummaryHasNoSpeedupWithoutBaseline(t *testing.T) {
	plan := planOf("", "executor=serial", "executor=procs workers=2")
	for _, s := range Summaries(Data{Plan: plan, Trials: trials(plan, 10, perWorker(plan))}) {
		if s.Speedup != nil || s.Efficiency != nil || s.Baseline || s.Median == nil {
			t.Errorf("%+v", s)
		}
	}
}

// A speedup rests on the blocks that the baseline has too, which can be fewer than the cell's own.
func TestSummaryCountsTheBlocksOfTheSpeedup(t *testing.T) {
	plan := small()
	all := Summaries(Data{Plan: plan, Trials: with(trials(plan, 10, perWorker(plan)), "serial", bad(results.Crash, "signal 11", 7))})
	if procs2 := all[3]; procs2.N != 10 || procs2.SpeedupN != 7 {
		t.Errorf("n %d, the speedup on %d blocks", procs2.N, procs2.SpeedupN)
	}
}

// The means and the deviation rest on the same trials as the median.
func TestSummaryMeans(t *testing.T) {
	plan := planOf("", "executor=serial")
	all := trials(plan, 6, func(_, block int) float64 { return []float64{1, 1, 2, 2, 3, 99}[block] })
	all[5].Contaminated = "another program"
	s := Summaries(Data{Plan: plan, Trials: all})[0]
	if math.Abs(*s.Mean-1.8) > 1e-9 || math.Abs(*s.Deviation-math.Sqrt(0.7)) > 1e-9 || math.Abs(*s.User-1.8) > 1e-9 || math.Abs(*s.System-0.9) > 1e-9 {
		t.Errorf("mean %v, deviation %v, user %v, system %v", *s.Mean, *s.Deviation, *s.User, *s.System)
	}
	one := Summaries(Data{Plan: plan, Trials: all[:1]})[0]
	if *one.Mean != 1 || one.Deviation != nil {
		t.Errorf("of one trial: %+v", one)
	}
	none := Summaries(Data{Plan: plan})[0]
	if none.Mean != nil || none.Deviation != nil || none.User != nil || none.System != nil {
		t.Errorf("of no trial: %+v", none)
	}
}
