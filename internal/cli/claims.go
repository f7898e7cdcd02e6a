package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"bench/runner/internal/diag"
	"bench/runner/internal/host"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

func (a *app) claimsCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "claims [FILE…|DIR…]",
		Short: "One table of all claims: published, measured here, verdict",
		Long: `Claims reads the newest whole run of each experiment, one that no profile, --only, --repeats, --budget or -D cut down, judges it again
and writes a Markdown page: each claim, what its source published (the key "published" of an assertion), what was measured here
with its interval, and the verdict. Nothing is run.`,
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
func (a *app) newest(args []string) ([]*reports.Told, error) {
	files, err := specFiles(args)
	if err != nil {
		return nil, err
	}
	db, err := a.reading(a.database(files[0]))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var all []*reports.Told
	for _, file := range files {
		x, problems := load(file, results.Options{Cores: host.Cores()}, 0, nil)
		if len(problems) > 0 {
			a.passOver(problems)
			continue
		}
		id, err := a.whole(db, x.spec.Name)
		if err != nil {
			return nil, err
		}
		if id == "" {
			fmt.Fprintf(a.stderr, "%s: passed over: there is no whole run of it: runner run %s\n", reports.Visible(file), reports.Visible(file))
			continue
		}
		r, _, _, err := a.reread(a.ctx, db, id, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, &reports.Told{Report: r, Changed: changed(r.Run, x)})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no whole run of these experiments is stored\n  hint: runner run %s", strings.Join(args, " "))
	}
	return all, nil
}

// whole finds the newest run of an experiment that came to its end and measured all that the spec asks for; "" if there
// is none.
func (a *app) whole(db *sqlite.DB, experiment string) (string, error) {
	runs, err := db.Runs(a.ctx, sqlite.Filter{Experiment: experiment})
	if err != nil {
		return "", err
	}
	for _, r := range runs {
		run, err := db.Run(a.ctx, r.ID)
		if err != nil {
			return "", err
		}
		o := run.Options
		if !run.Finished.IsZero() && run.Outcome != interrupted && o.Profile == "" && len(o.Only) == 0 && len(o.Define) == 0 && o.Repeats == 0 && o.Budget == 0 {
			return run.ID, nil
		}
	}
	return "", nil
}

// changed tells whether the spec or a file of its workloads is another than at the run.
func changed(run results.Run, x experiment) bool {
	if len(run.Sources) != len(x.spec.Sources) {
		return true
	}
	for i, was := range run.Sources {
		if was.Text != x.spec.Sources[i].Text {
			return true
		}
	}
	return false
}

// passOver says why a spec is left out.
func (a *app) passOver(problems diag.List) {
	fmt.Fprintln(a.stderr, reports.Visible(fmt.Sprintf("%s: passed over: %s", problems[0].Pos, problems[0].Message)))
}
