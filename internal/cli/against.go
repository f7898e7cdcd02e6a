package cli

import (
	"context"

	"bench/runner/gates"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

// against tells of each run that a run is compared with, once, what is not the same; and of the one that --against named,
// each cell.
func (a *app) against(ctx context.Context, db *sqlite.DB, run results.Run, data gates.Data) (all []reports.Against, err error) {
	told := map[string]bool{}
	for _, ref := range run.References {
		before := data.References[ref.Since]
		if told[ref.Run] || before == nil { // its checks say that it is gone
			continue
		}
		told[ref.Run] = true
		was, err := db.Run(ctx, ref.Run)
		if err != nil {
			return nil, err
		}
		one := reports.Against{Reference: ref, Started: was.Started, Differences: results.RunDifferences(was, run, before.Trials, data.Trials)}
		if run.Options.Against != "" {
			one.Changes = gates.Compare(before.Data, data, nil)
		}
		all = append(all, one)
	}
	return all, nil
}
