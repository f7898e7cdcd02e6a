package gates

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"bench/runner/internal/diag"
	"bench/runner/spec"
)

func TestExpansion(t *testing.T) {
	chunks := planOf("serial chunk=10", "executor=serial chunk=10", "executor=serial chunk=100", "executor=pool workers=2 chunk=10",
		"executor=pool workers=2 chunk=100", "executor=pool workers=4 chunk=10")
	alone := planOf("", "")
	sort := planOf("threads=1", "threads=1", "threads=2", "threads=4")
	for _, test := range []struct {
		plan         *spec.Plan
		check, where string
		want         string // binding: cells; …
	}{
		{small(), `speedup(procs=2) > 1`, "", "serial, procs=2"},
		{small(), `speedup(processes=2) > 1`, "", "serial, procs=2"},
		{small(), `speedup("executor=processes workers=2") > 1`, "", "serial, procs=2"},
		{small(), `time(serial) > 0`, "", "serial"},
		{small(), `time("serial") > time("procs=2")`, "", "serial, procs=2"},
		{small(), `time(executor="threads") > 0`, "", "workers=1: threads=1; workers=2: threads=2"},
		{small(), `time(workers=2) > 0`, "", "threads: threads=2; procs: procs=2"},
		{small(), `time() > 0`, "", "serial: serial; threads=1: threads=1; threads=2: threads=2; procs=2: procs=2; procs=4: procs=4"},
		{small(), `time(procs=4) < time(procs=2) < time(serial)`, "", "serial, procs=2, procs=4"},
		{small(), `all([2, 4], speedup(procs=#) > 1)`, "", "serial, procs=2, procs=4"},
		{small(), `all([2, 4], speedup(procs=#) < 1)`, "", "serial, procs=2, procs=4"},
		{small(), `any([2, 4], speedup(procs=#) > 1)`, "", "serial, procs=2, procs=4"},
		{small(), `all(["serial", "procs=2"], time(#) > 0)`, "", "serial, procs=2"},
		{small(), `speedup(procs=cores) > 1`, "", "serial, procs=2"},
		{small(), `speedup(procs=2, against="threads=2") > 1`, "", "threads=2, procs=2"},
		{small(), `speedup(procs=2, against="executor=threads workers=1") > 1`, "", "threads=1, procs=2"},
		{small(), `speedup(procs=4, against="workers=2") > 1`, "", "procs=2, procs=4"},
		{small(), `speedup() > 1`, "", "threads=1: serial, threads=1; threads=2: serial, threads=2; procs=2: serial, procs=2; procs=4: serial, procs=4"},
		{small(), `speedup() > 1`, "executor=serial",
			"!this asks baselines only, which can but tie with themselves (name the cell if that is meant, such as speedup(serial))"},
		{small(), `time() < 1 and speedup() > 0`, "workers=2", "threads: serial, threads=2; procs: serial, procs=2"},
		{small(), `time() < 1 and speedup() > 0`, "executor=serial", "serial"},
		{small(), `speedup(serial) == 1`, "", "serial"},
		{small(), `speedup(workers=2, against="threads=2") > 1`, "", "threads: threads=2; procs: threads=2, procs=2"},
		{small(), `best_workers(executor="procs") == 2`, "", "procs=2, procs=4"},
		{small(), `best_workers(threads) == 2`, "", "threads=1, threads=2"},
		{small(), `best_workers() == 2`, "", "threads: threads=1, threads=2; procs: procs=2, procs=4"},
		{small(), `serial_fraction(procs) < 0.1`, "", "serial, procs=2, procs=4"},
		{small(), `best_workers(procs=[2, 4]) == 2 and time(serial) > 0`, "", "serial, procs=2, procs=4"},
		{small(), `cores > 4 or time(procs=2) > 0`, "", "procs=2"},
		{small(), `time(executor=["threads", "procs"], workers=2) > 0`, "", "!this is ambiguous, it selects 2 cells: threads=2; procs=2 (add executor=…)"},

		{primes(), `speedup(procs=2) > 1`, "", "runtime=py2: runtime=py2 serial, runtime=py2 procs=2; runtime=py3: runtime=py3 serial, runtime=py3 procs=2"},
		{primes(), `speedup(procs=2) > 1`, "runtime=py3", "runtime=py3 serial, runtime=py3 procs=2"},
		{primes(), `speedup(procs=2, runtime="py3") > 1`, "", "runtime=py3 serial, runtime=py3 procs=2"},
		{primes(), `time("runtime=py2 procs=2") > time("runtime=py3 procs=2")`, "", "runtime=py2 procs=2, runtime=py3 procs=2"},
		{primes(), `time(pool=2) > 0`, "runtime=py3", "chunksize=1: runtime=py3 pool=2 chunksize=1; chunksize=64: runtime=py3 pool=2 chunksize=64"},
		{primes(), `time(pool=2) > time(serial)`, "runtime=py3", "chunksize=1: runtime=py3 serial, runtime=py3 pool=2 chunksize=1; " +
			"chunksize=64: runtime=py3 serial, runtime=py3 pool=2 chunksize=64"},
		{primes(), `time(pool=2, chunksize=1) > time(pool=2, chunksize=64)`, "runtime=py3", "runtime=py3 pool=2 chunksize=1, runtime=py3 pool=2 chunksize=64"},
		{primes(), `time(pool=2) > time(pool=2, chunksize=64)`, "runtime=py3",
			"!this is ambiguous, it selects 2 cells: runtime=py3 pool=2 chunksize=1; runtime=py3 pool=2 chunksize=64 (add chunksize=…)"},
		{primes(), `time(serial) > 0`, "runtime=py3 executor=serial", "runtime=py3 serial"},
		{primes(), `speedup(pool=2, chunksize=1, against="threads=2") > 1`, "runtime=py3", "runtime=py3 threads=2, runtime=py3 pool=2 chunksize=1"},
		{primes(), `speedup(threads=2, against="pool=2") > 1`, "runtime=py3", `!against="pool=2" is ambiguous, it selects 2 cells (add chunksize=… to against)`},
		{primes(), `time(runtime="py2") > 0`, "threads", "workers=1: runtime=py2 threads=1; workers=2: runtime=py2 threads=2"},

		{chunks, `speedup(pool=2) > 1`, "", "chunk=10: serial chunk=10, pool=2 chunk=10; chunk=100: serial chunk=10, pool=2 chunk=100"},
		{chunks, `time(pool=4) < time(pool=2)`, "", "pool=2 chunk=10, pool=4 chunk=10"},
		{chunks, `time(pool=4, chunk=10) < time(serial)`, "", "!this is ambiguous, it selects 2 cells: serial chunk=10; serial chunk=100 (add chunk=…)"},
		{chunks, `time(serial) < 1`, "", "chunk=10: serial chunk=10; chunk=100: serial chunk=100"},
		{sort, `speedup(threads=4) > 1`, "", "threads=1, threads=4"},
		{sort, `time(threads) > 1`, "", `!threads needs a level (write threads=1)`},
		{alone, `time() < 1`, "", ""},
		{alone, `time(serial) < 1`, "", `!no axis, option or executor "serial" in the matrix (the experiment has no matrix, so there is nothing to select)`},
		{small(), `time(serial) < 1`, "procs", "!`where` (procs) leaves no cell that has serial"},
		{small(), `time(serial) < 1`, "pools=2", `!where: no axis, option or executor "pools" in the matrix (there are executor, workers, serial, threads, procs)`},
		{small(), `time(procs=2) > 0 and time(threads=1, workers=2) > 0`, "", "!no cell has threads=1 workers=2"},
		{small(), `all(filter([2], # > 3), time(procs=#) > 0)`, "", "!this is never asked of any cell"},
	} {
		checks, problems := compileOne(test.plan, asserted(test.check, test.where, ""))
		if got := told(checks, problems); got != test.want {
			t.Errorf("%s where %q:\n got %s\nwant %s", test.check, test.where, got, test.want)
		}
	}
}

