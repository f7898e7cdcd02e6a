//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"bench/runner/internal/host"
)

// resultFile is where a round's process leaves what it found.
const resultFile = "found.json"

// round is one round in its process.
type round struct {
	task
	draw
	reference reference
	mark      string
	found     report
	began     time.Time
	started   int // runners, for the names of their files
	pids      []int
	others    []*runner        // that run beside the first
	acks      map[string][]ack // by run
	tainted   bool             // trials may have gone wrong by what was done
	calm      bool             // nothing was done to the last runner
	mu        sync.Mutex
	living    map[int]bool // runners
}

// playTask is the main of a round's process.
func playTask(text string) int {
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		return 2
	}
	os.Unsetenv(roundVariable)
	if t.draw().fault.plain && !t.Undisturbed && os.Geteuid() == 0 && os.Getenv(plainVariable) == "" {
		fmt.Fprintln(os.Stderr, "chaos:", keptOut(text))
		return 2
	}
	r := &round{task: t, draw: t.draw(), mark: t.mark(), acks: map[string][]ack{}, living: map[int]bool{}, began: time.Now()}
	r.found = newReport(r)
	go r.wait()
	err := r.prepare()
	if err == nil && t.Undisturbed {
		err = r.undisturbed()
	} else if err == nil {
		err = r.play()
	}
	r.stop()
	if err == nil {
		err = r.leave()
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "chaos: round %d (%s, %s): %v\n", t.Round, r.experiment.name, r.fault.name, err)
		return 2
	}
	return 0
}

// wait ends the round when the driver wants no more of it.
func (r *round) wait() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGTERM)
	<-ch
	r.stop()
	os.Exit(1)
}

// stop ends all that is left of the round. What is mounted goes with this process.
func (r *round) stop() {
	r.mu.Lock()
	for pid := range r.living {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	clear(r.living)
	r.mu.Unlock()
	r.end()
}

// leave writes down what was found. Of a small disk that goes with this process the files are kept.
func (r *round) leave() error {
	if len(r.found.Broken) > 0 {
		_ = os.CopyFS(filepath.Join(r.Dir, "kept"), os.DirFS(filepath.Dir(r.db())))
	}
	r.found.Runners, r.found.Took = r.started, time.Since(r.began)
	data, err := json.Marshal(r.found)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.Dir, resultFile), data, 0o600)
}

func (r *round) prepare() error {
	if err := host.Adopt(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(r.db()), 0o700); err != nil {
		return err
	}
	r.makeTmp()
	if r.Private {
		if err := unix.Mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777,size=64m"); err != nil {
			return fmt.Errorf("mount /dev/shm: %w", err)
		}
	}
	return os.WriteFile(filepath.Join(r.Dir, "spec.yaml"), []byte(r.experiment.text(r.mark)), 0o600)
}

// emptyTmp does what the next runner would do in a minute.
func (r *round) emptyTmp() {
	left, _ := filepath.Glob(filepath.Join(r.tmp(), "runner-trial-*"))
	for _, dir := range left {
		_ = os.RemoveAll(dir)
	}
}

func (r *round) makeTmp() { _ = os.MkdirAll(r.tmp(), 0o700) }

// seed is of the order of trials, the same in all rounds of an experiment, so that all have the same plan.
const seed = 11

func (r *round) runArgs() []string {
	return []string{"run", "-v", "--db", r.db(), "--seed", strconv.Itoa(seed), "spec.yaml"}
}

func (r *round) resumeArgs(id string) []string { return []string{"resume", "-v", "--db", r.db(), id} }

// most is how many runners a round starts one after another before it is said that the run does not come to its end.
const most = 12

// play disturbs runners, and goes on undisturbed until all runs have come to their end; then it looks at everything.
func (r *round) play() (err error) {
	if r.reference, err = loadReference(r.Reference); err != nil {
		return err
	}
	if r.fault.before != nil {
		if err := r.fault.before(r); err != nil {
			return err
		}
	}
	for attempt := 0; ; attempt++ {
		args, done, err := r.next()
		if err != nil || done {
			return err
		}
		if attempt == most {
			r.broken(ends, "after %d runners there is still a run that has not ended", attempt)
			return nil
		}
		if err := r.attempt(attempt, args); err != nil {
			return err
		}
		if len(r.found.Broken) > 0 { // what follows could be due to that
			return nil
		}
	}
}

// next is what to call next: a new run where there is none, or the resumption of the first that has not ended. Where all
// have, they are looked at.
func (r *round) next() (args []string, done bool, err error) {
	runs, err := r.runs()
	if err != nil {
		r.broken(sound, "the runs cannot be read: %v", err)
		return nil, true, nil
	}
	for _, run := range runs {
		if !over(run) {
			return r.resumeArgs(run.ID), false, nil
		}
	}
	if len(runs) == 0 {
		return r.runArgs(), false, nil
	}
	for _, run := range runs {
		r.settled(run.ID)
	}
	if r.calm {
		r.swept()
	}
	return nil, true, nil
}
