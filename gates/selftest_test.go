package gates

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"bench/runner/results"
)

// tested is what a self-test says of a check, on one line.
func tested(s SelfTest) string {
	parts := []string{s.Altered}
	for _, turn := range s.Turns {
		parts = append(parts, fmt.Sprintf("%s %.4g", turn.Cell.Key(), turn.Factor))
	}
	if s.Untried != "" {
		parts = []string{s.Untried}
	}
	return strings.Join(parts, ", ")
}

// Each number here follows from the claim: procs=2 takes 0.5 s against a second, without any noise.
func TestTurns(t *testing.T) {
	plan := small()
	data := Data{Plan: plan, Trials: trials(plan, 10, perWorker(plan)), Host: host, Resamples: 500}
	for _, test := range []struct {
		check, altered string
		want           map[string]float64 // the factor at which it is false; of cells that turn it red
	}{
		{`speedup(procs=2) > 1.3`, "time", map[string]float64{"procs=2": 2 / 1.3}},
		{`speedup(procs=2) < 3`, "time", map[string]float64{"serial": 1.5}},
		{`time(serial) > time(procs=2)`, "time", map[string]float64{"procs=2": 2}},
		{`time(serial) > 0.5`, "time", map[string]float64{"serial": 0.5}},
		{`time(procs=2, phase="work") < 2`, "time", map[string]float64{"procs=2": 8}},
		{`time(procs=2) < 83`, "time", map[string]float64{"procs=2": 166}},
		{`efficiency(procs=4, against="procs=2") > 0.4`, "time", map[string]float64{"procs=4": 1.25}},
		{`cores_used(procs=2) > 1.2`, "time", map[string]float64{"procs=2": 1.25}},
		{`cores_used(procs=2) < 1.8`, "time", map[string]float64{"procs=2": 1 / 1.2}},
		{`cpu(procs=2) < 1`, "CPU time", map[string]float64{"procs=2": 4. / 3}},
		{`memory(procs=2) <= 2*MiB`, "memory", map[string]float64{"procs=2": 2}},
		{`memory(procs=2) > 0.5*MiB`, "memory", map[string]float64{"procs=2": 0.5}},
		{`switches(serial) < 70`, "switches", map[string]float64{"serial": 10}},
		{`best_workers(procs) == 4`, "time", map[string]float64{"procs=4": 2}},
		{`all([2, 4], speedup(procs=#) > 1.6)`, "time", map[string]float64{"procs=2": 1.25, "procs=4": 2.5}},
		{`time(serial) > 0`, "time", nil},
		{`time(serial) > 0 or cpu(serial) > 0`, "time and CPU time", nil},
	} {
		c := mustCompile(t, plan, asserted(test.check, "", ""))[0]
		got := SelfTestOf(&c, data)
		if got.Altered != test.altered || got.CanFail() != (test.want != nil) || got.Verdict.Outcome != Pass {
			t.Errorf("%s: %s: %s", test.check, got.Verdict.Outcome, tested(got))
			continue
		}
		for _, turn := range got.Turns {
			want, red := test.want[turn.Cell.Key()]
			change := math.Abs(math.Log(turn.Factor / want))
			if !red && turn.Factor != 0 || red && !(change <= max(0.012*math.Abs(math.Log(want)), 0.012)) {
				t.Errorf("%s: %s, want %v", test.check, tested(got), test.want)
			}
		}
	}
}

// What is printed as the turning point turns it red, and a percent less does not: also where the trials scatter.
func TestTurnIsTheLeast(t *testing.T) {
	plan := small()
	data := Data{Plan: plan, Host: host, Trials: trials(plan, 12, func(cell, block int) float64 {
		return (1 + 0.05*math.Sin(float64(7*cell+3*block))) / float64(plan.Cells[cell].Workers)
	})}
	c := mustCompile(t, plan, asserted(`speedup(procs=2) > 1.3`, "", ""))[0]
	got := SelfTestOf(&c, data)
	at := got.Turns[len(got.Turns)-1].Factor
	if at <= 2/1.3 || at > 2/1.3*1.1 {
		t.Errorf("a scatter of 5 %% wants a little more than %.3f: %s", 2/1.3, tested(got))
	}
	for f, want := range map[float64]bool{at: true, 1 + (at-1)*0.98: false} {
		slower := with(data.Trials, "procs=2", func(t *results.Trial) { t.Phases.Total = time.Duration(float64(t.Phases.Total) * f) })
		v := Judge([]Check{c}, Data{Plan: plan, Host: host, Trials: slower, Resamples: SelfTestResamples})[0]
		if (v.Outcome == Fail) != want {
			t.Errorf("at %.4f: %s", f, said(v))
		}
	}
}

