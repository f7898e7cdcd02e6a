package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"bench/runner/internal/stats"
	"bench/runner/results/sqlite"
)

const (
	storedTrials  = 1_000_000
	storedChecks  = 20
	millionRounds = 9
)

// million fills a file with a million trials, in copies of one run of 100 cells and 30 blocks, and asks for the list of
// its runs and for the report of the last one.
func (b *bench) million() ([]row, error) {
	one, many := filepath.Join(b.dir, "one.db"), filepath.Join(b.dir, "million.db")
	if err := b.store(one, judgedSpec(storedChecks)); err != nil {
		return nil, err
	}
	runs, err := copies(context.Background(), one, many, storedTrials)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, c := range []struct {
		what   string
		args   []string
		target float64 // s
	}{
		{"`runner list runs`", []string{"list", "runs"}, 0.1},
		{fmt.Sprintf("`runner report last`: 100 cells, 30 blocks, %d checks", storedChecks), []string{"report", "last"}, 1},
		{"the same as JSON", []string{"report", "last", "--format", "json"}, 1},
	} {
		var took []float64
		for range millionRounds {
			t, err := clock(append(append([]string{b.runner}, c.args...), "--db", many)...)
			if err != nil {
				return nil, err
			}
			took = append(took, t)
		}
		rows = append(rows, row{fmt.Sprintf("a million trials in %d runs: %s", runs, c.what), milliseconds(took), "", "",
			fmt.Sprintf("< %.0f ms", 1000*c.target), yes(stats.Median(took) < c.target)})
	}
	return rows, nil
}

// copies stores the last run of one file in another, an hour later each time, until that has so many trials.
func copies(ctx context.Context, from, to string, trials int) (runs int, err error) {
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
	all, err := source.Trials(ctx, id, sqlite.Everything)
	if err != nil {
		return 0, err
	}
	verdicts, err := source.Verdicts(ctx, id)
	if err != nil {
		return 0, err
	}
	target, err := sqlite.Open(ctx, to)
	if err != nil {
		return 0, err
	}
	defer target.Close()
	for ; runs*len(all) < trials; runs++ {
		run.ID = fmt.Sprintf("%s-%04d", id, runs)
		run.Started, run.Finished = run.Started.Add(time.Hour), run.Finished.Add(time.Hour)
		if err := target.CreateRun(ctx, run, cells); err != nil {
			return 0, err
		}
		if err := target.Recorder(run.ID).RecordAll(ctx, all); err != nil {
			return 0, err
		}
		if err := target.SaveVerdicts(ctx, run.ID, verdicts); err != nil {
			return 0, err
		}
		if err := target.FinishRun(ctx, run.ID, run.Finished, run.Outcome, *run.After); err != nil {
			return 0, err
		}
	}
	return runs, nil
}
