//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/internal/host"
)

func TestDrawFollowsFromTheSeed(t *testing.T) {
	faultsSeen, experimentsSeen := map[string]bool{}, map[string]bool{}
	for number := range 400 {
		one, same := task{Seed: 3, Round: number, Private: true}.draw(), task{Seed: 3, Round: number, Private: true, Dir: "elsewhere"}.draw()
		if one.fault.name != same.fault.name || one.experiment.name != same.experiment.name || one.attempts != same.attempts {
			t.Fatalf("round %d: %v, then %v", number, one, same)
		}
		if one.fault.fits != nil && !one.fault.fits(one.experiment) {
			t.Errorf("%s does not fit %s", one.fault.name, one.experiment.name)
		}
		faultsSeen[one.fault.name], experimentsSeen[one.experiment.name] = true, true
	}
	if len(faultsSeen) != len(faults(true, "")) || len(experimentsSeen) != len(experiments()) {
		t.Errorf("%d faults and %d experiments were drawn", len(faultsSeen), len(experimentsSeen))
	}
}

func TestReadsWhatWasAcknowledged(t *testing.T) {
	p := &runner{stderr: filepath.Join(t.TempDir(), "err")}
	write := func(text string) {
		if err := os.WriteFile(p.stderr, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p.read()
	}
	first := "run 20261121-215552-2c84, kept in x.db\n10 cells, 451 trials\ntrial 0/1 procs=2 n=1: ok, 123.4 ms\ntrial 0/2 serial n=1 (control): cra"
	write(first)
	want := []ack{{0, 1, "procs=2 n=1", "ok"}}
	if !slices.Equal(p.acks, want) || p.run != "20261121-215552-2c84" {
		t.Errorf("run %q, %v", p.run, p.acks)
	}
	write(first + "sh\ntrial 12/0 label=\"a: b\": ok, 1.2 s\n")
	want = append(want, ack{0, 2, "serial n=1 (control)", "crash"}, ack{12, 0, `label="a: b"`, "ok"})
	if !slices.Equal(p.acks, want) {
		t.Errorf("%v", p.acks)
	}
}

func TestDifference(t *testing.T) {
	a, b := ack{0, 0, "serial", "ok"}, ack{0, 1, "procs=2", "ok"}
	crashed := ack{0, 1, "procs=2", "crash"}
	for _, c := range []struct {
		got      []ack
		statuses bool
		tells    string
	}{
		{[]ack{b, a}, true, ""},
		{[]ack{a}, true, "0/1 procs=2 ok is missing"},
		{[]ack{a, b, b}, true, "0/1 procs=2 ok is there, and should not be"},
		{[]ack{a, crashed}, true, "procs=2 crash is there"},
		{[]ack{a, crashed}, false, ""},
	} {
		if text := difference([]ack{a, b}, c.got, c.statuses); !strings.Contains(text, c.tells) || (text == "") != (c.tells == "") {
			t.Errorf("%v: %q, want %q", c.got, text, c.tells)
		}
	}
}

// TestBaselineFirst: only until a block went as it should may the order be another, and only where trials went wrong.
func TestBaselineFirst(t *testing.T) {
	want, got := []ack{}, []ack{}
	for block := range 4 {
		a, b := ack{block, 0, "procs=2", "ok"}, ack{block, 1, "serial", "ok"}
		want = append(want, a, b)
		if block == 0 {
			a.Status, b.Status = "wrong", "crash"
		} else {
			a.Position, b.Position = 1, 0
		}
		got = append(got, a, b)
	}
	for _, c := range []struct {
		name      string
		want, got []ack
		statuses  bool
		tells     string
	}{
		{"the next block", want[:4], got[:4], false, ""},
		{"a block after one that went well", want, got, false, "trial 2/0 procs=2  is missing"},
		{"a trial of another block", want[:4], append([]ack{{2, 0, "serial", "ok"}}, got[:3]...), false, "trial 1/0 serial  is missing"},
		{"nothing can have gone wrong", want[:4], append(want[:2:2], got[2:4]...), true, "trial 1/0 procs=2 ok is missing"},
		{"the first block went well", want[:4], append(want[:2:2], got[2:4]...), false, "trial 1/0 procs=2  is missing"},
	} {
		if text := difference(c.want, c.got, c.statuses); !strings.Contains(text, c.tells) || (text == "") != (c.tells == "") {
			t.Errorf("%s: %q, want %q", c.name, text, c.tells)
		}
	}
}

func TestLasting(t *testing.T) {
	head := "x: 2 passed\nrun 2026 · took 1 s\n2 cores ·\n  linux\n\n"
	if got := lasting(head + "cell  n\na  40\nresumed after 3 trials\nPASS\n"); got != "x: 2 passed\ncell  n\na  40\nPASS\n" {
		t.Errorf("%q", got)
	}
}

// A process is found by its arguments though it has another parent and no environment, and by its environment.
func TestFindsProcesses(t *testing.T) {
	if err := host.Adopt(); err != nil {
		t.Fatal(err)
	}
	r := &round{task: task{Dir: t.TempDir()}, mark: "chaos-mark-of-a-test", living: map[int]bool{}}
	for _, text := range []string{
		`env -i setsid sh -c 'sleep 60; : chaos-mark-of-a-test' & exit 0`,
		`TMPDIR=` + r.Dir + `/tmp setsid sh -c 'sleep 60; :' & exit 0`,
	} {
		if err := exec.Command("sh", "-c", text).Run(); err != nil {
			t.Fatal(err)
		}
		var found []host.Process
		marked := false
		for deadline := time.Now().Add(20 * time.Second); !marked && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			var err error
			if found, err = r.strays(); err != nil {
				t.Fatal(err)
			}
			marked = slices.ContainsFunc(found, func(p host.Process) bool { return r.marked(p.PID) })
		}
		if !marked {
			t.Errorf("%s: found %v, and none by itself", text, found)
		}
		if r.end(); len(found) > 0 && syscall.Kill(found[0].PID, 0) == nil {
			t.Errorf("%s: it was not ended", text)
		}
	}
}

func TestFindsFiles(t *testing.T) {
	r := &round{task: task{Dir: t.TempDir()}}
	for _, name := range []string{"tmp/runner-trial-7/x", "tmp/runner-turn-0", "db/results.db", "db/results.db-wal", "db/core"} {
		path := filepath.Join(r.Dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{filepath.Join(r.Dir, "tmp/runner-trial-7"), filepath.Join(r.Dir, "db/core")}
	if got := r.files(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
