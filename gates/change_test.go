package gates

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"bench/runner/results"
	"bench/runner/spec"
)

// identified gives the cells of a plan what they are known by across runs.
func identified(plan *spec.Plan) *spec.Plan {
	for i := range plan.Cells {
		plan.Cells[i].Identity = plan.Cells[i].Cell.Key()
	}
	return plan
}

// storedRun is a reference of a plan's cells.
func storedRun(plan *spec.Plan, trials []results.Trial) *Reference {
	return &Reference{Run: "past", Data: Data{Plan: plan, Trials: trials, Host: host}}
}

// shaky gives the time of each cell, give or take some per cent.
func shaky(seed uint64, seconds, sigma float64) func(cell, block int) float64 {
	r := rand.New(rand.NewPCG(seed, 4))
	return func(int, int) float64 { return seconds * math.Exp(sigma*r.NormFloat64()) }
}

func TestChange(t *testing.T) {
	plan := identified(pair(10, 10))
	before := storedRun(plan, trials(plan, 10, shaky(1, 1, 0.01)))
	few := storedRun(plan, trials(plan, 3, shaky(1, 1, 0.01)))
	busy := storedRun(plan, edited(trials(plan, 10, shaky(1, 1, 0.01)), func(t *results.Trial) { t.Contaminated = "a neighbour" }))
	lossy := storedRun(plan, edited(trials(plan, 20, shaky(1, 1, 0.01)), func(t *results.Trial) {
		if t.Block%2 == 0 {
			t.Status = results.Timeout
		}
	}))
	mostlyBusy := storedRun(plan, edited(trials(plan, 40, shaky(1, 1, 0.01)), func(t *results.Trial) {
		if t.Block%5 > 0 {
			t.Contaminated = "a neighbour"
		}
	}))
	elsewhere := identified(planOf("", "executor=serial", "executor=procs workers=3"))
	other := storedRun(elsewhere, trials(elsewhere, 10, shaky(1, 1, 0.01)))
	for _, test := range []struct {
		name, check string
		now         float64 // s
		before      *Reference
		optional    bool
		want        string
	}{
		{name: "the same", check: "change(procs=2) < 0.05", now: 1, before: before, want: "pass"},
		{name: "a tenth slower", check: "change(procs=2) < 0.05", now: 1.1, before: before, want: "fail: change(procs=2) is 0.1"},
		{name: "a tenth slower, allowed", check: "change(procs=2) < 0.2", now: 1.1, before: before, want: "pass"},
		{name: "at the limit", check: "change(procs=2) < 0.05", now: 1.05, before: before, want: "inconclusive"},
		{name: "faster", check: "change(procs=2) < -0.05", now: 0.9, before: before, want: "pass"},
		{name: "against nothing", check: "change(procs=2) < 0", now: 1.1, before: before, want: "fail"},
		{name: "of the CPU time", check: `change(procs=2, of="cpu") < 0.05`, now: 1.1, before: before, want: "fail"},
		{name: "of the memory", check: `change(procs=2, of="memory") == 0`, now: 1.1, before: before, want: "pass"},
		{name: "both sides", check: "change(procs=2) < change(serial) + 0.02", now: 1.1, before: before, want: "pass"},
		{name: "too few trials there", check: "change(procs=2) < 0.05", now: 1.1, before: few, want: "inconclusive: run past, which \"main\" stands for: 3 blocks; at least 5"},
		{name: "all shared the machine there", check: "change(procs=2) < 0.05", now: 1.1, before: busy, want: "inconclusive: run past, which \"main\" stands for: the machine was busy in 10 of 10 blocks"},
		{name: "half of them timed out there", check: "change(procs=2) < 0.05", now: 1, before: lossy, want: "error: run past, which \"main\" stands for, cannot be compared with: only 10 of 20 blocks have an ok trial"},
		{name: "most shared the machine there", check: "change(procs=2) < 0.05", now: 1, before: mostlyBusy, want: "inconclusive: run past, which \"main\" stands for: the machine was busy in 32 of 40 blocks"},
		{name: "another cell there", check: "change(procs=2) < 0.05", now: 1, before: other, want: "error: run past, which \"main\" stands for, has no cell procs=2"},
		{name: "none", check: "change(procs=2) < 0.05", now: 1, want: "error: no stored run"},
		{name: "none, and allowed", check: "change(procs=2) < 0.05", now: 1, optional: true, want: "skipped: no stored run"},
	} {
		a := asserted(test.check, "", "")
		a.Optional = test.optional
		data := Data{Plan: plan, Trials: trials(plan, 10, shaky(2, test.now, 0.01)), Host: host, References: map[string]*Reference{}}
		if test.before != nil {
			data.References["main"] = test.before
		}
		v := Judge(mustCompile(t, plan, a), data)[0]
		if !strings.HasPrefix(said(v), test.want) {
			t.Errorf("%s: %s, want %s", test.name, said(v), test.want)
		}
	}
}

