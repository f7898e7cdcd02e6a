package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"bench/runner/reports"
)

func (a *app) checkCommand() *cobra.Command {
	var pick selection
	c := &cobra.Command{
		Use:   "check [FILE…|DIR…]",
		Short: "Find every problem of the specs; run nothing",
		Long: `Check reads, plans and compiles: unknown keys, levels that cannot be typed, excludes that match nothing, misspelt
functions and axes in assertions; with each of its profiles too. All problems are printed at once, each with its place, and
the exit code is 2.`,
		Example: "  runner check experiments\n  runner check -D repeats=5 experiments/pi.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			loaded, err := a.loadAll(args, &pick)
			if err != nil {
				return err
			}
			if err := a.checkProfiles(loaded, &pick); err != nil {
				return err
			}
			if a.quiet {
				return nil
			}
			for _, x := range loaded {
				fmt.Fprintf(a.stdout, "%s: %s, %s, %s\n", reports.Visible(x.spec.File), plural(len(x.plan.Cells), "cell"),
					plural(len(x.checks), "check"), trialsText(x))
			}
			return nil
		},
	}
	pick.flags(c.Flags())
	return c
}

// checkProfiles finds the problems that a spec has only with one of its profiles.
func (a *app) checkProfiles(loaded []experiment, pick *selection) error {
	if pick.profile != "" {
		return nil
	}
	failed := false
	for _, x := range loaded {
		for _, profile := range x.spec.Profiles {
			o := pick.options()
			o.Profile = profile
			if with, problems := load(x.spec.File, o, 1, nil); len(problems) > 0 {
				fmt.Fprintf(a.stderr, "with --profile %s:\n", profile)
				a.refuse(with, problems)
				failed = true
			}
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// trialsOf is how many trials a run of the experiment has, warm-up and control included: at least, and at most. What has
// to be measured again comes on top.
func trialsOf(x experiment) (least, most int) {
	if len(x.plan.Cells) == 0 {
		return 0, 0
	}
	r, block := x.spec.Repeats, len(x.plan.Block(0))
	return (r.Warmup + r.Min) * block, (r.Warmup + r.Max) * block
}

func trialsText(x experiment) string {
	least, most := trialsOf(x)
	if least == most {
		return plural(most, "trial")
	}
	return fromTo(least, most) + " trials"
}

// fromTo is "10" or "10 to 40".
func fromTo(least, most int) string {
	if least >= most {
		return fmt.Sprint(most)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
