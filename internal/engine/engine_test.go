package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
)

// planOf makes the plan of a spec with the executors serial, threads and procs, and the workload add.
func planOf(t *testing.T, rest string) *spec.Plan {
	t.Helper()
	catalog := spec.Catalog{Cores: 2,
		Executors: []spec.ExecutorInfo{{Name: "serial"}, {Name: "threads", Workers: true}, {Name: "procs", Workers: true}},
		Builtins:  []spec.BuiltinInfo{{Name: "add", Params: []spec.ParamInfo{{Name: "a", Default: 1}}}},
		Languages: []spec.LanguageInfo{{Name: "python", Versions: ".*", Default: "3", Example: "3.12"}},
	}
	text := "version: 1\nname: x\n" + rest
	read := func(string) ([]byte, error) { return []byte(text), nil }
	exp, problems := spec.Load("x.yaml", catalog, spec.Options{Read: read})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	plan, problems := exp.Plan(catalog, 7, spec.Options{Read: read})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return &plan
}

const (
	work = "workloads: {w: {builtin: add, tasks: 2%s}}\n"
	axes = "matrix: {executor: [serial, {threads: [2, 4]}, {procs: 2}]}\n"
)

func usual(t *testing.T, rest string) *spec.Plan {
	return planOf(t, fmt.Sprintf(work, "")+axes+rest)
}

// bench is an engine with nothing real around it: launch answers jobs, and what is recorded is kept.
type bench struct {
	Engine
	trials []results.Trial
	events []Event
	clock  time.Time
	full   int // fail to record after so many trials; 0: never
}

func newBench(plan *spec.Plan, launch func(executors.Job) executors.Observation) *bench {
	b := &bench{clock: time.Unix(1_700_000_000, 0)}
	b.Engine = Engine{Plan: plan, Recorder: b, Notify: func(e Event) { b.events = append(b.events, e) }, Now: func() time.Time { return b.clock },
		Launch: func(_ context.Context, j executors.Job) executors.Observation {
			b.clock = b.clock.Add(time.Second)
			return launch(j)
		}}
	return b
}

