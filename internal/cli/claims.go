package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"runner/gates"
	"runner/internal/host"
	"runner/reports"
	"runner/results"
	"runner/results/sqlite"
)

func (a *app) claimsCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "claims [FILE…|DIR…]",
		Short: "One table of all claims: published, measured here, verdict",
		Long: `Claims reads the newest stored run of each experiment, judges it again and writes a Markdown page: each claim, what its
source published (the key "published" of an assertion), what was measured here with its interval, and the verdict. Nothing is
run.`,
		Example: "  runner run experiments/articles\n  runner claims experiments/articles -o docs/claims.md",
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := a.newest(args)
			if err != nil {
				return err
			}
			if file == "" {
				return reports.Claims(a.stdout, all)
			}
			return writeFile(file, func(w io.Writer) error { return reports.Claims(w, all) })
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "", "write to `FILE` instead of stdout")
	return c
}

// newest tells the newest run of each experiment again, with intervals. An experiment without a run is passed over, and
// said.
func (a *app) newest(args []string) ([]*reports.Report, error) {
	files, err := specFiles(args)
	if err != nil {
		return nil, err
	}
	db, err := sqlite.OpenReadOnly(a.ctx, a.database(files[0]))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var all []*reports.Report
	for _, file := range files {
		x, problems := load(file, results.Options{Cores: host.Cores()}, 0, nil)
		if len(problems) > 0 {
			fmt.Fprintf(a.stderr, "%s: passed over: %s\n", problems[0].Pos, problems[0].Message)
			continue
		}
		id, err := db.Resolve(a.ctx, x.spec.Name+"@last")
		if err != nil {
			fmt.Fprintf(a.stderr, "%s: passed over: there is no run of it: runner run %s\n", reports.Visible(file), reports.Visible(file))
			continue
		}
		r, err := a.withIntervals(db, id)
		if err != nil {
			return nil, err
		}
		if changed(r.Run, x) {
			fmt.Fprintf(a.stderr, "%s: has changed since run %s\n", reports.Visible(file), id)
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no run of these experiments is stored\n  hint: runner run %s", strings.Join(args, " "))
	}
	return all, nil
}

func changed(run results.Run, x experiment) bool {
	for _, was := range run.Sources {
		for _, is := range x.spec.Sources {
			if was.Path == is.Path && was.Text != is.Text {
				return true
			}
		}
	}
	return false
}

func (a *app) withIntervals(db *sqlite.DB, id string) (*reports.Report, error) {
	r, x, data, err := a.reread(a.ctx, db, id, nil)
	if err != nil {
		return nil, err
	}
	gates.Intervals(x.checks, data, r.Verdicts)
	return r, nil
}
