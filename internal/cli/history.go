package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"bench/runner/gates"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

func (a *app) historyCommand() *cobra.Command {
	var (
		asJSON bool
		limit  int
	)
	c := &cobra.Command{
		Use:   "history [EXPERIMENT]",
		Short: "The trend of each check and cell over stored runs, and where it shifted",
		Long: `History tells what each check observed and how long each cell took in the runs of an experiment on one machine: those that
are like its newest run, with the same cells asked for, of all branches. It finds the runs from which on a number was another one for good
(docs/change-points.md), and tells how many of a check's alarms were none: fails that fresh blocks of the same run did not
confirm, or that the next run of the same commit turned green. Nothing is run, and the exit code is 0.

Without an argument it is the experiment of the newest run.`,
		Example: "  runner history\n  runner history primes --limit 50\n  runner history primes --json",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("%s takes one EXPERIMENT, not %d\n  hint: `runner list runs` shows their names", c.CommandPath(), len(args))
			}
			if limit < 1 {
				return errors.New("--limit must be at least 1")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			ref := "last"
			if len(args) == 1 {
				ref = args[0] + "@last"
			}
			db, id, err := a.stored(ref)
			if err != nil {
				return err
			}
			defer db.Close()
			past, err := a.history(db, id, limit)
			if err != nil {
				return err
			}
			if asJSON {
				return reports.HistoryJSON(a.stdout, past)
			}
			return reports.HistoryText(a.stdout, past, a.style(a.stdout))
		},
		ValidArgsFunction: a.completeExperiments,
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document on stdout")
	c.Flags().IntVar(&limit, "limit", 200, "look at the newest `N` runs")
	return c
}

// history reads the runs like the newest run of an experiment that ended by itself, that one last.
func (a *app) history(db *sqlite.DB, id string, limit int) (*reports.Past, error) {
	run, err := db.Run(a.ctx, id)
	if err != nil {
		return nil, err
	}
	ended, err := db.Ended(a.ctx, run.Experiment)
	if err != nil {
		return nil, err
	}
	if len(ended) == 0 {
		return nil, fmt.Errorf("no run of %s came to its end, so that there is no history\n  hint: runner resume %s", run.Experiment, id)
	}
	run = ended[0]
	runs, err := db.Past(a.ctx, run.ID, limit-1)
	if err != nil {
		return nil, err
	}
	e := run.Environment
	now := results.Judged{ID: run.ID, Started: run.Started, Commit: e.Commit, Dirty: e.Dirty}
	if now.Verdicts, err = db.Verdicts(a.ctx, run.ID); err != nil {
		return nil, err
	}
	runs = append(runs, now)
	ids := make([]string, len(runs))
	for i := range runs {
		ids[i] = runs[i].ID
	}
	cells, err := db.Medians(a.ctx, ids)
	if err != nil {
		return nil, err
	}
	return &reports.Past{Experiment: run.Experiment, Runs: len(runs), First: ids[0], Last: run.ID, Trends: gates.Trends(runs, cells)}, nil
}

// completeExperiments offers the names of stored runs to the shell.
func (a *app) completeExperiments(_ *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if db, err := sqlite.OpenReadOnly(a.ctx, a.database("")); err == nil {
		defer db.Close()
		runs, _ := db.Runs(a.ctx, sqlite.Filter{Limit: 1000})
		seen := map[string]bool{}
		for _, r := range runs {
			if name := oneLine(r.Experiment); !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
