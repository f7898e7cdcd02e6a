//go:build linux

package main

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"bench/runner/results"
)

// cutOff cuts one of three hosts off in the middle of a trial, for 10 s, and looks that it counts again after that.
func cutOff(s *scene) error {
	w, err := s.network(3)
	if err != nil {
		return err
	}
	pool := usual()
	pool.hosts, pool.tasks, pool.seconds = 3, 150, 0.3 // a trial takes longer than the cut
	run, agents, err := s.over(w, pool.spec(s))
	if err != nil {
		return err
	}
	if err := s.reaches(pool.tasks/10, run); err != nil {
		return err
	}
	if err := w.hosts[1].cut(); err != nil {
		return err
	}
	s.struck++
	run.EndsWithin(10 * time.Second)
	if err := w.hosts[1].heal(); err != nil {
		return err
	}
	s.exits(run, 0, 3)
	s.goes(agents...)
	s.counted(pool)
	s.reported("disturbed", "the member on host2 was lost")
	return nil
}

const placement = `version: 1
name: placed
fleet: {lab: {lease: 2s}}
placement: {calibrate: true}
workloads:
  sum:
    python: work.py:work
    args: {seconds: 0.05, marks: %q}
    tasks: {n: %s}
    combine: sum
    verify: result == %d
matrix: {executor: [serial, {pool: 2}]}
baseline: {executor: serial}
repeats: {min: 8, max: 8, warmup: 0}
control: false
timeout: 100s
`

// placed gives blocks to two hosts, and cuts one of them off for good in the middle of one.
func placed(s *scene) error {
	const tasks, blocks = 10, 8
	w, err := s.network(2)
	if err != nil {
		return err
	}
	run, agents, err := s.over(w, fmt.Sprintf(placement, s.marksFile(), numbers(tasks), tasks*(tasks+1)/2))
	if err != nil {
		return err
	}
	if err := s.until("both hosts had kept trials", run, func() bool { return s.has("host1") && s.has("host2") }); err != nil {
		return err
	}
	if err := s.reaches(s.marks()+tasks/2, run); err != nil {
		return err
	}
	if err := w.hosts[1].cut(); err != nil {
		return err
	}
	s.struck++
	s.exits(run, 0, 3)
	s.goes(agents[0])
	s.whole(tasks, blocks)
	s.reported("reference at the beginning", "host2")
	for line := range strings.Lines(run.said()) {
		if strings.HasPrefix(line, "host host2: ") {
			s.notes = append(s.notes, strings.TrimSpace(line))
		}
	}
	if len(s.notes) == 0 {
		s.fails("the run does not say that host2 was lost")
	}
	agents[1].send(syscall.SIGTERM) // by itself it looks for its broker for two leases of its own, a minute
	s.goes(agents[1])
	return nil
}

// has tells whether a trial of the host is kept.
func (s *scene) has(host string) bool {
	all, _, err := s.kept()
	if err != nil {
		return false
	}
	for _, t := range all {
		if len(t.Hosts) == 1 && t.Hosts[0] == host {
			return true
		}
	}
	return false
}

// whole looks whether each block that counts ran on one host, and whether each cell has what was asked for.
func (s *scene) whole(tasks, blocks int) {
	all, run, err := s.kept()
	if err != nil {
		s.fails("the run cannot be read: %v", err)
		return
	}
	hosts, cells, places := map[int]string{}, map[string]int{}, map[string]bool{}
	for i, t := range all {
		s.trial(&all[i], tasks)
		if len(t.Hosts) != 1 {
			s.fails("trial %d/%d ran on %v", t.Block, t.Position, t.Hosts)
			continue
		}
		if on, known := hosts[t.Block]; known && on != t.Hosts[0] {
			s.fails("block %d ran on %s and on %s", t.Block, on, t.Hosts[0])
		}
		place := fmt.Sprint(t.Block, "/", t.Position)
		if places[place] {
			s.fails("trial %s is kept twice", place)
		}
		hosts[t.Block], places[place] = t.Hosts[0], true
		cells[t.Cell.Key()]++
	}
	// What the lost host owed is measured in a later block, the baseline once more beside it.
	if n := cells["pool=2"]; n != blocks {
		s.fails("pool=2 has %d trials, %d were asked for", n, blocks)
	}
	if n := cells["serial"]; n < blocks || n > blocks+1 {
		s.fails("serial has %d trials, %d were asked for", n, blocks)
	}
	for _, h := range run.Hosts {
		if begin := len(h.Calibrations) > 0 && h.Calibrations[0].When == results.Begin; !begin {
			s.fails("%s is not calibrated: %+v", h.Name, h.Calibrations)
		}
	}
	if len(run.Hosts) != 2 || len(cells) != 2 {
		s.fails("%d hosts, %d cells", len(run.Hosts), len(cells))
	}
	s.again = s.marks() - s.tasks
}