// TestChangeOfBuilds: a cell with a twin is compared with that, block by block, and needs no stored run; nothing else sees the twin.
func TestChangeOfBuilds(t *testing.T) {
	plan := planOf("serial", "executor=serial", "build=base executor=serial", "executor=procs workers=2", "build=base executor=procs workers=2")
	plan.Experiment.Repeats = spec.Repeats{Min: 10, Max: 10}
	plan.Cells[1].Other, plan.Cells[3].Other = true, true
	plan.Cells[2].Baseline = 0
	checks := mustCompile(t, identified(plan), asserted("change() < 0.05", "", ""))
	if len(checks) != 2 {
		t.Fatalf("%d checks, want one for each cell of this build", len(checks))
	}
	if got := Sinces(checks); len(got) != 0 {
		t.Errorf("they ask for %v", got)
	}
	drift := func(slower float64) func(cell, block int) float64 { // far more than the difference, but of both at once
		return func(cell, block int) float64 {
			took := 1 + float64(block)
			if !plan.Cells[cell].Other {
				took *= slower
			}
			return took
		}
	}
	for slower, want := range map[float64]Outcome{1: Pass, 1.1: Fail} {
		for _, v := range Judge(checks, Data{Plan: plan, Trials: trials(plan, 10, drift(slower)), Host: host}) {
			if v.Outcome != want {
				t.Errorf("%s, %v times as slow: %s, want %s", v.Name, slower, said(v), want)
			}
		}
	}
	if _, problems := compileOne(plan, asserted(`time(build="base") > 0`, "", "")); len(problems) == 0 {
		t.Error("a check can name the other build")
	}
}

func TestSinces(t *testing.T) {
	plan := identified(small())
	var checks []Check
	for _, text := range []string{"change(procs=2) < 1", `change(serial, since="v1") < 1 and change(procs=2, since="v1") < 1`, "speedup(procs=2) > 1"} {
		a := asserted(text, "", "")
		a.Optional = strings.Contains(text, "v1")
		checks = append(checks, mustCompile(t, plan, a)...)
	}
	var got []string
	for _, s := range Sinces(checks) {
		got = append(got, fmt.Sprintf("%s %v %v %s", s.Name, s.Cells, s.Optional, s.Pos))
	}
	if want := "main [{sum procs=2}] false x.yaml:1:1|v1 [{sum serial} {sum procs=2}] true x.yaml:1:1"; strings.Join(got, "|") != want {
		t.Errorf("%s, want %s", strings.Join(got, "|"), want)
	}
}

// TestErrorRatesOfChange: two runs of the same machine, where the truth is the limit, pass and fail as seldom as is promised.
func TestErrorRatesOfChange(t *testing.T) {
	runs, resamples := 200, 1000
	if *simulate {
		runs, resamples = 2000, 5000
	}
	beyond := func(share float64) float64 { return share + 4*math.Sqrt(share*(1-share)/float64(runs)) }
	random := rand.New(rand.NewPCG(8, 8))
	typical := machines[1]
	table := []string{"| blocks before | blocks after | passes | fails |", "|---|---|---|---|"}
	for _, blocks := range [][2]int{{5, 5}, {10, 10}, {40, 10}, {10, 40}} {
		plan := identified(pair(blocks[1], blocks[1]))
		checks := mustCompile(t, plan, asserted("change(procs=2) < 0.05", "", ""))
		pass, fail := 0.0, 0.0
		for range runs {
			of := func(n int, truth float64) []results.Trial {
				return trials(plan, n, func(int, int) float64 { return typical.trial(random, truth) })
			}
			m := measure(Data{Plan: plan, Trials: of(blocks[1], 1.05), Host: host, Resamples: resamples,
				References: map[string]*Reference{"main": storedRun(plan, of(blocks[0], 1))}})
			switch v, _ := m.judge(&checks[0], true); v.Outcome {
			case Pass:
				pass += 1 / float64(runs)
			case Fail:
				fail += 1 / float64(runs)
			}
		}
		table = append(table, fmt.Sprintf("| %d | %d | %.1f %% | %.1f %% |", blocks[0], blocks[1], 100*pass, 100*fail))
		if pass > beyond(0.06) || fail > beyond(0.015) {
			t.Errorf("%v blocks: %.3f pass, %.3f fail", blocks, pass, fail)
		}
	}
	t.Log("\n" + strings.Join(table, "\n"))
	if *simulate {
		writeTable(t, "../docs/across-runs.md", "change", strings.Join(table, "\n"))
	}
}

