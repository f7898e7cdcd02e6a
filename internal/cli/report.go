package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"bench/runner/reports"
	"bench/runner/results/sqlite"
)

func (a *app) reportCommand() *cobra.Command {
	var (
		name, file string
		open       bool
	)
	c := &cobra.Command{
		Use:   "report RUN",
		Short: "Tell a stored run again",
		Long: `Report reads a run from the database, judges it and prints what the run printed. Nothing is run.
RUN is an id, a unique prefix of one, last, last~1, or EXPERIMENT@last. The exit code is 0 whatever the verdict:
use "runner gate" to decide something.

With --open it shows the HTML report in the browser. Without -o the file is kept beside the database, in .runner/reports.`,
		Example: "  runner report last\n  runner report last --open\n  runner report last~1 --format json -o report.json",
		Args:    oneRun,
		RunE: func(c *cobra.Command, args []string) error {
			if open && !c.Flags().Changed("format") {
				name = "html"
			}
			if _, err := format(name); err != nil {
				return err
			}
			if open && (file == stdout || isFolder(file)) {
				return errors.New("--open shows a file\n  hint: leave -o out, or name one: -o report.html")
			}
			if file != "" && file != stdout && !isFolder(file) {
				if err := writable(file); err != nil {
					return err
				}
			}
			db, id, err := a.stored(args[0])
			if err != nil {
				return err
			}
			defer db.Close()
			r, _, err := a.retell(a.ctx, db, id, nil)
			if err != nil {
				return err
			}
			if open {
				return a.openReport(name, file, db.Path(), r)
			}
			if file != "" {
				return a.renderFile(name, file, r)
			}
			return a.render(name, a.stdout, r)
		},
		ValidArgsFunction: a.completeRuns,
	}
	c.Flags().StringVarP(&name, "format", "f", "text", "the `FORMAT`; `runner list formats` names them")
	c.Flags().StringVarP(&file, "output", "o", "", "write to `FILE`, or into FOLDER/ under the experiment's name, instead of stdout")
	c.Flags().BoolVar(&open, "open", false, "show the report in the browser, as HTML unless --format says otherwise")
	_ = c.RegisterFlagCompletionFunc("format", completeFormats) // fails only for a flag that is not there
	return c
}

// stored opens the database for reading and finds a run in it.
func (a *app) stored(ref string) (*sqlite.DB, string, error) {
	db, err := a.reading(a.database(""))
	if err != nil {
		return nil, "", err
	}
	id, err := db.Resolve(a.ctx, ref)
	if err != nil {
		db.Close()
		return nil, "", err
	}
	return db, id, nil
}

// reading opens a database for reading. One of an older runner is brought up to date first, if that may be.
func (a *app) reading(path string) (*sqlite.DB, error) {
	db, err := sqlite.OpenReadOnly(a.ctx, path)
	older := errors.Is(err, sqlite.ErrOlder)
	if !older && !errors.Is(err, sqlite.ErrCutShort) {
		return db, err
	}
	newer, failed := sqlite.Open(a.ctx, path)
	if failed != nil {
		return nil, fmt.Errorf("%w\n  that failed now: %w", err, failed)
	}
	if err := newer.Close(); err != nil {
		return nil, err
	}
	if older {
		fmt.Fprintf(a.stderr, "runner: %s was brought up to date; a copy of the old file lies beside it\n", reports.Visible(path))
	}
	return sqlite.OpenReadOnly(a.ctx, path)
}

// writing opens a database that is there for writing; it does not make one.
func (a *app) writing(path string) (*sqlite.DB, error) {
	db, err := a.reading(path)
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return sqlite.Open(a.ctx, path)
}

// oneRun wants a reference to a run.
func oneRun(c *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return fmt.Errorf("%s takes one RUN, not %d\n  hint: such as last, last~1, an id or EXPERIMENT@last; `runner list runs` shows them", c.CommandPath(), len(args))
}

// completeFormats offers the report formats to the shell.
func completeFormats(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, f := range reports.All() {
		names = append(names, f.Name+"\t"+f.Doc)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeRuns offers the newest runs to the shell.
func (a *app) completeRuns(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ids := []string{"last"}
	if db, err := sqlite.OpenReadOnly(a.ctx, a.database("")); err == nil {
		defer db.Close()
		tags, _ := db.Tags(a.ctx)
		for _, t := range tags {
			ids = append(ids, t.Name+"\t"+oneLine(t.Experiment))
		}
		runs, _ := db.Runs(a.ctx, sqlite.Filter{Limit: 20})
		for _, r := range runs {
			ids = append(ids, r.ID+"\t"+oneLine(r.Experiment))
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
