package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bench/runner/executors"
)

func TestMain(m *testing.M) {
	executors.Serve()
	serveRunner() // the runs below are this program
	os.Exit(m.Run())
}

func TestJudge(t *testing.T) {
	budgets := []budget{{name: "trial.calls", unit: "calls", value: 10, factor: 1.25, why: "pipes"}}
	for _, c := range []struct {
		name   string
		counts []count
		ok     bool
		says   string
	}{
		{"within", []count{{name: "trial.calls", value: 12.5}}, true, "trial.calls (calls)"},
		{"past it", []count{{name: "trial.calls", value: 13}}, false, "FAIL trial.calls: 13 calls, 30 % above the budget of 10, allowed are 25 % (pipes)"},
		{"how to renew", []count{{name: "trial.calls", value: 13}}, false, renew},
		{"well below", []count{{name: "trial.calls", value: 7}}, true, "note trial.calls: 7 calls, well below the budget of 10: tighten it"},
		{"skipped", []count{{name: "trial.calls", skipped: "strace is not installed"}}, true, "skipped: strace is not installed"},
		{"new", []count{{name: "trial.calls", value: 10}, {name: "trial.new", value: 1}}, false, "FAIL trial.new: 1, and no budget"},
		{"gone", nil, false, "FAIL trial.calls has a budget and is not counted"},
	} {
		text, ok := judge(budgets, c.counts)
		if ok != c.ok || !strings.Contains(text, c.says) {
			t.Errorf("%s: ok is %v, want %v and %q in\n%s", c.name, ok, c.ok, c.says, text)
		}
	}
}

// A runner that does more in each trial is past the budgets that the plain one keeps: here it starts a process before each.
func TestADearerTrialIsFound(t *testing.T) {
	l, err := newLab()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(l.dir) })
	plain, err := l.trials(`workloads: {w: {command: ["true"]}}`)
	if err != nil {
		t.Fatal(err)
	}
	dearer, err := l.trials(`workloads: {w: {command: ["true"], prepare: {each: trial, command: ["true"]}}}`)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := readBudgets("budget.txt")
	if err != nil {
		t.Fatal(err)
	}
	var budgets []budget
	for _, c := range plain {
		for _, b := range kept {
			if b.name == "trial."+c.name+", command" {
				if c.value > 0 { // what is allocated is now and then less in the run with more trials
					b.value = c.value
				}
				budgets = append(budgets, budget{name: c.name, unit: b.unit, value: b.value, factor: b.factor})
			}
		}
	}
	if len(budgets) != len(plain) {
		t.Fatalf("%d budgets for %d counts", len(budgets), len(plain))
	}
	if text, ok := judge(budgets, plain); !ok {
		t.Errorf("the plain one fails:\n%s", text)
	}
	text, ok := judge(budgets, dearer)
	if ok || !strings.Contains(text, "FAIL allocations of runner") {
		t.Errorf("the dearer one passes:\n%s", text)
	}
	if l.untraced != "" {
		t.Skip("without system calls: " + l.untraced)
	}
	for _, name := range []string{"syscalls of runner", "processes"} {
		if !strings.Contains(text, "FAIL "+name+":") {
			t.Errorf("%s passes:\n%s", name, text)
		}
	}
}

func TestBudgetsAreRenewed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "budget.txt")
	if err := os.WriteFile(file, []byte("# the head\n\ntrial.a | calls | 10 | 1.25 | why a\ntrial.b | calls | 10 | 1.5 | why b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	old, err := readBudgets(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeBudgets(file, renewed(old, []count{{name: "trial.a", value: 20}, {name: "trial.b", value: 11}, {name: "start.c", value: 3}})); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), "# the head\n") {
		t.Errorf("%v: %s", err, text)
	}
	list, err := readBudgets(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 || list[0].name != "start.c" || list[0].value != 3 || list[1].value != 20 || list[1].factor != 1.25 || list[1].why != "why a" || list[2].value != 10 {
		t.Errorf("%+v", list)
	}
}

func TestBudgetsThatAreNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "budget.txt")
	for text, want := range map[string]string{
		"a | b | 1 | 2":           ":1: 4 columns",
		"\na | b | x | 2 | why":   ":2: x × 2",
		"a | b | 1 | 0.5 | why":   "a factor from 1",
		"a | b | -1 | 1.25 | why": "a budget from 0",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readBudgets(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestReadTrace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.txt")
	const trace = `10 execve("/tmp/costs", ["/tmp/costs", "run"], 0x1 /* 9 vars */) = 0
10 prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0x7f, 262144, " Go: x") = 0
11 read(5, "x", 1) = 1
10 clone(child_stack=0x1, flags=CLONE_VM|CLONE_THREAD|CLONE_SETTLS, tls=0x2) = 11
11 read(3, 0x1, 10) = -1 EAGAIN (Resource temporarily unavailable)
11 clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD <unfinished ...>
12 execve("/proc/self/exe", ["/proc/self/exe"], 0x1 /* 9 vars */ <unfinished ...>
11 <... clone resumed>)                    = 12
12 <... execve resumed>)                   = 0
10 pwrite64(8, "abc"..., 4096, 0 <unfinished ...>
12 clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD <unfinished ...>
13 execve("/usr/bin/true", ["true"], 0x1 /* 9 vars */) = 0
13 write(1, "x", 1) = 1
13 exit_group(0)                           = ?
13 +++ exited with 0 +++
10 <... pwrite64 resumed>)                 = 4096
12 <... clone resumed>)                    = 13
12 clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD) = 13
13 execve("/tmp/costs", ["/tmp/costs"], 0x1 /* 9 vars */) = 0
13 write(4, "xy", 2) = 2
10 fsync(8)                                = 0
`
	if err := os.WriteFile(file, []byte(trace), 0o600); err != nil {
		t.Fatal(err)
	}
	by, err := readTrace(file, "/tmp/costs")
	if err != nil {
		t.Fatal(err)
	}
	for r, want := range map[role]tally{
		ofRunner:  {all: 5, read: 1, written: 4096, started: 1}, // execve, read, clone, pwrite64, fsync
		ofTrials:  {all: 3, started: 2},                         // execve, clone twice
		ofWorkers: {all: 2, written: 2},
		ofOthers:  {all: 3, written: 1},
	} {
		got := *by[r]
		got.calls = nil
		if got.all != want.all || got.read != want.read || got.written != want.written || got.started != want.started {
			t.Errorf("role %d: %+v, want %+v; calls %v", r, got, want, by[r].calls)
		}
	}
}
