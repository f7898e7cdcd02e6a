// Verdicts counts how often runner judges right on this machine: claims that are true or false by construction, many runs
// each, with and without a neighbour that keeps a core busy. The same runs are judged by the plain median too, as a tool
// without a statistical verdict would. It runs the specs in experiments/verdicts with a runner that it builds.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"bench/runner/internal/stats"
)

// situation is a claim, and what goes on beside it.
type situation struct {
	name, spec string
	cell       string  // whose speedup is claimed to be more than
	limit      float64 // this
	neighbour  string  // a command that runs meanwhile; "": none
	runs       int
	wrong      string // the outcome that must not come up
}

var situations = []situation{
	{"a quiet machine", "two-processes.yaml", "procs=2", 1.3, "", 20, "fail"},
	{"a neighbour on one core", "two-processes.yaml", "procs=2", 1.3, "while :; do :; done", 20, "fail"},
	{"a lock around all the work", "lock.yaml", "procs=2", 1.3, "", 20, "pass"},
	{"the same cell twice", "same-twice.yaml", "copy=2", 1.05, "", 50, "pass"},
}

func main() {
	only := flag.String("only", "", "the `SITUATION` alone")
	flag.Parse()
	if err := all(*only); err != nil {
		fmt.Fprintln(os.Stderr, "verdicts:", err)
		os.Exit(1)
	}
}

func all(only string) error {
	dir, err := os.MkdirTemp("", "runner-verdicts-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	runner := filepath.Join(dir, "runner")
	build := exec.Command("go", "build", "-trimpath", "-o", runner, "./cmd/runner")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	fmt.Println("| situation | claim | runs | pass | inconclusive | fail | plain median: pass | plain median: fail |\n|---|---|---|---|---|---|---|---|")
	var wrong []error
	for _, s := range situations {
		if only == "" || only == s.name {
			wrong = append(wrong, s.measure(runner, dir))
		}
	}
	return errors.Join(wrong...)
}

// measure runs the situation and prints its row. What came out wrong is an error.
func (s *situation) measure(runner, dir string) error {
	if s.neighbour != "" {
		stop, err := busy(s.neighbour)
		if err != nil {
			return err
		}
		defer stop()
	}
	outcomes, naive := map[string]int{}, map[bool]int{}
	for i := range s.runs {
		outcome, ratio, err := s.once(runner, filepath.Join(dir, fmt.Sprintf("%s-%d.db", s.cell, i)))
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		outcomes[outcome]++
		naive[ratio > s.limit]++
		fmt.Fprintf(os.Stderr, "%s, run %d of %d: %s, plain median %.2f\n", s.name, i+1, s.runs, outcome, ratio)
	}
	fmt.Printf("| %s | `speedup(%s) > %g` | %d | %d | %d | %d | %d | %d |\n", s.name, s.cell, s.limit, s.runs, outcomes["pass"], outcomes["inconclusive"], outcomes["fail"], naive[true], naive[false])
	if n := outcomes[s.wrong]; n > 0 {
		return fmt.Errorf("%s: %d of %d runs end with %s", s.name, n, s.runs, s.wrong)
	}
	return nil
}

// busy keeps core 1 busy until stop.
func busy(text string) (stop func(), _ error) {
	ctx, cancel := context.WithCancel(context.Background())
	c := exec.CommandContext(ctx, "taskset", "-c", "1", "sh", "-c", text)
	if err := c.Start(); err != nil {
		cancel()
		return nil, err
	}
	return func() { cancel(); _ = c.Wait() }, nil
}

// report is the part of runner's JSON that is needed here.
type report struct {
	Cells []struct {
		Key    string
		Trials []struct {
			Warmup, Control bool
			Status          string
			Total           *float64 `json:"total_s"`
		}
	}
	Verdicts []struct{ Outcome string }
}

// once gives the outcome of the first check, and the ratio of the plain medians of all trials of the first ten blocks.
func (s *situation) once(runner, db string) (outcome string, ratio float64, err error) {
	c := exec.Command(runner, "run", "-q", "--json", "--db", db, filepath.Join("experiments", "verdicts", s.spec))
	var complaint strings.Builder
	c.Stderr = &complaint
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", 0, err
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil || len(r.Verdicts) == 0 {
		return "", 0, fmt.Errorf("no report: %w: %s", err, complaint.String())
	}
	var base, cell []float64
	for _, c := range r.Cells {
		var times []float64
		for _, t := range c.Trials {
			if !t.Warmup && !t.Control && t.Status == "ok" && t.Total != nil && len(times) < 10 {
				times = append(times, *t.Total)
			}
		}
		if c.Key == s.cell {
			cell = times
		} else if base == nil {
			base = times
		}
	}
	return r.Verdicts[0].Outcome, stats.Median(base) / stats.Median(cell), nil
}
