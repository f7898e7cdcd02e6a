package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"bench/runner/internal/host"
)

func (a *app) turnsFlag(c *cobra.Command) {
	c.Flags().BoolVar(&a.noTurns, "no-turns", false, "do not take turns with other runs of yours on this machine: measure at the same time")
}

// turn waits until no other run of the user measures on this machine. It tells once that it waits, or that it cannot.
func (a *app) turn(ctx context.Context) (done func()) {
	if a.noTurns {
		return func() {}
	}
	done, err := host.TakeTurn(ctx, host.TurnFile(), func(pid int) {
		a.tellWait(fmt.Sprintf("taking turns with another run on this machine (process %d)", pid))
	})
	if err != nil {
		a.tellWait(fmt.Sprintf("no turns can be taken with other runs on this machine: %v", err))
	}
	return done
}

func (a *app) tellWait(text string) {
	switch {
	case a.waits || a.quiet:
	case a.say != nil:
		a.say(text)
		a.say("")
	default:
		fmt.Fprintln(a.stderr, text)
	}
	a.waits = true
}

// parallelism measures how many cores' worth of work this machine does at once, in a turn of its own; nil where it cannot.
func (a *app) parallelism(cores int) *float64 {
	defer a.turn(a.ctx)()
	p, err := host.Parallelism(a.ctx, cores)
	if err != nil {
		return nil
	}
	return &p
}
