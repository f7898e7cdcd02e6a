package main

import (
	"context"
	"fmt"
	"time"

	"bench/runner/results/sqlite"
)

// fill stores the last run of one file in another, an hour later each time, until that has so many trials. The specs that
// ask something of a large database prepare theirs with it.
func fill(ctx context.Context, from, to string, trials int) error {
	source, err := sqlite.OpenReadOnly(ctx, from)
	if err != nil {
		return err
	}
	defer source.Close()
	id, err := source.Resolve(ctx, "last")
	if err != nil {
		return err
	}
	run, err := source.Run(ctx, id)
	if err != nil {
		return err
	}
	cells, err := source.Cells(ctx, id)
	if err != nil {
		return err
	}
	all, err := source.Trials(ctx, id, sqlite.Everything)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("%s: run %s has no trials to copy", from, id)
	}
	verdicts, err := source.Verdicts(ctx, id)
	if err != nil {
		return err
	}
	target, err := sqlite.Open(ctx, to)
	if err != nil {
		return err
	}
	defer target.Close()
	for copies := 0; copies*len(all) < trials; copies++ {
		run.ID = fmt.Sprintf("%s-%04d", id, copies)
		run.Started, run.Finished = run.Started.Add(time.Hour), run.Finished.Add(time.Hour)
		if err := target.CreateRun(ctx, run, cells); err != nil {
			return err
		}
		if err := target.Recorder(run.ID).RecordAll(ctx, all); err != nil {
			return err
		}
		if err := target.SaveVerdicts(ctx, run.ID, verdicts); err != nil {
			return err
		}
		if err := target.FinishRun(ctx, run.ID, run.Finished, run.Outcome, *run.After); err != nil {
			return err
		}
	}
	return nil
}
