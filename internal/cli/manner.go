package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"bench/runner/gates"
	"bench/runner/internal/engine"
	"bench/runner/internal/host"
	"bench/runner/reports"
	"bench/runner/results"
)

// manner is how a run goes about it, besides what it measures.
type manner struct {
	noConfirm    bool
	each         bool // trial gets a line
	inconclusive inconclusive
	hosts        hosting
}

func (m *manner) flags(c *cobra.Command) {
	c.Flags().BoolVar(&m.noConfirm, "no-confirm", false, "do not measure again what a failing check is about")
	c.Flags().BoolVarP(&m.each, "verbose", "v", false, "a line for each trial, as soon as it is kept")
	m.inconclusive.flag(c)
	m.hosts.flags(c.Flags())
}

func (m *manner) valid() error { return errors.Join(m.hosts.valid(), m.inconclusive.valid()) }

// watched follows the run, so that it goes on as long as a check needs blocks.
func watched(x experiment, run results.Run, how manner) *gates.Watch {
	watch := gates.NewWatch(x.checks, &x.plan, gateHost(run))
	watch.Confirm = !how.noConfirm
	return watch
}

// more asks the watch for the cells of the next block. Where none is needed, the machine's parallelism is measured again
// before that is final: a check may go by it, and is to be judged in the end by what it was judged by during the run.
func (a *app) more(watch *gates.Watch, capacity **float64) func() []int {
	return func() []int {
		*capacity = nil
		if cells := watch.Needed(); len(cells) > 0 {
			return cells
		}
		p := a.parallelism(host.Cores())
		if p == nil {
			return nil
		}
		watch.Recheck(*p)
		cells := watch.Needed()
		if len(cells) == 0 {
			*capacity = p
		}
		return cells
	}
}

// judged is what a check may ask of a trial: a run keeps all of its own in memory, so that what was printed is left out.
func judged(t results.Trial) results.Trial {
	t.Stdout, t.Stderr = "", ""
	return t
}

// sayEnd says why a run ended where it did.
func (a *app) sayEnd(x experiment, id string, outcome engine.Outcome, reason string) {
	trials := plural(outcome.Trials, "trial")
	if outcome.Lost != nil {
		fmt.Fprintf(a.stderr, "%s\n", reports.Visible(strings.ReplaceAll(outcome.Lost.Error(), "\n", "; ")))
	}
	switch {
	case outcome.Interrupted:
		fmt.Fprintf(a.stderr, "Interrupted after %s; what was measured is kept. To go on: runner resume %s\n", trials, id)
	case outcome.OutOfBudget:
		fmt.Fprintf(a.stderr, "The time budget of %s was used up after %s.\n", x.spec.Repeats.Budget, trials)
	case reason != "" && !a.quiet:
		fmt.Fprintf(a.stderr, "%s%s.\n", strings.ToUpper(reason[:1]), reason[1:])
	}
}
