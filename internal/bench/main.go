// Bench measures what runner itself costs, beside its peers in the same run, and writes docs/benchmarks.md.
//
// Nearly all of it is measured by runner: in the specs of experiments/bench what runner does and what its peers do are
// cells, which take turns in blocks, and each target is an assertion whose verdict is a row of the table. The little that
// cannot be a cell, such as a loop that no runner watches, is measured here, in turn as well.
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
	"time"

	"bench/runner/executors"
)

// row is one line of the table.
type row struct {
	what   string
	ours   string
	peer   string // what it is compared with, and its figure
	ratio  string // with its interval; "" where there is no peer
	target string
	met    string // yes, **no**, inconclusive, why it was left out, or "" where there is nothing to meet
	why    string // it misses its target, as far as its spec tells
}

// bench is one invocation: where things were built, and how much to measure.
type bench struct {
	dir     string // temporary, removed at the end
	runner  string // built from this tree
	repeats int    // blocks of each spec; 0: as many as the spec says
	rounds  int    // of what is measured here
	verbose bool
}

func main() {
	executors.Serve() // the trials that are started here are this program again
	out := flag.String("o", "", "write the table to `FILE` as well")
	repeats := flag.Int("n", 0, "measure so many `BLOCKS` of each spec, and rounds of the rest, for a quick look (default what each asks for)")
	only := flag.String("only", "", "measure those parts alone whose name begins with `NAME`")
	verbose := flag.Bool("v", false, "show what runner tells while it measures")
	large := flag.String("fill", "", "measure nothing: fill the database `FILE` with a million trials, copies of the last run of the one that is named behind")
	flag.Parse()
	if *large != "" {
		if err := fill(context.Background(), flag.Arg(0), *large, 1_000_000); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*out, *repeats, *only, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// section is a part of the table.
type section struct {
	name    string
	measure func() ([]row, error)
}

func run(out string, repeats int, only string, verbose bool) error {
	if out != "" && only != "" {
		return errors.New("-only measures a part, and -o writes the whole page: give one of them")
	}
	dir, err := os.MkdirTemp("", "runner-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	told := make(chan os.Signal, 1)
	signal.Notify(told, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-told
		os.RemoveAll(dir)
		fmt.Fprintln(os.Stderr, "\nbench: interrupted, nothing is written")
		os.Exit(130)
	}()
	b := &bench{dir: dir, runner: filepath.Join(dir, "runner"), repeats: repeats, rounds: 20, verbose: verbose}
	if repeats > 0 {
		b.rounds = repeats
	}
	if err := b.build(); err != nil {
		return err
	}
	parts, err := b.parts()
	if err != nil {
		return err
	}
	var rows []row
	for _, s := range parts {
		if !strings.HasPrefix(s.name, only) {
			continue
		}
		began := time.Now()
		fmt.Fprintf(os.Stderr, "%s …", s.name)
		more, err := s.measure()
		if err != nil { // the others are not lost for it
			more = []row{{what: s.name, met: "**error**: " + strings.Join(strings.Fields(err.Error()), " ")}}
		}
		fmt.Fprintf(os.Stderr, " %.0f s\n", time.Since(began).Seconds())
		rows = append(rows, more...)
	}
	if len(rows) == 0 {
		return fmt.Errorf("no part's name begins with %q; there are %s", only, names(parts))
	}
	text := table(rows)
	fmt.Print(text)
	if out != "" {
		if err := os.WriteFile(out, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(rows, func(r row) bool { return strings.HasPrefix(r.met, "**error**") }) {
		return errors.New("not everything could be measured: see the rows that say error")
	}
	return nil
}

// parts are the specs, in the order of their names, and then what is measured here.
func (b *bench) parts() ([]section, error) {
	specs, err := filepath.Glob("experiments/bench/*.yaml")
	if err != nil {
		return nil, err
	}
	if len(specs) == 0 {
		return nil, fmt.Errorf("there are no experiments/bench/*.yaml here: start this at the root of the repository")
	}
	var all []section
	for _, spec := range specs {
		all = append(all, section{strings.TrimSuffix(filepath.Base(spec), ".yaml"), func() ([]row, error) {
			r, err := b.experiment(spec)
			if err != nil {
				return nil, err
			}
			var rows []row
			for _, v := range r.Verdicts {
				rows = append(rows, rowOf(v))
			}
			return rows, nil
		}})
	}
	return append(all, section{"timing", b.commands}, section{"watching", b.watching}, section{"overhead", b.overhead},
		section{"durable", b.durable}, section{"spans", b.spans}), nil
}

func names(parts []section) string {
	var all []string
	for _, s := range parts {
		all = append(all, s.name)
	}
	return strings.Join(all, ", ")
}

func (b *bench) build() error {
	c := exec.Command("go", "build", "-trimpath", "-o", b.runner, "./cmd/runner")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}