func told(checks []Check, problems diag.List) string {
	if len(problems) > 0 {
		s := "!" + problems[0].Message
		if problems[0].Hint != "" {
			s += " (" + problems[0].Hint + ")"
		}
		return s
	}
	var parts []string
	for _, c := range checks {
		keys := make([]string, len(c.Cells))
		for i, cell := range c.Cells {
			keys[i] = cell.Key()
		}
		part := strings.Join(keys, ", ")
		if _, binding, bound := strings.Cut(strings.TrimSuffix(c.Name, "]"), c.Text+" ["); bound {
			part = binding + ": " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func TestExcludedCells(t *testing.T) {
	plan := primes()
	check := `speedup(threads=8) > 1.5`
	_, problems := compileOne(plan, asserted(check, "", ""))
	if got := told(nil, problems); !strings.HasPrefix(got, "!runtime=py2 threads=8 is excluded: threads > cores (say in `needs:`") {
		t.Errorf("without needs: %s", got)
	}
	checks := mustCompile(t, plan, asserted(check, "", "cores >= 8"))
	for cores, want := range map[int]string{2: "needs cores >= 8: cores is 2", 8: "runtime=py2 threads=8 is excluded: threads > cores"} {
		v := Judge(checks, Data{Plan: plan, Host: Host{Cores: cores}})
		if len(v) != 1 || v[0].Outcome != Skipped || v[0].Reason != want {
			t.Errorf("%d cores: %+v", cores, v)
		}
	}
	plan.Excluded[0].Reason, plan.Excluded[1].Reason = "not in --only", "not in --only"
	if v := Judge(mustCompile(t, plan, asserted(check, "", "")), Data{Plan: plan}); v[0].Outcome != Skipped {
		t.Errorf("--only: %+v", v)
	}
}

// With --only there are fewer cells than the assertions ask for; that must not keep the others from being run.
func TestOnlySkipsWhatItLeavesOut(t *testing.T) {
	plan := planOf("serial", "executor=serial", "executor=procs workers=2", "excluded", "executor=procs workers=4 ! not selected by --only",
		"executor=threads workers=2 ! not selected by --only")
	for check, want := range map[string]string{
		`speedup(procs=2) > 1`:                      "inconclusive: 1 block; at least 5 are needed",
		`all([2, 4], speedup(procs=#) > 1)`:         "skipped: procs=4 is excluded: not selected by --only",
		`best_workers(procs) == 2`:                  "skipped: procs=4 is excluded: not selected by --only",
		`speedup(procs=2, against="threads=2") > 1`: "skipped: threads=2 is excluded: not selected by --only",
	} {
		if got := said(judgeOne(t, plan, asserted(check, "", ""), trials(plan, 1, perWorker(plan)))); got != want {
			t.Errorf("%s: %s, want %s", check, got, want)
		}
	}
}

// TestOnlyBaselines: what is left asks for nothing but ties, and the cells it asked for were left out, whatever else is excluded.
func TestOnlyBaselines(t *testing.T) {
	plan := planOf("serial", "executor=serial", "excluded", "executor=procs workers=1 ! of no interest", "executor=procs workers=2 ! not selected by --only")
	got := said(judgeOne(t, plan, asserted(`speedup() > 1.3`, "", ""), trials(plan, 1, perWorker(plan))))
	if want := "skipped: procs=2 is excluded: not selected by --only"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestNamesOfChecks(t *testing.T) {
	a := asserted("time(serial)\n  > 0", "", "")
	checks := mustCompile(t, primes(), a)
	if got := checks[1].Name; got != "time(serial) > 0 [runtime=py3]" {
		t.Errorf("%q", got)
	}
	a.Name = "the GIL"
	checks = mustCompile(t, primes(), a)
	if got := checks[0].Name; got != "the GIL [runtime=py2]" {
		t.Errorf("%q", got)
	}
}

func TestCompileText(t *testing.T) {
	plan := small()
	checks, problems := CompileText(inFile(`speedup(procs=2) > 1.3`), plan.Experiment, plan, Options{})
	if len(problems) > 0 || len(checks) != 1 || checks[0].verdict().Level != "error" {
		t.Errorf("%v, %v", checks, problems)
	}
}

// refused are assertions that people get wrong; the golden file holds what they are told.
var refused = []struct {
	plan                func() *spec.Plan
	check, where, needs string
}{
	{primes, `speedup(prcos=2) > 1`, "", ""},
	{primes, `speedup(procs=3) > 1`, "", ""},
	{primes, `sppedup(procs=2) > 1`, "", ""},
	{primes, `speedup(procs=2 > 1`, "", ""},
	{primes, `speedup("procs=2) > 1`, "", ""},
	{primes, `speedup(procs=2) = 3`, "", ""},
	{primes, `time(pool=2) > time(pool=2, chunksize=64)`, "", ""},
	{func() *spec.Plan { return planOf("", "executor=serial", "executor=procs workers=2") }, `speedup(procs=2) > 1`, "", ""},
	{func() *spec.Plan { return planOf("threads=2", "executor=serial", "executor=procs workers=2") }, `speedup(procs=2) > 1`, "", ""},
	{primes, `speedup(procs=2, runtime="py9") > 1`, "", ""},
	{primes, `speedup(procs=2, runtime="PY3") > 1`, "", ""},
	{primes, `speedup(procs=2, runtime=py3) > 1`, "", ""},
	{primes, `speedup("runtime=py3 prosc=2") > 1`, "", ""},
	{primes, `speedup("runtime=py4 procs=2") > 1`, "", ""},
	{primes, `speedup("runtime= procs=2") > 1`, "", ""},
	{primes, `all([1, 2, 3], speedup(procs=#) > 0.5)`, "", ""},
	{primes, `speedup(procs=cores + 1) > 1`, "", ""},
	{primes, `time(serial=2) > 1`, "", ""},
	{primes, `time(runtime) > 1`, "", ""},
	{primes, `time(procs="2") > 1`, "", ""},
	{primes, `time(procs=[2, 5]) > 1`, "", ""},
	{primes, `time(procs=[]) > 1`, "", ""},
	{primes, `time(serial, stat="p100") > 1`, "", ""},
	{primes, `time(serial, stat="meen") > 1`, "", ""},
	{primes, `time(serial, stat="p90", phase="work") > 1`, "", ""},
	{primes, `time(serial, stta="min") > 1`, "", ""},
	{primes, `time(serial, phase="wrok") > 1`, "", ""},
	{primes, `speedup(procs=2, against="thredas=2") > 1`, "", ""},
	{primes, `speedup(procs=2, against="threads=") > 1`, "", ""},
	{primes, `speedup(procs=2, against="threads=2 chunksize=1") > 1`, "", ""},
	{primes, `time(threads=8) > 1`, "", ""},
	{primes, `time(serial, chunksize=1) > 1`, "", ""},
	{primes, `change(procs=2, since="") < 0.05`, "", ""},
	{primes, `change(procs=2, of="size") < 0.05`, "", ""},
	{primes, `cores >= 2`, "", ""},
	{primes, `best_workers(pool) == 2`, "", ""},
	{primes, `time(serial) > 1`, "", `cores > `},
	{primes, `time(serial) > 1`, "", `time(serial) > 1`},
	{primes, `time(serial) > 1`, "", `paralelism > 1`},
	{primes, `time(serial) > 1`, "", `version >= "3.13"`},
	{primes, `time(serial) > 1`, "runtime=py4", ``},
	{primes, `time(serial) > memory(serial)`, "", ``},
}

func TestRefusals(t *testing.T) {
	var out bytes.Buffer
	for _, r := range refused {
		_, problems := compileOne(r.plan(), asserted(r.check, r.where, r.needs))
		if len(problems) == 0 {
			t.Errorf("not refused: %s", r.check)
		}
		text := r.check
		if r.needs != "" {
			text = r.needs
		}
		diag.Print(&out, problems, func(string, int) (string, bool) { return text, true })
		fmt.Fprintln(&out)
	}
	golden(t, "testdata/refused.golden", out.Bytes())
}

// TestTooManyChecks: levels that no assertion mentions multiply.
func TestTooManyChecks(t *testing.T) {
	var cells []string
	for n := range maxChecks + 1 {
		cells = append(cells, fmt.Sprintf("executor=serial n=%d", n))
	}
	plan := planOf("", cells...)
	if checks := mustCompile(t, planOf("", cells[1:]...), asserted("time() < 1", "", "")); len(checks) != maxChecks {
		t.Errorf("%d checks", len(checks))
	}
	_, problems := compileOne(plan, asserted("time() < 1", "", ""))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "more than 20000 checks") {
		t.Errorf("%v", problems)
	}
}
