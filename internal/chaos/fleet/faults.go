//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

// fault is one kind of harm.
type fault struct {
	name string
	root bool // it needs network namespaces
	play func(*scene) error
}

func faults() []fault {
	return []fault{
		{"agent killed", false, agentKilled},
		{"agent stopped past the lease", false, agentStopped},
		{"only broker killed", false, brokerKilled},
		{"only broker killed, its store wiped", false, brokerWiped},
		{"coordinator killed, resumed", false, coordinatorKilled},
		{"run stopped past the lease", false, runStopped},
		{"a task that kills its agents", false, poisoned},
		{"one of three brokers killed", false, oneOfThree},
		{"all of three brokers killed", false, allOfThree},
		{"keys", false, refused},
		{"one of three hosts cut off for 10 s", true, cutOff},
		{"placement, one of two hosts cut off", true, placed},
	}
}

// missing says what a fault needs that is not here.
func (f fault) missing(o options) string {
	if _, err := exec.LookPath("python3"); err != nil {
		return "python3 is not on PATH"
	}
	if !f.root {
		return ""
	}
	if o.plain {
		return "-plain"
	}
	return noNamespaces()
}

// find is the process among the descendants of p with these arguments.
func find(p *process, with ...string) (host.Process, bool) {
	_, table, err := host.Table()
	if err != nil {
		return host.Process{}, false
	}
	for _, d := range host.Descendants(host.Process{PID: p.PID}, table) {
		args := arguments(d.PID)
		if d.State != 'Z' && !slices.ContainsFunc(with, func(word string) bool { return !slices.Contains(args, word) }) {
			return d, true
		}
	}
	return host.Process{}, false
}

func arguments(pid int) []string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return strings.Split(string(text), "\x00")
}

// strike finds a process of the run and sends it a signal, in the middle of a trial.
func (s *scene) strike(p *process, sig syscall.Signal, with ...string) error {
	victim, found := find(p, with...)
	if !found {
		return fmt.Errorf("there is no process %v to strike", with)
	}
	if err := syscall.Kill(victim.PID, sig); err != nil {
		return err
	}
	s.struck++
	return nil
}

// simple plays a fault that strikes in the first trial, and leaves the run alone then.
func simple(pool pool, strike func(*scene, *process) error) func(*scene) error {
	return func(s *scene) error {
		p, err := s.run(pool.spec(s), "--agents", "2")
		if err != nil {
			return err
		}
		if err := s.reaches(10, p); err != nil {
			return err
		}
		if err := strike(s, p); err != nil {
			return err
		}
		s.exits(p, 0, 3)
		s.counted(pool)
		return nil
	}
}

// agentKilled kills an agent in the first trial, and the one that was started in its place in the second. Nothing of them may
// be taken for what a trial has left.
func agentKilled(s *scene) error {
	pool := usual()
	pool.blocks = 3
	p, err := s.run(pool.spec(s), "--agents", "2")
	if err != nil {
		return err
	}
	for trial := range 2 {
		if err := s.reaches(trial*pool.tasks+pool.tasks/2, p); err != nil {
			return err
		}
		if err := s.strike(p, syscall.SIGKILL, "agent", "local-1"); err != nil {
			return err
		}
	}
	s.exits(p, 0, 3)
	s.counted(pool)
	s.reported("disturbed", "local-1")
	return nil
}

// runStopped stops the run, and nothing else, for longer than the lease of its tasks: answers wait for it.
func runStopped(s *scene) error {
	return simple(usual(), func(s *scene, p *process) error {
		p.send(syscall.SIGSTOP)
		s.struck++
		p.EndsWithin(5 * time.Second) // the lease is 2 s
		p.send(syscall.SIGCONT)
		return nil
	})(s)
}

