//go:build linux

// Fleet runs pools and blocks over several agents with the built command, and does harm to them, to the broker between them
// and to the run itself. Then it looks whether each task counted once, and whether anything is left behind. See "Faults" in
// docs/cluster.md, which has its table.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"bench/runner/internal/host"
)

// options are what the command line says.
type options struct {
	reps   int
	only   string // faults whose names begin with one of these, separated by commas
	runner string // a built one; "": build it
	plain  bool   // none that needs root
	keep   bool
	lines  bool // no table
}

func main() {
	var o options
	flag.IntVar(&o.reps, "reps", 1, "each fault so many `TIMES`")
	flag.StringVar(&o.only, "only", "", "only faults whose names begin with one of these `TEXTS`, separated by commas")
	flag.StringVar(&o.runner, "runner", "", "this `PROGRAM` instead of one that is built now")
	flag.BoolVar(&o.plain, "plain", false, "no network namespaces, even as root")
	flag.BoolVar(&o.keep, "keep", false, "keep the directories of all repetitions, not only of those that broke something")
	flag.BoolVar(&o.lines, "lines", false, "a line for each repetition, and no table")
	flag.Parse()
	broken, err := run(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(2)
	}
	if broken {
		os.Exit(1)
	}
}

func run(o options) (broken bool, err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := host.Adopt(); err != nil { // what a runner leaves becomes a child of this process
		return false, err
	}
	dir, err := os.MkdirTemp("", "fleet-") // short: it holds sockets
	if err != nil {
		return false, err
	}
	defer func() {
		if !broken && !o.keep {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if o.runner == "" {
		o.runner = filepath.Join(dir, "runner")
		build := exec.Command("go", "build", "-o", o.runner, "./cmd/runner")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return false, fmt.Errorf("build the command: %w\n%s", err, out)
		}
	}
	if o.runner, err = filepath.Abs(o.runner); err != nil {
		return false, err
	}
	t := newTable()
	for _, f := range faults() {
		if !o.chosen(f.name) {
			continue
		}
		if why := f.missing(o); why != "" {
			t.skip(f, why)
			continue
		}
		for rep := range o.reps {
			s := &scene{fault: f, runner: o.runner, dir: filepath.Join(dir, fmt.Sprintf("%s-%d", word(f.name), rep))}
			s.play(ctx)
			if t.add(s); len(s.broken) > 0 {
				broken = true
			} else if !o.keep {
				_ = os.RemoveAll(s.dir)
			}
			if ctx.Err() != nil {
				return broken, context.Cause(ctx)
			}
		}
	}
	if !o.lines {
		t.print(os.Stdout)
	}
	if broken {
		fmt.Printf("\nwhat broke something is kept in %s\n", dir)
	}
	return broken, nil
}

func (o options) chosen(name string) bool {
	return slices.ContainsFunc(strings.Split(o.only, ","), func(begin string) bool { return strings.HasPrefix(name, begin) })
}

// word is a fault's name as the name of a directory.
func word(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name))[:min(len(name), 30)]
}
