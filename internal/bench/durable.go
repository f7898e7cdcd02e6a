package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"bench/runner/results/sqlite"
)

// durable compares keeping a trial with what C sqlite takes for the same row: a transaction each, on the disk before the
// next one begins, in a new file of the same tables. C sqlite is called from Python, whose own part is some microseconds.
func (b *bench) durable() ([]row, error) {
	const what = "a durable trial"
	if _, err := exec.LookPath("python3"); err != nil {
		return []row{{what: what, peer: "C sqlite", target: "≤ 1.3", met: "left out: no python3 here"}}, nil
	}
	source := filepath.Join(b.dir, "judged.db")
	if out, err := exec.Command(b.runner, "run", "-q", "--db", source, "experiments/bench/workloads/judged.yaml").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("runner run: %w\n%s", err, out)
	}
	var ours, peers []float64
	for i := range b.rounds {
		target := filepath.Join(b.dir, fmt.Sprintf("kept-%d.db", i))
		x, err := keep(context.Background(), source, target)
		if err != nil {
			return nil, err
		}
		out, err := exec.Command("python3", "experiments/bench/peers/durable.py", target, filepath.Join(b.dir, fmt.Sprintf("python-%d.db", i))).Output()
		if err != nil {
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				err = fmt.Errorf("%w\n%s", err, exit.Stderr)
			}
			return nil, fmt.Errorf("python: %w", err)
		}
		y, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		if err != nil {
			return nil, fmt.Errorf("python: %w", err)
		}
		if err := os.Remove(target); err != nil {
			return nil, err
		}
		ours, peers = append(ours, x), append(peers, y)
	}
	e := ratio(ours, peers)
	return []row{{what: what, ours: milliseconds(ours), peer: "C sqlite, from Python, " + milliseconds(peers), ratio: e.String(), target: "≤ 1.3", met: e.atMost(1.3)}}, nil
}

// keep stores the trials of the last run of one file in another, each by itself, and gives the seconds for one.
func keep(ctx context.Context, from, to string) (float64, error) {
	source, err := sqlite.OpenReadOnly(ctx, from)
	if err != nil {
		return 0, err
	}
	defer source.Close()
	id, err := source.Resolve(ctx, "last")
	if err != nil {
		return 0, err
	}
	run, err := source.Run(ctx, id)
	if err != nil {
		return 0, err
	}
	cells, err := source.Cells(ctx, id)
	if err != nil {
		return 0, err
	}
	trials, err := source.Trials(ctx, id, sqlite.Everything)
	if err != nil {
		return 0, err
	}
	if len(trials) == 0 {
		return 0, fmt.Errorf("%s: run %s has no trials", from, id)
	}
	target, err := sqlite.Open(ctx, to)
	if err != nil {
		return 0, err
	}
	defer target.Close()
	if err := target.CreateRun(ctx, run, cells); err != nil {
		return 0, err
	}
	recorder := target.Recorder(id)
	began := time.Now()
	for _, t := range trials[:min(len(trials), 1000)] {
		if err := recorder.Record(ctx, t); err != nil {
			return 0, err
		}
	}
	return time.Since(began).Seconds() / float64(min(len(trials), 1000)), nil
}