// agentStopped stops an agent with all that it has started, for longer than the lease.
func agentStopped(s *scene) error {
	pool := long() // it comes back in the same trial
	p, err := s.run(pool.spec(s), "--agents", "2")
	if err != nil {
		return err
	}
	if err := s.reaches(pool.tasks/10, p); err != nil {
		return err
	}
	agent, found := find(p, "agent", "local-1")
	if !found {
		return fmt.Errorf("there is no agent local-1")
	}
	_, table, err := host.Table()
	if err != nil {
		return err
	}
	tree := append([]host.Process{agent}, host.Descendants(agent, table)...)
	for _, p := range tree {
		_ = syscall.Kill(p.PID, syscall.SIGSTOP)
	}
	s.struck++
	p.EndsWithin(4 * time.Second) // the lease is 2 s
	for _, p := range tree {
		_ = syscall.Kill(p.PID, syscall.SIGCONT)
	}
	s.exits(p, 0, 3)
	s.counted(pool)
	s.reported("disturbed", "local-1")
	return nil
}

func brokerKilled(s *scene) error {
	err := simple(long(), func(s *scene, p *process) error { return s.strike(p, syscall.SIGKILL, "broker", "--spawned") })(s)
	s.reported("disturbed")
	return err
}

// brokerWiped removes the broker's store just before it is killed, so that nothing is there when it comes back.
func brokerWiped(s *scene) error {
	err := simple(long(), func(s *scene, p *process) error {
		stores, err := filepath.Glob(filepath.Join(s.tmp(), "runner-fleet-*", "store"))
		if err != nil || len(stores) != 1 {
			return fmt.Errorf("stores: %v, %v", stores, err)
		}
		victim, found := find(p, "broker", "--spawned")
		if !found {
			return fmt.Errorf("there is no broker")
		}
		_ = syscall.Kill(victim.PID, syscall.SIGSTOP) // it is not to write any more
		entries, err := os.ReadDir(stores[0])
		for _, e := range entries {
			err = os.RemoveAll(filepath.Join(stores[0], e.Name()))
		}
		if err != nil {
			return err
		}
		return s.strike(p, syscall.SIGKILL, "broker", "--spawned")
	})(s)
	s.reported("disturbed", "made again")
	return err
}

// coordinatorKilled kills the run in its second trial, looks that nothing is left, and resumes it.
func coordinatorKilled(s *scene) error {
	pool := long()
	p, err := s.run(pool.spec(s), "--agents", "2")
	if err != nil {
		return err
	}
	if err := s.reaches(pool.tasks+10, p); err != nil {
		return err
	}
	p.send(syscall.SIGKILL)
	s.struck++
	<-p.Ended
	s.left()
	q, err := s.start("resume", nil, "--db", s.db(), "resume", "last", "--no-turns", "--no-confirm", "-v", "--agents", "2")
	if err != nil {
		return err
	}
	s.exits(q, 0, 3)
	s.counted(pool)
	return nil
}

// poisoned is a task that kills each agent that it is given to. The trial says so; the run ends.
func poisoned(s *scene) error {
	pool := usual()
	pool.tasks, pool.hosts, pool.blocks, pool.verb, pool.extra = 20, 3, 1, "poison", ", bad: 7"
	spec := strings.Replace(pool.spec(s), "max_attempts: 5", "max_attempts: 2", 1)
	p, err := s.run(spec, "--agents", "3")
	if err != nil {
		return err
	}
	s.exits(p, 4)
	all, _, err := s.kept()
	if err != nil {
		return err
	}
	s.struck = s.marks()
	for _, t := range all {
		s.trials++
		s.notes = append(s.notes, fmt.Sprintf("%s: %s", t.Status, t.Reason))
		if t.Status != "crash" || !strings.Contains(t.Reason, "given out 2 times and never answered") {
			s.fails("%s: %s", t.Status, t.Reason)
		}
	}
	if marks := s.marks(); len(all) != 1 || marks < 1 || marks > 2 { // what is given out may not come to be begun
		s.fails("%d trials, and the task was begun %d times", len(all), marks)
	}
	return nil
}
