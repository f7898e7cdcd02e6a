package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/cluster"
	"bench/runner/internal/engine"
	"bench/runner/internal/fleet"
	"bench/runner/internal/stats"
	"bench/runner/results"
	"bench/runner/results/sqlite"
	"bench/runner/spec"
	"bench/runner/workloads"
)

// equip lets an engine use the fleet: for the trials of cluster cells, or for all with a placement.
func (h *hosted) equip(e *engine.Engine, db *sqlite.DB, id string, more func() []int) {
	e.Launch = executors.Run
	if h == nil {
		return
	}
	h.add = func(about fleet.About) error {
		return db.AddHost(context.Background(), id, results.Host{Name: about.Name, Version: about.Version, Environment: about.Environment})
	}
	place := e.Plan.Experiment.Placement
	if place == nil {
		e.Launch, e.Await = h.launch(e.Plan), h.ready
		return
	}
	e.Hosts = &fleet.Places{Fleet: h.Fleet, Work: workOf, Roots: h.roots, Came: h.add, Ensure: h.renew}
	e.Stage, e.More = nil, more // the hosts have interpreters of their own, and this machine's capacity is nobody's
	if place.Calibrate {
		e.Calibrate = func(ctx context.Context, host engine.Host, when string) error {
			c, ok := calibrated(ctx, host, when)
			if !ok {
				return ctx.Err() // lost, as the next trial will tell
			}
			return db.Calibrate(context.WithoutCancel(ctx), id, host.Name(), c)
		}
	}
}

// launch runs the trials of cluster cells on the fleet, all others here.
func (h *hosted) launch(plan *spec.Plan) func(context.Context, executors.Job) executors.Observation {
	cells := map[string]*spec.PlannedCell{}
	for i := range plan.Cells {
		cells[plan.Cells[i].Cell.Encoded()] = &plan.Cells[i]
	}
	return func(ctx context.Context, job executors.Job) executors.Observation {
		cell := cells[job.Cell.Encoded()]
		if job.Executor != cluster.Name || cell == nil {
			return executors.Run(ctx, job)
		}
		if !h.can {
			return executors.Observation{Status: results.Unavailable, Reason: errNoHosts.Error()}
		}
		return h.pool(ctx, job, workOf(cell))
	}
}

// pool runs a trial on the fleet. One that was not measured for want of hosts is begun again, as often as a task may be given
// out: it may be the trial that ends its hosts. Its warnings tell.
func (h *hosted) pool(ctx context.Context, job executors.Job, work fleet.Work) executors.Observation {
	done := func(o executors.Observation) executors.Observation {
		for _, why := range h.tries {
			o.Warnings = append(o.Warnings, "it was begun again: "+why)
		}
		h.tries = nil
		return o
	}
	files, err := h.prepared(ctx, job, work)
	if err != nil {
		return done(executors.Observation{Status: results.Crash, Reason: err.Error()})
	}
	o, again := h.Pool(ctx, job, work, files)
	busy, gone := errors.Is(again, fleet.ErrBusy), errors.Is(again, fleet.ErrTooFew) && h.short
	most := h.Attempts
	if o.Phases.Startup == 0 { // no task of it can have ended a host
		most = max(most, mostBeginnings)
	}
	if again == nil || ctx.Err() != nil || gone || !busy && len(h.tries)+1 >= most {
		return done(o)
	}
	if !busy { // else its wait tells
		h.tries = append(h.tries, again.Error())
		h.Say(fmt.Sprintf("a trial is begun again: %v", again))
	}
	return executors.Observation{Unmeasured: again.Error()}
}

// mostBeginnings is how often a trial that does not begin is begun: a machine that is too busy to be heard of is so for a while.
const mostBeginnings = 10

// prepared are the files that a trial needs, after the hosts that are here have been noted.
func (h *hosted) prepared(ctx context.Context, job executors.Job, work fleet.Work) ([]fleet.File, error) {
	if err := h.meet(); err != nil {
		return nil, err
	}
	return h.Need(ctx, job, work, h.roots...)
}

// meet notes the hosts that the run has not met before.
func (h *hosted) meet() error {
	h.renew()
	for _, about := range h.Agents() {
		if !h.met[about.Name] {
			h.met[about.Name] = true
			if err := h.add(about); err != nil {
				return fmt.Errorf("note the host %s: %w", about.Name, err)
			}
		}
	}
	return nil
}

// ensure has agents of this run's own started that do not run.
func (h *hosted) ensure() error {
	if h.provider == nil {
		return nil
	}
	return h.provider.Ensure()
}

// renew is ensure in the middle of a run: an agent that cannot be started is a host that is not there, and the trials go by
// those that are. Why is told once.
func (h *hosted) renew() {
	if err := h.ensure(); err != nil && err.Error() != h.failed {
		h.failed = err.Error()
		h.Say(h.failed)
	}
}

// workOf is what runs a cell's tasks, as other hosts are told.
func workOf(c *spec.PlannedCell) fleet.Work {
	if !c.Foreign() || c.Commands != nil || c.Program != nil {
		return fleet.Work{}
	}
	w := fleet.Work{Kind: c.Runtime.Kind, Version: c.Runtime.Version, Builtin: c.Workload.Builtin, Function: c.Workload.Function}
	if c.Workload.File != "" {
		w.File, _ = filepath.Abs(c.Workload.File) // the error is about the current directory, which the run has had
	}
	return w
}

// The reference that hosts are calibrated by: so many trials of pi with so many terms, in Go, one after the other.
const (
	referenceTrials = 7
	referenceTerms  = 20_000_000
)

// calibrated measures the reference on a host. It is not ok if a trial of it is not.
func calibrated(ctx context.Context, host engine.Host, when string) (c results.Calibration, ok bool) {
	c = results.Calibration{When: when, At: time.Now()}
	w, _ := workloads.Lookup("pi")
	args, err := w.Bind(workloads.Args{"n": referenceTerms})
	if err != nil {
		return c, false
	}
	var times []float64
	for range referenceTrials {
		o := host.Launch(ctx, executors.Job{Runtime: "go", Executor: "serial", Workers: 1, Workload: "pi", Dir: "/calibration", Tasks: []workloads.Args{args}}, nil)
		if o.Status != results.OK {
			return c, false
		}
		times = append(times, float64(o.Phases.Total))
	}
	host.Free("/calibration")
	median := stats.Median(times)
	c.Median, c.N = time.Duration(median), len(times)
	c.Spread = (stats.Quantile(times, 0.75) - stats.Quantile(times, 0.25)) / median
	return c, true
}
