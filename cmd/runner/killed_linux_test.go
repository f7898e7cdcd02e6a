package main

import (
	"bytes"
	"fmt"
	"io/fs"
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

// killing is a run that hangs, once the file "here" is there. DIR is its directory, and 86400.NUMBER a time to sleep that
// nobody else sleeps.
type killing struct {
	spec    string
	needs   string // a program
	penned  bool   // only a cgroup can hold what it starts
	shared  bool   // "here" and "there" name shared memory
	atLeast int    // processes, with the runner and its warden
}

// pool says that it hangs when the process that will remove its shared memory is ready for that.
const pool = `import time
from multiprocessing import resource_tracker, shared_memory

def hang(path):
    m = shared_memory.SharedMemory(create=True, size=1 << 20)
    while not ignores_term(resource_tracker._resource_tracker._pid):
        time.sleep(0.01)
    with open(path, "w") as f:
        f.write(m.name)
    time.sleep(86400)

def ignores_term(pid):
    with open("/proc/%d/status" % pid) as f:
        ignored = [line for line in f if line.startswith("SigIgn")][0]
    return int(ignored.split()[1], 16) >> 14 & 1
`

// stubborn does not end when it is asked to.
const stubborn = `import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
` + pool

var killings = map[string]killing{
	"functions in Go": {atLeast: 5, spec: `
workloads: {work: {builtin: sleep, args: {seconds: 86400}, tasks: 2, prepare: "echo x > DIR/here"}}
matrix: {executor: [procs: 2]}`},
	"functions in Python": {needs: "python3", shared: true, atLeast: 6, spec: `
workloads: {work: {python: work.py:hang, tasks: {path: [DIR/here, DIR/there]}}}
matrix: {executor: [pool: 2]}`},
	"stubborn functions in Python": {needs: "python3", shared: true, atLeast: 6, spec: `
workloads: {work: {python: stubborn.py:hang, tasks: {path: [DIR/here, DIR/there]}}}
matrix: {executor: [pool: 2]}`},
	"daemons": {needs: "setsid", atLeast: 6, spec: `
workloads: {work: {shell: "(setsid sleep 86400.NUMBER &); (setsid sh -c 'sleep 86400.NUMBER & sleep 86400.NUMBER' &); echo x > DIR/here; sleep 86400.NUMBER"}}`},
	"daemons that hide": {needs: "setsid", penned: true, atLeast: 3, spec: `
workloads: {work: {shell: "(env -i setsid sleep 86400.NUMBER &); (env -i setsid sh -c 'sleep 86400.NUMBER & sleep 86400.NUMBER' &); echo x > DIR/here; wait; sleep 86400.NUMBER"}}`},
	"in the trial's session": {atLeast: 3, spec: `
workloads: {work: {shell: "(env -i sleep 86400.NUMBER &); echo x > DIR/here; sleep 86400.NUMBER"}}`},
	"stopped": {needs: "setsid", atLeast: 5, spec: `
workloads: {work: {shell: "(setsid sh -c 'echo x > DIR/here; kill -STOP $$' &); (setsid sh -c 'trap true TERM; kill -STOP $$; sleep 86400.NUMBER' &); sleep 86400.NUMBER"}}`},
	"a server": {needs: "python3", atLeast: 5, spec: `
fixtures: {server: {command: [sh, -c, "sleep 86400.NUMBER & trap '' TERM; python3 -m http.server {{port}} --bind 127.0.0.1; true"], wait: 60s}}
workloads: {work: {shell: "echo {{server.port}} > DIR/here; sleep 86400.NUMBER"}}`},
	"a preparation": {atLeast: 5, spec: `
workloads: {work: {shell: "true", prepare: "sleep 86400.NUMBER & echo x > DIR/here; wait"}}`},
}

// TestKilled kills runner with signal 9, which it cannot see coming: nothing may be left of what it started and made.
func TestKilled(t *testing.T) {
	for what, k := range killings {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			k.run(t)
		})
	}
}

func (k killing) run(t *testing.T) {
	if _, err := exec.LookPath(k.needs); k.needs != "" && err != nil {
		t.Skip(err)
	}
	v := k.start(t)
	if k.penned && !strings.Contains(v.cgroup(), "/runner-") {
		t.Skip("no cgroup can be made here, and nothing else holds what clears its environment and starts a session")
	}
	if alive := v.alive(); len(alive) < k.atLeast {
		t.Errorf("want %d processes at least: %v", k.atLeast, alive)
	}
	begin := time.Now()
	v.kill(t, v.process.Pid)
	v.wantNothing(t)
	t.Logf("gone after %v", time.Since(begin))
	if k.shared {
		v.wantNoMemory(t)
	}
}

