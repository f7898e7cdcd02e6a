package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"runner/reports"
	"runner/results/sqlite"
)

func (a *app) importCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE…",
		Short: "Store runs that were exported elsewhere",
		Long: `Import reads files that "runner export" wrote, and stores their runs beside those that are there. A file is looked at as a whole
first: of one that is damaged, changed or not an export nothing is stored. A run that is there already is left as it is.

Nothing is run. But a run carries a spec, which is code, and "runner replay" runs it: import what you would run as a script.`,
		Example: "  runner import quickstart-20261121-212246-m9sa.run.gz\n  runner import --db all.db laptop.run.gz server.run.gz && runner --db all.db list runs",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s takes at least one FILE\n  hint: `runner export RUN` writes one", c.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			for _, file := range args { // before a database is made
				if f, err := os.Open(file); err != nil {
					return fmt.Errorf("%s: %w", file, reason(err))
				} else if err := f.Close(); err != nil {
					return err
				}
			}
			db, err := a.open("")
			if err != nil {
				return err
			}
			defer db.Close()
			for _, file := range args {
				if err := a.importFile(db, file); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (a *app) importFile(db *sqlite.DB, file string) error {
	got, err := db.Import(a.ctx, func() (io.ReadCloser, error) { return os.Open(file) })
	if err != nil {
		return fmt.Errorf("%s: %w%s", file, err, stillStored(got))
	}
	for _, note := range got.Notes {
		fmt.Fprintf(a.stderr, "runner: %s\n", reports.Visible(note))
	}
	if !a.quiet {
		told := []string{plural(len(got.Runs), "run") + " stored, " + plural(got.Trials, "trial")}
		if n := len(got.Known); n > 0 {
			told = append(told, fmt.Sprintf("%d already there", n))
		}
		fmt.Fprintf(a.stderr, "%s: %s\n", reports.Visible(file), strings.Join(told, "; "))
		for _, id := range got.Runs {
			fmt.Fprintln(a.stdout, id)
		}
	}
	return nil
}

func stillStored(got sqlite.Imported) string {
	if len(got.Runs) == 0 {
		return ""
	}
	return fmt.Sprintf("\n  %s of the file had been stored; to import it again goes on", plural(len(got.Runs), "run"))
}