func TestCompare(t *testing.T) {
	plan := identified(pair(10, 10))
	on, problems := CompileCondition(inFile("change > 0.05"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	before := Data{Plan: plan, Trials: trials(plan, 10, shaky(1, 1, 0.01)), Host: host}
	for slower, want := range map[float64]string{1: "pass undecided", 1.1: "fail slower", 0.8: "pass faster", 1.05: "inconclusive slower"} {
		after := Data{Plan: plan, Trials: trials(plan, 10, shaky(3, slower, 0.01)), Host: host}
		c := Compare(before, after, on)[1]
		if got := string(c.Outcome) + " " + c.Word(); got != want || math.Abs(c.Change.Value-slower+1) > 0.02 {
			t.Errorf("%v times as long: %s, %+v, want %s", slower, got, c.Change, want)
		}
	}
	crashed := Data{Plan: plan, Trials: with(trials(plan, 10, shaky(3, 1, 0.01)), "procs=2", bad(results.Crash, "it fell", 0)), Host: host}
	if c := Compare(before, crashed, on)[1]; c.Outcome != Error || c.Change != nil || !strings.Contains(c.Reason, "it fell") {
		t.Errorf("a cell without a time: %+v", c)
	}
	half := Data{Plan: plan, Host: host, Trials: edited(trials(plan, 10, shaky(3, 1, 0.01)), func(t *results.Trial) {
		if t.Block%2 == 0 {
			t.Status = results.Crash
		}
	})}
	if c := Compare(before, half, on)[1]; c.Outcome != Error || c.Word() != "undecided" {
		t.Errorf("half of the trials crashed: %+v", c)
	}
	wider := identified(planOf("serial", "executor=serial", "executor=procs workers=4"))
	all := Compare(before, Data{Plan: wider, Trials: trials(wider, 10, shaky(3, 1, 0.01)), Host: host}, on)
	var got []string
	for _, c := range all {
		got = append(got, c.Cell.Key()+" "+string(c.Outcome)+" "+c.Reason)
	}
	if want := "serial pass |procs=4  only the later run has it|procs=2 error only the earlier run has it"; strings.Join(got, "|") != want {
		t.Errorf("%s, want %s", strings.Join(got, "|"), want)
	}
	for _, wrong := range []string{"change", "1 > 0", "changed > 1", "change > "} {
		if _, problems := CompileCondition(inFile(wrong)); len(problems) == 0 {
			t.Errorf("%q is taken for a condition", wrong)
		}
	}
}

func TestAgain(t *testing.T) {
	plan := identified(pair(10, 10))
	then := Data{Plan: plan, Trials: trials(plan, 10, wavering(1.9, 0.01)), Host: host}
	for speedup, want := range map[float64]Repeated{1.9: Reproduced, 1.2: NotReproduced, 1.71: Undecided} {
		slow := wavering(speedup, 0.01)
		now := Data{Plan: plan, Trials: trials(plan, 10, func(cell, block int) float64 { return 3 * slow(cell, block) }), Host: host} // a slower machine
		cells := CellsAgain(then, now, 0.1)
		if cells[0].Word != "" || cells[1].Word != want {
			t.Errorf("a speedup of 1.9, then of %v: %q, want %q: %+v", speedup, cells[1].Word, want, cells[1].Ratio)
		}
	}
	verdict := func(name string, o Outcome) Verdict { return Verdict{Name: name, Check: name, Outcome: o} }
	claims := ClaimsAgain([]Verdict{verdict("a", Pass), verdict("b", Fail), verdict("c", Pass), verdict("d", Inconclusive), verdict("gone", Pass)},
		[]Verdict{verdict("a", Pass), verdict("b", Fail), verdict("c", Fail), verdict("d", Pass)})
	var got []string
	for _, c := range claims {
		got = append(got, c.Name+" "+string(c.Word))
	}
	if want := "a reproduced|b reproduced|c not reproduced|d undecided|gone undecided"; strings.Join(got, "|") != want {
		t.Errorf("%s, want %s", strings.Join(got, "|"), want)
	}
}

func TestAlarms(t *testing.T) {
	fine, no := observed("it scales", 1.9), observed("it scales", 1.1)
	fine.Outcome, no.Outcome = Pass, Fail
	unsure := observed("it scales", 1.2)
	unsure.Outcome, unsure.Refuted = Inconclusive, 10
	var runs []results.Judged
	for i, step := range []struct {
		v      Verdict
		commit string
		dirty  bool
	}{{fine, "a", false}, {no, "b", false}, {fine, "b", false}, {no, "c", false}, {fine, "d", false}, {unsure, "d", false}, {no, "e", true}, {fine, "e", true}} {
		run := judgedRun(t, i, step.v)
		run.Commit, run.Dirty = step.commit, step.dirty
		runs = append(runs, run)
	}
	trend := Trends(runs, nil)[0]
	if got, want := *trend.Alarms, (Alarms{Runs: 8, Fails: 3, Unconfirmed: 1, Reruns: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if n := trend.Alarms.False(); n != 2 {
		t.Errorf("%d false alarms, want 2", n)
	}
}