// wantNoMemory: what the trial named in its files is not there any more. A process that is killed between making it and
// telling Python's resource tracker would leave it.
func (v *victim) wantNoMemory(t *testing.T) {
	t.Helper()
	for _, file := range []string{"here", "there"} {
		name, err := os.ReadFile(filepath.Join(v.dir, file))
		if err != nil || len(name) < 2 {
			t.Fatalf("%q, %v", name, err)
		}
		if _, err := os.Stat(filepath.Join("/dev/shm", string(name))); !os.IsNotExist(err) {
			t.Errorf("shared memory %s is left: %v", name, err)
		}
	}
}

// victim is a runner that is to be killed.
type victim struct {
	process *os.Process
	dir     string // of the spec
	temp    string // TMPDIR
	mark    string
	number  string
	said    bytes.Buffer  // complete once it has ended
	ended   chan struct{} // closed when it has, and nobody has its output open
}

// number makes a number of a path: nobody else sleeps that long.
func number(dir string) string {
	return "0" + strings.Join(strings.FieldsFunc(dir, func(r rune) bool { return r < '0' || r > '9' }), "")
}

// start starts runner and waits until its trial hangs.
func (k killing) start(t *testing.T, change ...func(*exec.Cmd)) *victim {
	t.Helper()
	v := &victim{dir: t.TempDir(), temp: t.TempDir(), ended: make(chan struct{})}
	v.mark = strconv.Itoa(os.Getpid()) + "-" + filepath.Base(filepath.Dir(v.dir))
	v.number = number(v.dir)
	spec := "version: 1\nname: killed\n" + strings.NewReplacer("DIR", v.dir, "NUMBER", v.number).Replace(k.spec) +
		"\nrepeats: {min: 1, warmup: 0}\ntimeout: 24h\nassert: [time() > 0]\n"
	for name, text := range map[string]string{"spec.yaml": spec, "work.py": pool, "stubborn.py": stubborn} {
		if err := os.WriteFile(filepath.Join(v.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &exec.Cmd{Path: program, Args: []string{"runner", "run", "spec.yaml"}, Dir: v.dir, Stdout: &v.said, Stderr: &v.said}
	c.Env = append(os.Environ(), "RUNNER_TEST_MARK="+v.mark, "TMPDIR="+v.temp)
	for _, do := range change {
		do(c)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	v.process = c.Process
	go func() {
		_ = c.Wait()
		close(v.ended)
	}()
	t.Cleanup(func() {
		_ = v.process.Kill()
		<-v.ended
	})
	there := executorstest.Eventually(func() bool {
		select {
		case <-v.ended:
			return true
		default:
		}
		return v.wrote("here") && (!k.shared || v.wrote("there")) && len(v.alive()) >= k.atLeast
	})
	select {
	case <-v.ended:
		t.Fatalf("runner has ended:\n%s", v.said.Bytes())
	default:
	}
	if !there {
		t.Fatalf("nothing hangs: %v", v.alive())
	}
	return v
}

func (v *victim) wrote(file string) bool {
	info, err := os.Stat(filepath.Join(v.dir, file))
	return err == nil && info.Size() > 0
}

func (v *victim) kill(t *testing.T, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	}
}

// alive are the processes of the run, the runner itself and its warden, with those that cleared their environment.
func (v *victim) alive() []string {
	alive := executorstest.Marked(v.mark)
	_, table, _ := host.Table()
	for _, p := range table {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.PID))
		known := fmt.Sprintf("%d (", p.PID)
		if bytes.Contains(line, []byte("86400."+v.number)) && !strings.Contains("\n"+strings.Join(alive, "\n"), "\n"+known) {
			alive = append(alive, fmt.Sprintf("%s%s)", known, line))
		}
	}
	return alive
}

// cgroup is that of a process that the run started.
func (v *victim) cgroup() string {
	_, table, _ := host.Table()
	for _, p := range host.Descendants(host.Process{PID: v.process.Pid}, table) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", p.PID))
		return string(text)
	}
	return ""
}

// wantNothing waits until no process of the run is left, its warden neither, and no file.
func (v *victim) wantNothing(t *testing.T) {
	t.Helper()
	left := func() (names []string) {
		entries, _ := os.ReadDir(v.temp)
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), "runner-turn-") { // which all runs share
				names = append(names, e.Name())
			}
		}
		return append(append(names, v.pens()...), v.alive()...)
	}
	if !executorstest.Eventually(func() bool { return len(left()) == 0 }) {
		t.Errorf("left after runner was killed: %q", left())
	}
}

// pens are the cgroups that the run made.
func (v *victim) pens() (found []string) {
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), fmt.Sprintf("runner-%d-", v.process.Pid)) {
			found = append(found, path)
		}
		return nil
	})
	return found
}
