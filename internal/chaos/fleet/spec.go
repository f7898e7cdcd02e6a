//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// workload marks each task that is begun, as a line of a file: so it can be told how often each was, and when to strike. One
// that poisons kills the agent that it is run by.
const workload = `import os, signal, time


def work(n, seconds, marks):
    with open(marks, "a") as f:
        f.write("%d\n" % n)
    time.sleep(seconds)
    return n


def poison(n, bad, seconds, marks):
    if n == bad:
        with open(marks, "a") as f:
            f.write("%d\n" % n)
        os.kill(agent(os.getpid()), signal.SIGKILL)
        time.sleep(60)  # an agent takes a while to die on a busy machine, and its task must not answer meanwhile
    time.sleep(seconds)
    return n


def agent(pid):
    while pid > 1:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            if b"agent" in f.read().split(b"\0"):
                return pid
        with open("/proc/%d/stat" % pid) as f:
            pid = int(f.read().rpartition(")")[2].split()[1])
    raise RuntimeError("no agent runs this")
`

// pool is a spec whose one cell hands numbers to workers on hosts, and whose sum is known.
type pool struct {
	fleet   string // what the fleet says besides lease and attempts
	lease   string
	hosts   int
	tasks   int
	seconds float64 // that a task takes
	blocks  int
	verb    string // of the workload: work, or poison
	extra   string // arguments of it
}

func (p pool) spec(s *scene) string {
	return fmt.Sprintf(`version: 1
name: faults
fleet:
  lab: {lease: %s, max_attempts: 5%s}
workloads:
  sum:
    python: work.py:%s
    args: {seconds: %g, marks: %q%s}
    tasks: {n: %s}
    combine: sum
    verify: result == %d
matrix:
  executor: [{cluster: {workers: %d, per_host: 1}}]
repeats: {min: %d, max: %d, warmup: 0}
timeout: 100s
`, p.lease, p.fleet, p.verb, p.seconds, s.marksFile(), p.extra, numbers(p.tasks), p.tasks*(p.tasks+1)/2, p.hosts, p.blocks, p.blocks)
}

// usual is the pool that most faults strike: some two seconds a trial.
func usual() pool {
	return pool{lease: "2s", hosts: 2, tasks: 40, seconds: 0.05, blocks: 2, verb: "work"}
}

// long is a pool whose trial goes on for a while after the strike, even if this process is not let run for a second.
func long() pool {
	p := usual()
	p.tasks = 100
	return p
}

// numbers are 1 to n as a list.
func numbers(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint(i + 1)
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func (s *scene) marksFile() string { return s.path("marks") }

// marks is how many tasks have begun, those of all trials together.
func (s *scene) marks() int {
	text, _ := os.ReadFile(s.marksFile())
	return bytes.Count(text, []byte("\n"))
}

// reaches waits until so many tasks have begun.
func (s *scene) reaches(n int, p *process) error {
	return s.until(fmt.Sprintf("%d tasks had begun", n), p, func() bool { return s.marks() >= n })
}