func (b *bench) Record(ctx context.Context, t results.Trial) error {
	if b.full > 0 && len(b.trials) == b.full {
		return errors.New("disk full")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b.trials = append(b.trials, t)
	return nil
}

func (b *bench) run(t *testing.T) Outcome {
	t.Helper()
	out, err := b.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// statuses are those of one cell, block by block, its control left out.
func (b *bench) statuses(key string) string {
	var s []string
	for _, t := range b.trials {
		if t.Cell.Key() == key && !t.Control {
			s = append(s, string(t.Status))
		}
	}
	return strings.Join(s, " ")
}

func right(executors.Job) executors.Observation { return gave(1, 2) }

func gave(values ...any) executors.Observation {
	return executors.Observation{Status: results.OK, Results: values, Phases: results.Phases{Total: time.Second}}
}

func TestEverySlotIsRecordedOnceInTheOrderOfThePlan(t *testing.T) {
	plan := usual(t, "repeats: {min: 6, warmup: 2}\n")
	b := newBench(plan, right)
	if out := b.run(t); out != (Outcome{Trials: 40}) {
		t.Fatalf("%+v", out)
	}
	seen := map[string]bool{}
	for block := range 8 {
		slots := plan.Block(block)
		if block == 0 { // the baseline and its control go first, to have something to compare with
			slices.SortStableFunc(slots, func(x, y spec.Slot) int { return min(x.Cell, 1) - min(y.Cell, 1) })
		}
		for position, slot := range slots {
			i := block*len(slots) + position
			trial, event := b.trials[i], b.events[i]
			if trial.Cell != plan.Cells[slot.Cell].Cell || trial.Control != slot.Control || trial.Block != block ||
				trial.Position != position || trial.Warmup != (block < 2) || trial.Status != results.OK || trial.Tasks != 2 {
				t.Errorf("block %d, place %d: %+v, want %+v", block, position, trial, slot)
			}
			if event.Done != i+1 || event.Total != 40 || event.Cell != slot.Cell || event.Block != block || event.Of != 8 {
				t.Errorf("event %d: %+v", i, event)
			}
			seen[fmt.Sprint(trial.Block, trial.Cell, trial.Control)] = true
		}
	}
	if len(seen) != 40 {
		t.Errorf("%d different trials, not 40", len(seen))
	}
}

func TestOrderIsLeftAloneWhereVerifyProves(t *testing.T) {
	for seed := range uint64(20) {
		plan := planOf(t, fmt.Sprintf(work, `, verify: "len(results) == 2"`)+axes+"repeats: {min: 1, warmup: 0}\n")
		plan.Seed = seed
		b := newBench(plan, right)
		b.run(t)
		for i, slot := range plan.Block(0) {
			if b.trials[i].Cell != plan.Cells[slot.Cell].Cell {
				t.Fatalf("seed %d, place %d: %s", seed, i, b.trials[i].Cell)
			}
		}
	}
}

func TestJob(t *testing.T) {
	plan := planOf(t, "workloads: {w: {builtin: add, args: {a: \"{{n}}\"}, tasks: 3, env: {N: \"{{n}}\"}}}\n"+
		"matrix: {executor: [{procs: 2}], n: [5]}\npin: cores\ntimeout: 3s\nrepeats: {min: 1, warmup: 0}\ncontrol: false\n")
	scratch := t.TempDir()
	b := newBench(plan, nil)
	b.Scratch = scratch
	b.Launch = func(_ context.Context, j executors.Job) executors.Observation {
		if j.Executor != "procs" || j.Workers != 2 || j.Workload != "add" || len(j.Tasks) != 3 || j.Tasks[0]["a"] != 5 || j.Env["N"] != "5" ||
			!j.Pin || j.Timeout != 3*time.Second || j.Block != 0 || j.Cell != plan.Cells[0].Cell {
			t.Errorf("%+v", j)
		}
		if info, err := os.Stat(j.Dir); err != nil || info.Mode().Perm() != 0o700 || !strings.HasPrefix(j.Dir, scratch) {
			t.Errorf("the directory %q: %v, %v", j.Dir, info, err)
		}
		return gave(5, 5, 5)
	}
	b.run(t)
	if left, _ := os.ReadDir(scratch); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestProof(t *testing.T) {
	many := make([]any, 1000)
	for name, c := range map[string]struct {
		work             string // what the workload has besides
		serial, threads2 executors.Observation
		status           results.Status // of threads=2
		reason           string
	}{
		"the same":       {"", gave(1, 2), gave(1, 2), results.OK, ""},
		"a task missing": {"", gave(1, 2), gave(1), results.Wrong, "1 of 2 tasks reported"},
		"no task":        {"", gave(1, 2), gave(), results.Wrong, "0 of 2 tasks reported"},
		"one too many":   {"", gave(1, 2), gave(1, 2, 3), results.Wrong, "3 of 2 tasks reported"},
		"another result": {"", gave(1, 2), gave(1, 3), results.Wrong, "task 1: the baseline gave 2, this trial 3"},
		"another type":   {"", gave(1, "a"), gave(1, 2), results.Wrong, `task 1: the baseline gave "a", this trial 2`},
		"the same sum":   {", combine: sum", gave(1, 2), gave(2, 1), results.OK, ""},
		"another sum":    {", combine: sum", gave(1, 2), gave(1, 1), results.Wrong, "the baseline gave 3, this trial 2"},
		"no sum":         {", combine: sum", gave(1, 2), gave(1, "x"), results.Wrong, "combine: sum: task 1 gave text, not a number"},
		"rounding":       {"", gave(0.1, 0.3), gave(0.1, 0.1+0.2), results.OK, ""},
		"not rounding":   {"", gave(0.1, 0.3), gave(0.1, 0.3001), results.Wrong, "task 1: the baseline gave 0.3, this trial 0.3001"},
		"infinite":       {"", gave(1, math.Inf(1)), gave(1, 5.0), results.Wrong, "task 1: the baseline gave +Inf, this trial 5"},
		"infinite both":  {"", gave(1, math.Inf(1)), gave(1, math.Inf(1)), results.OK, ""},
		"other infinity": {"", gave(1, math.Inf(1)), gave(1, math.Inf(-1)), results.Wrong, "task 1: the baseline gave +Inf, this trial -Inf"},
		"NaN both":       {"", gave(1, math.NaN()), gave(1, math.NaN()), results.OK, ""},
		"NaN":            {"", gave(1, 1.0), gave(1, math.NaN()), results.Wrong, "task 1: the baseline gave 1, this trial NaN"},
		"lists":          {"", gave([]any{1, 2.0}, nil), gave([]any{1, 2.0}, nil), results.OK, ""},
		"other lists":    {"", gave([]any{1, 2}, 0), gave([]any{2, 1}, 0), results.Wrong, "task 0: the baseline gave [1 2], this trial [2 1]"},
		"maps":           {"", gave(map[string]any{"a": 1}, 0), gave(map[string]any{"b": 1}, 0), results.Wrong, "task 0: the baseline gave map[a:1], this trial map[b:1]"},
		"typed lists":    {"", gave([]int{1}, 0), gave([]int{2}, 0), results.Wrong, "task 0: the baseline gave [1], this trial [2]"},
		"long":           {"", gave(many, 0), gave(many[1:], 0), results.Wrong, "task 0: the baseline gave [" + strings.Repeat("<nil> ", 16) + "<n…, this trial [" + strings.Repeat("<nil> ", 16) + "<n…"},
		"leaked":         {"", gave(1, 2), executors.Observation{Status: results.Leaked, Reason: "2 processes", Results: []any{1, 2}}, results.Leaked, "2 processes"},
		"leaked, wrong":  {"", gave(1, 2), executors.Observation{Status: results.Leaked, Results: []any{1, 3}}, results.Wrong, "task 1: the baseline gave 2, this trial 3"},
		"crash":          {"", gave(1, 2), executors.Observation{Status: results.Crash, Reason: "signal 11"}, results.Crash, "signal 11"},
		"verify":         {`, verify: "results == [1, 2]"`, gave(9, 9), gave(1, 2), results.OK, ""},
		"verify fails":   {`, verify: "results == [1, 2]"`, gave(1, 2), gave(2, 1), results.Wrong, "verify does not hold: results are [2 1]"},
		"verify result":  {`, combine: sum, verify: "result == 3"`, gave(1, 2), gave(1, 1), results.Wrong, "verify does not hold: result is 2"},
		"verify breaks":  {`, verify: "results[5] == 1"`, gave(1, 2), gave(1, 2), results.Wrong, "verify: index out of range: 5 (array length is 2)"},
	} {
		plan := planOf(t, fmt.Sprintf(work, c.work)+"matrix: {executor: [{threads: 2}, serial]}\nrepeats: {min: 3, warmup: 0}\n")
		b := newBench(plan, func(j executors.Job) executors.Observation {
			if j.Executor == "serial" {
				return c.serial
			}
			return c.threads2
		})
		b.run(t)
		for _, trial := range b.trials {
			if trial.Cell.Key() == "threads=2" && (trial.Status != c.status || trial.Reason != c.reason) {
				t.Errorf("%s, block %d: %s %q, want %s %q", name, trial.Block, trial.Status, trial.Reason, c.status, c.reason)
			}
		}
	}
}

// A baseline that failed at first must not make the others wrong for longer than that.
func TestProofWaitsForTheBaseline(t *testing.T) {
	for _, order := range []string{"blocks", "sequential"} {
		plan := planOf(t, fmt.Sprintf(work, "")+"matrix: {executor: [{procs: 2}, {threads: [2, 4]}, serial]}\nrepeats: {min: 8, warmup: 0}\norder: "+order+"\n")
		b := newBench(plan, func(j executors.Job) executors.Observation {
			if j.Executor == "serial" && j.Block < 2 {
				return executors.Observation{Status: results.Crash}
			}
			return gave(1, 2)
		})
		b.run(t)
		want := "wrong wrong" + strings.Repeat(" ok", 6)
		if got := b.statuses("threads=4"); got != want {
			t.Errorf("%s: %s, want %s", order, got, want)
		}
	}
}

func TestWithoutABaselineNothingIsCompared(t *testing.T) {
	plan := planOf(t, fmt.Sprintf(work, "")+"matrix: {executor: [{threads: 2}, {procs: 2}]}\nrepeats: {min: 2, warmup: 0}\n")
	b := newBench(plan, func(j executors.Job) executors.Observation { return gave(j.Executor, 2) })
	if out := b.run(t); out.Trials != 4 || b.statuses("threads=2") != "ok ok" || b.statuses("procs=2") != "ok ok" {
		t.Errorf("%+v: %s, %s", out, b.statuses("threads=2"), b.statuses("procs=2"))
	}
}

func TestAnUnavailableCellIsTriedOnce(t *testing.T) {
	plan := usual(t, "repeats: {min: 5, warmup: 1}\n")
	b := newBench(plan, func(j executors.Job) executors.Observation {
		if j.Executor == "procs" {
			return executors.Observation{Status: results.Unavailable, Reason: "not here"}
		}
		return gave(1, 2)
	})
	if out := b.run(t); out != (Outcome{Trials: 4*6 + 1}) {
		t.Errorf("%+v", out)
	}
	if got := b.statuses("procs=2"); got != "unavailable" {
		t.Error(got)
	}
	if last := b.events[len(b.events)-1]; last.Done != last.Total {
		t.Errorf("at the end %d of %d trials", last.Done, last.Total)
	}
}

func TestAnInterruptLosesOnlyTheTrialInFlight(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	launched := 0
	b := newBench(usual(t, "repeats: 5\n"), func(executors.Job) executors.Observation {
		if launched++; launched == 8 {
			cancel()
			return executors.Observation{Status: results.Interrupted}
		}
		return gave(1, 2)
	})
	out, err := b.Run(ctx)
	if err != nil || out != (Outcome{Trials: 7, Interrupted: true}) || launched != 8 || len(b.trials) != 7 {
		t.Errorf("%+v, %v: %d launched, %d recorded", out, err, launched, len(b.trials))
	}
}

// A trial that is being recorded when the interrupt comes is whole, and is kept.
func TestAnInterruptWhileRecordingLosesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	b := newBench(usual(t, "repeats: 5\n"), right)
	b.Recorder = recorder(func(ctx context.Context, trial results.Trial) error {
		if len(b.trials) == 3 {
			cancel()
		}
		return b.Record(ctx, trial)
	})
	b.Launch = func(ctx context.Context, j executors.Job) executors.Observation {
		if ctx.Err() != nil {
			return executors.Observation{Status: results.Interrupted}
		}
		return gave(1, 2)
	}
	if out, err := b.Run(ctx); err != nil || out != (Outcome{Trials: 4, Interrupted: true}) || len(b.trials) != 4 {
		t.Errorf("%+v, %v, %d recorded", out, err, len(b.trials))
	}
}

type recorder func(context.Context, results.Trial) error

func (r recorder) Record(ctx context.Context, t results.Trial) error { return r(ctx, t) }

func TestATrialThatCannotBeRecordedEndsTheRun(t *testing.T) {
	launched := 0
	b := newBench(usual(t, "repeats: 5\n"), func(executors.Job) executors.Observation { launched++; return gave(1, 2) })
	b.full = 3
	out, err := b.Run(context.Background())
	if err == nil || !strings.Contains(err.Error(), "disk full") || out.Trials != 3 || launched != 4 || len(b.events) != 3 {
		t.Errorf("%+v, %v: %d launched, %d told", out, err, launched, len(b.events))
	}
}

// The budget ends a run between two blocks, never within one.
func TestBudget(t *testing.T) {
	for budget, want := range map[string]Outcome{
		"9s":  {Trials: 10, OutOfBudget: true},
		"10s": {Trials: 15, OutOfBudget: true}, // used up is not exceeded
		"1h":  {Trials: 30},
	} {
		b := newBench(usual(t, "repeats: {min: 5, warmup: 1, budget: "+budget+"}\n"), right) // 5 trials of a second a block
		if out := b.run(t); out != want {
			t.Errorf("%s: %+v, want %+v", budget, out, want)
		}
	}
}

func TestATrialWithoutItsDirectoryEndsTheRun(t *testing.T) {
	b := newBench(usual(t, "repeats: 5\n"), right)
	b.Scratch = t.TempDir() + "/gone"
	if _, err := b.Run(context.Background()); err == nil || len(b.trials) > 0 {
		t.Errorf("%v, %d trials", err, len(b.trials))
	}
}

func TestCombinedResultsAreKept(t *testing.T) {
	b := newBench(planOf(t, fmt.Sprintf(work, ", combine: sum")+axes+"repeats: 1\n"), right)
	b.run(t)
	kept := map[any]bool{}
	for _, trial := range b.trials {
		kept[trial.Result] = true
	}
	if !maps.Equal(kept, map[any]bool{3: true}) {
		t.Error(kept)
	}
}
