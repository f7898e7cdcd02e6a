package cli

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"bench/runner/executors/cluster"
	"bench/runner/internal/fleet"
	"bench/runner/reports"
	"bench/runner/spec"
)

// await waits for as many hosts as the plan needs, or as are promised.
func (h *hosted) await(ctx context.Context, how hosting, x experiment) error {
	n := how.agents
	if n == 0 {
		n = max(h.conf.Provider.Count, len(h.conf.Provider.Hosts), neededHosts(&x.plan))
	}
	if !h.can && x.plan.Experiment.Placement != nil {
		return errNoHosts
	}
	if !h.can { // nobody can come: the cells say so
		return nil
	}
	h.want = n
	if len(h.Available()) < n {
		defer h.waits(n, how.joinFile)()
	}
	for {
		try, done := context.WithTimeout(ctx, time.Second)
		err := h.Await(try, "", n)
		done()
		if err == nil || ctx.Err() != nil {
			return err
		}
		if err := fleet.Failed(h.provider); err != nil {
			return err
		}
		if err := h.ensure(); err != nil {
			return err
		}
	}
}

// waits says what is waited for, until done is called.
func (h *hosted) waits(n int, joinFile string) (done func()) {
	here, free := len(h.Agents()), len(h.Available())
	text := fmt.Sprintf("waiting for %s, %d here", plural(n, "agent"), here)
	if free < here {
		text += fmt.Sprintf(", %d of them another run's", here-free)
	}
	if joinFile != "" && h.provider == nil {
		text += ": runner agent --join " + reports.Visible(joinFile)
	}
	if h.app.say == nil {
		if !h.app.quiet {
			fmt.Fprintln(h.app.stderr, text)
		}
		return func() {}
	}
	h.app.say(text)
	return func() { h.app.say("") }
}

// neededHosts is how many hosts the largest cell needs.
func neededHosts(plan *spec.Plan) int {
	n := 1
	for _, c := range plan.Cells {
		if each, _ := c.Options["per_host"].(int); each > 0 {
			n = max(n, hostsFor(c.Workers, c.Options))
		}
	}
	return n
}

// ready waits for hosts that a trial needs and that may come back, or are another run's.
func (h *hosted) ready(ctx context.Context, cell *spec.PlannedCell) {
	if cell.Executor != cluster.Name || !h.can { // pool says what is wrong
		return
	}
	h.renew()
	kind := workOf(cell).Kind
	_, _, ever := h.Able(kind)
	n := min(hostsFor(cell.Workers, cell.Options), h.want, max(ever, 1))
	switch free, here, _ := h.Able(kind); {
	case free >= n:
		h.short = false
	case free == here && h.vain > 0 && n >= h.vain: // that many did not come before
		h.short = true
	default:
		defer h.waits(n, "")()
		h.short = h.lacks(ctx, kind, n)
	}
	if !h.short && n >= h.vain {
		h.vain = 0
	}
}

// lacks waits for n hosts, and tells whether they do not come. While they are another run's, that run's end is waited for, and
// nothing is held meanwhile: it may wait for those that this one has.
func (h *hosted) lacks(ctx context.Context, kind string, n int) bool {
	for until := time.Now().Add(h.returns()); ctx.Err() == nil; {
		h.renew()
		free, here, _ := h.Able(kind)
		switch {
		case free >= n:
			return false
		case free < here:
			h.Leave()
			pause(ctx, rand.N(time.Second))
			until = time.Now().Add(h.returns())
		case time.Now().After(until):
			h.vain = n
			return true
		}
		try, done := context.WithTimeout(ctx, time.Second)
		_ = h.Await(try, kind, n)
		done()
	}
	return false
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// A host that was there when the run began may come back within so many leases, and within so long at least: its agent may
// have to be started again, or the way to it be mended. Then the trial goes by who is there.
func (h *hosted) returns() time.Duration { return cmp.Or(h.patience, max(10*h.Lease, time.Minute)) }

// hostsFor is how many hosts a trial can use.
func hostsFor(workers int, options map[string]any) int {
	if each, _ := options["per_host"].(int); each > 0 {
		return (workers + each - 1) / each
	}
	return workers
}
