package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/executors/executorstest"
	"bench/runner/internal/host"
)

// TestKilledWithItsWarden: what is told by the kernel dies all the same.
func TestKilledWithItsWarden(t *testing.T) {
	t.Parallel()
	v := killings["functions in Go"].start(t)
	warden := v.warden()
	if warden == 0 {
		t.Fatalf("there is no warden: %v", v.alive())
	}
	v.kill(t, warden, v.process.Pid)
	if !executorstest.Eventually(func() bool { return len(v.alive()) == 0 }) {
		t.Errorf("left after runner and its warden were killed: %v", v.alive())
	}
	for _, pen := range v.pens() {
		_ = syscall.Rmdir(pen)
	}
}

// TestKilledWhereAPathIsNoText: what is to be removed may have any bytes in its path.
func TestKilledWhereAPathIsNoText(t *testing.T) {
	t.Parallel()
	temp := filepath.Join(t.TempDir(), "\xff")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Skip(err)
	}
	v := killings["a preparation"].start(t, func(c *exec.Cmd) { c.Env = append(c.Env, "TMPDIR="+temp) })
	v.temp = temp
	if made, err := os.ReadDir(temp); err != nil || len(made) == 0 {
		t.Errorf("nothing is to be removed: %v", err)
	}
	v.kill(t, v.process.Pid)
	v.wantNothing(t)
}

// warden is the number of the process, 0 if there is none.
func (v *victim) warden() int {
	for _, one := range executorstest.Marked(v.mark) {
		if number, rest, _ := strings.Cut(one, " "); rest == "(runner: warden)" {
			pid, _ := strconv.Atoi(number)
			return pid
		}
	}
	return 0
}

// TestInterrupted: at the first Ctrl-C, at a second one, and at a timeout, what removes shared memory has the time to.
func TestInterrupted(t *testing.T) {
	ways := map[string]func(*victim){
		"once": func(v *victim) { _ = v.process.Signal(os.Interrupt) },
		"twice": func(v *victim) {
			_ = v.process.Signal(os.Interrupt)
			time.Sleep(20 * time.Millisecond)
			_ = v.process.Signal(os.Interrupt)
		},
		"never": func(*victim) {}, // the trial's time is over
	}
	for _, what := range []string{"functions in Python", "stubborn functions in Python", "daemons"} {
		k := killings[what]
		for way, do := range ways {
			t.Run(what+" "+way, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(k.needs); err != nil {
					t.Skip(err)
				}
				v := k.start(t, func(c *exec.Cmd) {
					if way == "never" {
						c.Args = append(c.Args, "-D", "timeout=25s")
					}
				})
				do(v)
				v.wantNothing(t)
				if k.shared {
					v.wantNoMemory(t)
				}
			})
		}
	}
}

// TestNested: a run within a trial is killed; the outer one goes on, until it is killed too.
func TestNested(t *testing.T) {
	t.Parallel()
	k := killing{atLeast: 5, spec: `
workloads: {work: {shell: "cd DIR; sed s/OUTER/INNER/ inner > inner.yaml; runner run inner.yaml & wait; sleep 86400.NUMBER"}}`}
	inner := `version: 1
name: inner
workloads: {work: {shell: "echo x > DIR/here; sleep 86400.NUMBER0"}}
repeats: {min: 1, warmup: 0}
timeout: 24h
assert: [time() > 0]
`
	v := k.start(t, func(c *exec.Cmd) {
		text := strings.NewReplacer("DIR", c.Dir, "NUMBER", number(c.Dir)).Replace(inner)
		if err := os.WriteFile(filepath.Join(c.Dir, "inner"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	pid := v.running("inner.yaml")
	if pid == 0 {
		t.Fatalf("there is no inner run: %v", v.alive())
	}
	v.kill(t, pid)
	if !executorstest.Eventually(func() bool { return v.running("86400."+v.number+"0") == 0 && v.running("86400."+v.number) != 0 }) {
		t.Errorf("the inner trial must end and the outer one go on: %v", v.alive())
	}
	time.Sleep(time.Second) // in which the inner warden might do harm
	if v.running("86400."+v.number) == 0 {
		t.Errorf("the outer trial has ended with the inner run: %v", v.alive())
	}
	v.kill(t, v.process.Pid)
	v.wantNothing(t)
}

// running is the number of a process of this run with that argument.
func (v *victim) running(arg string) int {
	_, table, _ := host.Table()
	for _, p := range table {
		line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.PID), "cmdline"))
		argv := bytes.Split(bytes.Trim(line, "\x00"), []byte{0})
		env, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.PID), "environ"))
		if string(argv[len(argv)-1]) == arg && strings.Contains(string(env), "RUNNER_TEST_MARK="+v.mark+"\x00") {
			return p.PID
		}
	}
	return 0
}

// TestNothingStays: after a run that came to its end nothing is there, and who reads its output does not wait for a
// warden.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	k := killing{atLeast: 3, spec: `
workloads: {work: {shell: "echo x > DIR/here; until [ -e DIR/end ]; do sleep 0.01; done"}}`}
	v := k.start(t)
	if err := os.WriteFile(filepath.Join(v.dir, "end"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	<-v.ended
	if alive := v.alive(); len(alive) > 0 {
		t.Errorf("runner has not waited for %v", alive)
	}
	v.wantNothing(t)
	if !bytes.Contains(v.said.Bytes(), []byte("1 of 1 blocks, median")) {
		t.Errorf("the run was not as it should:\n%s", v.said.Bytes())
	}
}