func TestWhatIsNotTried(t *testing.T) {
	plan := small()
	good := trials(plan, 10, perWorker(plan))
	shared := with(good, "procs=2", func(t *results.Trial) {
		if t.Block < 6 {
			t.Contaminated = "a neighbour"
		}
	})
	for _, test := range []struct {
		check, needs string
		trials       []results.Trial
		want         string
		canFail      bool
	}{
		{`speedup(procs=2) > 2.5`, "", good, "it is red as it is", true},
		{`result(serial) == 42`, "", good, "it rests on no time: it goes by what happened", false},
		{`time(serial) > 0`, `cores >= 64`, good, "needs cores >= 64: cores is 2", false},
		{`time(serial) > 0`, "", trials(plan, 4, perWorker(plan)), "4 blocks: with fewer than 5 nothing is decided", false},
		{`speedup(procs=2) > 1.3`, "", shared, "the machine was busy in 6 of 10 blocks (a neighbour); `runner doctor` tells more", false},
		{`time(serial) > 0`, "", nil, "serial has no trial", false},
	} {
		c := mustCompile(t, plan, asserted(test.check, "", test.needs))[0]
		got := SelfTestOf(&c, Data{Plan: plan, Trials: test.trials, Host: host})
		if tested(got) != test.want || got.CanFail() != test.canFail {
			t.Errorf("%s: %s, want %s", test.check, tested(got), test.want)
		}
	}
}

// The data itself is left as it was.
func TestSelfTestAltersCopies(t *testing.T) {
	plan := small()
	good := with(trials(plan, 10, perWorker(plan)), "procs=2", func(t *results.Trial) { t.Spans = []results.TaskSpan{{End: time.Second}} })
	c := mustCompile(t, plan, asserted(`time(procs=2, stat="p90") < 1.5`, "", ""))[0]
	got := SelfTestOf(&c, Data{Plan: plan, Trials: good, Host: host})
	if f := got.Turns[0].Factor; math.Abs(f-1.5) > 0.01 {
		t.Errorf("a task of 1 s: %s", tested(got))
	}
	for _, trial := range good {
		if trial.Cell.Key() == "procs=2" && (trial.Spans[0].End != time.Second || trial.Phases.Total != time.Second/2) {
			t.Fatalf("%+v", trial)
		}
	}
}

// That the machine could not give a speedup is no excuse in a self-test, nor is a need that it just meets.
func TestSelfTestTakesNoExcuse(t *testing.T) {
	plan := small()
	weak := host
	weak.Parallelism = ptr(1.2)
	data := Data{Plan: plan, Trials: trials(plan, 10, perWorker(plan)), Host: weak}
	for _, needs := range []string{"", "parallelism > 1.1"} {
		c := mustCompile(t, plan, asserted(`speedup(procs=2) > 1.6`, "", needs))[0]
		if got := SelfTestOf(&c, data); !got.CanFail() || got.Verdict.Outcome != Pass {
			t.Errorf("needs %q: %s", needs, tested(got))
		}
	}
	slow := with(data.Trials, "procs=2", func(t *results.Trial) { t.Phases.Total *= 2 })
	for _, key := range []string{"procs=4", "threads=2"} { // or they would have shown what the machine can
		slow = with(slow, key, func(t *results.Trial) { t.Phases.Total = time.Second })
	}
	c := mustCompile(t, plan, asserted(`speedup(procs=2) > 1.6`, "", ""))[0]
	got := SelfTestOf(&c, Data{Plan: plan, Trials: slow, Host: weak})
	if !got.CanFail() || got.Verdict.Outcome != Inconclusive || !strings.HasPrefix(tested(got), "but for the machine it would be red as it is") {
		t.Errorf("%s: %s", got.Verdict.Outcome, tested(got))
	}
}
