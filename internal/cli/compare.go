package cli

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"bench/runner/gates"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

func (a *app) compareCommand() *cobra.Command {
	var (
		failOn     string
		format     string
		asJSON     bool
		anyMachine bool
		lenient    inconclusive
	)
	c := &cobra.Command{
		Use:   "compare BEFORE AFTER",
		Short: "Compare two stored runs, cell by cell",
		Long: `Compare tells for each cell how much slower or faster it was in the later of two runs, with a 95 % interval; nothing is run.
Cells are the same where their workload and their levels are. What differs between the runs otherwise, the machine, the
runtimes, the code, is said. Times of two machines are not judged, unless --any-machine says so.

With --fail-on it gates: a cell fails where the condition holds on nearly all resamples of the two runs, passes where it
holds on hardly any, and is inconclusive in between. The interval holds what varies within the two runs, not what varies
between two times of day: to compare two builds, run them in the same blocks (runner run --against-build).

Exit codes: 0 nothing failed · 1 a cell failed · 2 trouble · 3 inconclusive · 4 a cell has no data; 0 without --fail-on.`,
		Example: `  runner compare last~1 last
  runner compare v1.0 last --fail-on 'change > 0.05'
  runner compare v1.0 last --fail-on 'change > 0.05' -f markdown > comment.md
  runner compare sort@v1.0 sort@last --json`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("%s takes two runs, the earlier one first, not %d\n  hint: such as runner compare last~1 last", c.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if asJSON {
				format = "json"
			}
			tell, known := comparisons[format]
			if !known {
				return fmt.Errorf("a comparison cannot be told as %q\n  hint: as text, markdown or json", format)
			}
			if err := lenient.valid(); err != nil {
				return err
			}
			var on *gates.Condition
			if c.Flags().Changed("fail-on") {
				var err error
				if on, err = a.condition(failOn); err != nil {
					return err
				}
			}
			cmp, err := a.compare(args[0], args[1], on, anyMachine)
			if err != nil {
				return err
			}
			cmp.Condition = failOn
			if a.quiet && format != "json" {
				tell = func(io.Writer, *reports.Comparison, reports.Style) error { return nil }
			}
			return a.tellComparison(cmp, lenient, tell)
		},
		ValidArgsFunction: a.completeTwoRuns,
	}
	c.Flags().StringVar(&failOn, "fail-on", "", "a cell fails where this `EXPR` holds, such as 'change > 0.05': 5 % slower")
	c.Flags().StringVarP(&format, "format", "f", "text", "text, `markdown` (for a pull request) or json")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document on stdout: --format json")
	c.Flags().BoolVar(&anyMachine, "any-machine", false, "judge times of two machines, too")
	lenient.flag(c)
	return c
}

// comparisons are the ways to tell one.
var comparisons = map[string]func(io.Writer, *reports.Comparison, reports.Style) error{
	"text":     reports.CompareText,
	"markdown": reports.CompareMarkdown,
	"json":     func(w io.Writer, c *reports.Comparison, _ reports.Style) error { return reports.CompareJSON(w, c) },
}

func (a *app) completeTwoRuns(c *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 1 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeRuns(c, nil, text)
}

func (a *app) condition(text string) (*gates.Condition, error) {
	const argument = "--fail-on"
	on, problems := gates.CompileCondition(typed(argument, text))
	if len(problems) > 0 {
		return nil, a.refuseTyped(problems, map[string]string{argument: text})
	}
	return on, nil
}

// compare reads two runs from the database and compares them.
func (a *app) compare(before, after string, on *gates.Condition, anyMachine bool) (*reports.Comparison, error) {
	db, id, err := a.stored(before)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	later, err := db.Resolve(a.ctx, after)
	if err != nil {
		return nil, err
	}
	if id == later {
		return nil, fmt.Errorf("both are run %s\n  hint: such as runner compare last~1 last", id)
	}
	was, wasData, err := a.recall(a.ctx, db, id)
	if err != nil {
		return nil, err
	}
	is, isData, err := a.recall(a.ctx, db, later)
	if err != nil {
		return nil, err
	}
	c := &reports.Comparison{Before: was, After: is, Differences: results.RunDifferences(was, is, wasData.Trials, isData.Trials)}
	if what := anotherMachine(&was, &is); what != "" && !anyMachine {
		c.Refused, on = "two machines ("+what+"): their times cannot be compared, only their speedups; --any-machine judges them nevertheless", nil
	}
	c.Changes = gates.Compare(wasData, isData, on)
	c.Word, c.Code = "COMPARED", 0
	if on != nil {
		c.Word, c.Code = gates.CompareWord(c.Changes)
	}
	return c, nil
}

// recall reads a run as it can be compared: without what its trials printed and gave.
func (a *app) recall(ctx context.Context, db *sqlite.DB, id string) (run results.Run, data gates.Data, err error) {
	if run, err = db.Run(ctx, id); err != nil {
		return run, data, err
	}
	x, err := stored(run)
	if err != nil {
		return run, data, err
	}
	trials, err := db.Trials(ctx, id, sqlite.Detail{})
	return run, gates.Data{Plan: &x.plan, Trials: trials, Host: gateHost(run)}, err
}

func (a *app) tellComparison(c *reports.Comparison, lenient inconclusive, tell func(io.Writer, *reports.Comparison, reports.Style) error) error {
	if !slices.ContainsFunc(c.Changes, func(one gates.Change) bool { return one.Common }) {
		return fmt.Errorf("runs %s and %s have no cell in common\n  hint: cells are the same where their workload and their levels are", c.Before.ID, c.After.ID)
	}
	code := c.Code
	if c.Refused != "" && c.Condition != "" {
		c.Word, c.Code, code = "TROUBLE", exitTrouble, exitTrouble
	}
	if err := tell(a.stdout, c, a.style(a.stdout)); err != nil {
		return err
	}
	if c.Condition == "" {
		return nil
	}
	fmt.Fprintf(a.stderr, "%s: %s\n", c.Word, c.Tally())
	if code == 3 {
		code = lenient.code()
	}
	return verdictCode(code)
}
