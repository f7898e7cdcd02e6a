//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

// trials are those of the scene's only run, or of its last one.
func (s *scene) kept() (all []results.Trial, run results.Run, err error) {
	ctx := context.Background()
	db, err := sqlite.OpenReadOnly(ctx, s.db())
	if err != nil {
		return nil, run, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	runs, err := db.Runs(ctx, sqlite.Filter{})
	if err != nil {
		return nil, run, err
	}
	if len(runs) == 0 {
		return nil, run, errors.New("no run is in the database")
	}
	if run, err = db.Run(ctx, runs[0].ID); err != nil {
		return nil, run, err
	}
	all, err = db.Trials(ctx, runs[0].ID, sqlite.Everything)
	return all, run, err
}

// counted looks whether each task of each trial counted once, with the right result.
func (s *scene) counted(p pool) {
	all, _, err := s.kept()
	if err != nil {
		s.fails("the run cannot be read: %v", err)
		return
	}
	for i := range all {
		s.trial(&all[i], p.tasks)
	}
	if len(all) != p.blocks {
		s.fails("%d trials are kept, %d were asked for", len(all), p.blocks)
	}
	s.again = s.marks() - s.tasks
	if s.again < 0 {
		s.fails("%d tasks count, and %d were begun", s.tasks, s.marks())
	}
}

// trial looks at the tasks of one.
func (s *scene) trial(t *results.Trial, tasks int) {
	s.trials++
	s.tasks += tasks
	if t.Status != results.OK {
		s.fails("trial %d/%d: %s: %s", t.Block, t.Position, t.Status, t.Reason)
		return
	}
	spans := make([]int, tasks)
	for _, span := range t.Spans {
		if span.Task < 0 || span.Task >= tasks {
			s.fails("trial %d/%d: a span of task %d", t.Block, t.Position, span.Task)
			continue
		}
		spans[span.Task]++
	}
	lost, twice := 0, 0
	for _, n := range spans {
		if n == 0 {
			lost++
		}
		twice += max(n-1, 0)
	}
	if s.lost, s.twice = s.lost+lost, s.twice+twice; lost > 0 || twice > 0 {
		s.fails("trial %d/%d: %d tasks lost, %d counted twice", t.Block, t.Position, lost, twice)
	}
	if want := float64(tasks*(tasks+1)) / 2; number(t.Result) != want || len(t.Results) != tasks {
		s.fails("trial %d/%d: the sum of %d results is %v, not %v", t.Block, t.Position, len(t.Results), t.Result, want)
	}
	if what, is := results.Disturbance(t.Contaminated); is {
		s.disturbed++
		s.notes = append(s.notes, what)
	}
}

func number(v any) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case int64:
		return float64(n)
	case int:
		return float64(n)
	}
	return -1
}

// reported looks whether the report tells what happened. Where that had left a trial no host, as it may on a busy machine, it
// tells that the trial was begun again instead.
func (s *scene) reported(words ...string) {
	text, err := os.ReadFile(s.path("report.txt"))
	if err != nil {
		s.fails("no report: %v", err)
		return
	}
	plain := oneLine(string(text)) // long lines are broken
	for _, word := range words {
		if !strings.Contains(plain, word) && !strings.Contains(plain, "it was begun again") {
			s.fails("the report does not say %q", word)
		}
	}
}

// left looks for processes and directories that are left when all has ended; they are given a moment.
func (s *scene) left() {
	known := map[int]bool{}
	for _, p := range s.started {
		if !p.ended() {
			known[p.PID] = true
		}
	}
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		alive, err := s.strays(known)
		if err != nil {
			s.fails("%v", err)
			return
		}
		dirs := s.dirs()
		if len(alive)+len(dirs) == 0 {
			return
		}
		if time.Since(begin) < settled {
			continue
		}
		for _, p := range alive {
			args, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.PID))
			s.fails("a process is left: %s (%d): %.100q", p.Name, p.PID, strings.ReplaceAll(string(args), "\x00", " "))
			_ = syscall.Kill(p.PID, syscall.SIGKILL)
		}
		if len(dirs) > 0 {
			s.fails("left in TMPDIR: %s", strings.Join(dirs, ", "))
		}
		return
	}
}

// settled is how long what was killed may take to be cleared away.
const settled = 15 * time.Second

// strays are descendants of this process but for those that it knows, and reaps those that have ended.
func (s *scene) strays(known map[int]bool) (found []host.Process, err error) {
	self, table, err := host.Table()
	if err != nil {
		return nil, err
	}
	for _, p := range host.Descendants(self, table) {
		switch {
		case known[p.PID]:
		case p.State != 'Z':
			found = append(found, p)
		case p.Parent == self.PID:
			_, _ = syscall.Wait4(p.PID, nil, syscall.WNOHANG, nil)
		}
	}
	return found, nil
}

// dirs are what runners should have removed from TMPDIR.
func (s *scene) dirs() (found []string) {
	entries, _ := os.ReadDir(s.tmp())
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "runner-turn-") {
			found = append(found, filepath.Base(e.Name()))
		}
	}
	return found
}
