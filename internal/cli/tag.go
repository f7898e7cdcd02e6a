package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"bench/runner/internal/git"
	"bench/runner/reports"
	"bench/runner/results/sqlite"
)

func (a *app) tagCommand() *cobra.Command {
	var remove bool
	c := &cobra.Command{
		Use:   "tag RUN NAME",
		Short: "Give a stored run a name that others can be compared with",
		Long: `Tag gives a run a name: "v1.0" is then a RUN wherever one is asked for, and a reference: change(since="v1.0"). A name stands for one
run of each experiment at most; given to another run of the experiment, it moves. Where runs of several experiments have it, EXPERIMENT@NAME
says which.`,
		Example: "  runner tag last v1.0\n  runner run --against v1.0 experiments/quickstart.yaml\n  runner list tags\n  runner tag --delete quickstart@v1.0",
		Args: func(c *cobra.Command, args []string) error {
			if remove && len(args) == 1 || !remove && len(args) == 2 {
				return nil
			}
			return fmt.Errorf("%s takes RUN and NAME, or --delete and NAME\n  hint: such as %s last v1.0", c.CommandPath(), c.CommandPath())
		},
		RunE: func(_ *cobra.Command, args []string) error {
			db, err := a.writing(a.database(""))
			if err != nil {
				return err
			}
			defer db.Close()
			if remove {
				experiment, name := "", args[0]
				if at := strings.LastIndexByte(name, '@'); at >= 0 {
					experiment, name = name[:at], name[at+1:]
				}
				return db.Untag(a.ctx, name, experiment)
			}
			id, err := db.Resolve(a.ctx, args[0])
			if err != nil {
				return err
			}
			return a.tag(db, id, args[1])
		},
		ValidArgsFunction: a.completeRuns,
	}
	c.Flags().BoolVar(&remove, "delete", false, "take the name away; the run stays")
	return c
}

// tag names a run, and says what else had the name.
func (a *app) tag(db *sqlite.DB, id, name string) error {
	run, err := db.Run(a.ctx, id)
	if err != nil {
		return err
	}
	before, had, err := db.Tagged(a.ctx, name, run.Experiment)
	if err != nil {
		return err
	}
	if err := db.Tag(a.ctx, id, name); err != nil || a.quiet {
		return err
	}
	moved := ""
	if had && before != id {
		moved = ", no longer " + before
	}
	fmt.Fprintf(a.stderr, "%s is run %s of %s%s\n", reports.Visible(name), id, reports.Visible(run.Experiment), moved)
	if commits, known := git.Find(a.ctx, ".", name, ""); known && commits.Branch {
		fmt.Fprintf(a.stderr, "runner: there is a branch %s too, which --against means: name it otherwise\n", reports.Visible(name))
	}
	return nil
}

func (a *app) listTags(w io.Writer) error {
	db, err := a.reading(a.database(""))
	if err != nil {
		return err
	}
	defer db.Close()
	tags, err := db.Tags(a.ctx)
	if err != nil {
		return err
	}
	if len(tags) == 0 {
		return errors.New("no run has a tag\n  hint: runner tag RUN NAME gives it one")
	}
	fmt.Fprintln(w, "TAG\tEXPERIMENT\tRUN")
	for _, t := range tags {
		fmt.Fprintf(w, "%s\t%s\t%s\n", oneLine(t.Name), oneLine(t.Experiment), t.Run)
	}
	return nil
}
