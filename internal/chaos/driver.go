//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

// driver hands out rounds and adds up what they found.
type driver struct {
	options
	dir     string // temporary; removed in the end, but for rounds that found something
	private bool   // rounds may have mounts of their own

	next  atomic.Int64
	mu    sync.Mutex // over all below
	all   total
	known map[int]bool // processes of rounds
	first map[string]*once
}

// once makes the reference of an experiment, when the first round needs it.
type once struct {
	sync.Once
	err error
}

// chaos plays rounds until time is up, and tells whether an invariant was broken.
func chaos(o options) (broken bool, err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := host.Adopt(); err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", "runner-chaos-")
	if err != nil {
		return false, err
	}
	d := &driver{options: o, dir: dir, known: map[int]bool{}, first: map[string]*once{}, all: newTotal()}
	defer d.clear()
	if err := d.build(ctx); err != nil {
		return false, err
	}
	d.private = mayMount()
	if len(faults(d.private, d.only)) == 0 || !slices.ContainsFunc(experiments(), func(e experiment) bool { return chosen(e.name, d.with) }) {
		return false, errors.New("no fault or no experiment has a name that begins so")
	}
	if err := d.play(ctx); err != nil {
		return false, err
	}
	d.all.print(os.Stdout, d)
	if ctx.Err() != nil {
		return false, errors.New("interrupted")
	}
	return d.all.broken > 0, nil
}

// build makes the command that is put to the test.
func (d *driver) build(ctx context.Context) error {
	if d.runner != "" {
		path, err := filepath.Abs(d.runner)
		d.runner = path
		return err
	}
	d.runner = filepath.Join(d.dir, "runner")
	c := exec.CommandContext(ctx, "go", "build", "-o", d.runner, "./cmd/runner")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("build runner: %w\n%s", err, out)
	}
	return nil
}

// mayMount tells whether this user may have a mount namespace.
func mayMount() bool {
	c := exec.Command("true")
	c.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	return c.Run() == nil
}

func (d *driver) play(ctx context.Context) error {
	began := time.Now()
	d.all.began = began
	if d.round >= 0 {
		return d.one(ctx, d.round)
	}
	var workers sync.WaitGroup
	failed := make(chan error, d.workers)
	for range d.workers {
		workers.Go(func() {
			for ctx.Err() == nil && !d.enough(began) {
				if err := d.one(ctx, int(d.next.Add(1)-1)); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	workers.Wait()
	close(failed)
	return <-failed
}

func (d *driver) enough(began time.Time) bool {
	if d.kills > 0 {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.all.kills >= d.kills
	}
	return time.Since(began) > d.lasts
}

// one plays a round in a process of its own.
func (d *driver) one(ctx context.Context, number int) error {
	t := task{Seed: d.seed, Round: number, Only: d.only, With: d.with, Runner: d.runner, Private: d.private,
		Dir: filepath.Join(d.dir, fmt.Sprintf("round-%d", number))}
	t.Reference = filepath.Join(d.dir, "reference-"+t.draw().experiment.name)
	if err := d.reference(ctx, t); err != nil {
		return unlessEnded(ctx, err)
	}
	found, err := d.process(ctx, t)
	if err != nil {
		return unlessEnded(ctx, fmt.Errorf("round %d: %w", number, err))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all.add(found)
	if d.verbose || len(found.Broken) > 0 {
		fmt.Println(found.line())
	}
	if len(found.Broken) == 0 {
		return os.RemoveAll(t.Dir)
	}
	fmt.Printf("  repeat it: go run ./internal/chaos -seed %d -round %d -v%s; kept in %s\n", d.seed, number, narrowed(t), t.Dir)
	return nil
}

// unlessEnded is nil where the error is due to somebody who wants no more.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// narrowed are the flags that chose among faults and experiments.
func narrowed(t task) (flags string) {
	for _, f := range [][2]string{{"only", t.Only}, {"with", t.With}} {
		if f[1] != "" {
			flags += fmt.Sprintf(" -%s %q", f[0], f[1])
		}
	}
	return flags
}

// reference has the round's experiment run once undisturbed.
func (d *driver) reference(ctx context.Context, t task) error {
	d.mu.Lock()
	first := d.first[t.Reference]
	if first == nil {
		first = &once{}
		d.first[t.Reference] = first
	}
	d.mu.Unlock()
	first.Do(func() {
		t.Dir, t.Undisturbed = t.Reference, true
		var found report
		found, first.err = d.process(ctx, t)
		if first.err == nil && len(found.Broken) > 0 {
			first.err = fmt.Errorf("%s without any fault: %v", t.draw().experiment.name, found.Broken)
		}
	})
	return first.err
}

// clear removes everything but the rounds that found something.
func (d *driver) clear() {
	entries, _ := os.ReadDir(d.dir)
	for _, e := range entries {
		if !d.all.kept[filepath.Join(d.dir, e.Name())] {
			_ = os.RemoveAll(filepath.Join(d.dir, e.Name()))
		}
	}
	if err := os.Remove(d.dir); err != nil && !errors.Is(err, syscall.ENOTEMPTY) {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
}
