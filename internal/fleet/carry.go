package fleet

import (
	"context"
	"os/exec"
	"slices"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/cluster"
	"bench/runner/internal/engine"
	"bench/runner/results"
)

// carry carries an order out, and tells of its end until that is confirmed or nobody is left to hear it.
func (a *Agent) carry(ctx context.Context, c *carried) {
	defer a.forget(c.ID)
	if c.Member != nil {
		defer a.free(c.mark())
	}
	seen := a.run(ctx, c)
	// That an order was stopped is to be heard too, so this does not go by its context.
	text, err := a.blobs.pack(context.Background(), c.ID, seen)
	if err != nil {
		text, err = a.blobs.pack(context.Background(), c.ID, executors.Observation{Status: results.Crash, Reason: "its result cannot be sent: " + err.Error()})
	}
	for wait := pace; err == nil && !a.told(c, text, wait); wait = min(2*wait, 8*pace) { // a large one takes its time to be read
		if a.conn.IsClosed() || a.unheard(c) || c.agent.Err() != nil && wait >= lastWait {
			return
		}
		time.Sleep(pace / 10)
	}
}

// lastWait is how long an agent that is asked to end waits for what it has done to be confirmed, at the most.
const lastWait = 4 * pace

func (a *Agent) told(c *carried, text []byte, wait time.Duration) bool {
	_, err := a.conn.Request(a.Join.Subject("order", c.From, c.ID, "done"), text, wait)
	return err == nil
}

// unheard tells whether the coordinator of an order is not heard of any more.
func (a *Agent) unheard(c *carried) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	from := a.callers[c.From]
	return from.left || time.Since(from.heard) > c.Lease
}

func (a *Agent) forget(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.orders, id)
	a.remember(id)
}

// remember is called with the lock held.
func (a *Agent) remember(id string) {
	if !slices.Contains(a.past, id) {
		a.past = append(a.past[max(0, len(a.past)-mostPast):], id)
	}
}

// mostPast is how many orders are remembered that have ended: one that was sent twice may come late.
const mostPast = 1000

// run runs the job of an order here.
func (a *Agent) run(ctx context.Context, c *carried) executors.Observation {
	if c.Find != "" {
		return a.find(c.Find)
	}
	job := c.Job
	dir, err := a.room(c.mark())
	if err == nil && c.List {
		return a.list(ctx, dir)
	}
	paths := map[string]string{}
	if err == nil {
		paths, err = a.fetch(ctx, c.Files)
	}
	if err != nil {
		return executors.Observation{Status: results.Crash, Reason: "on " + a.About.Name + ": " + err.Error()}
	}
	if is, moved := paths[c.Work.File]; moved {
		c.Work.File = is
	}
	paths[job.Dir] = dir
	substitute(&job, paths)
	if c.Work.Kind != "" {
		if err := a.Stage(ctx, c.Work, a.Dir, &job); err != nil {
			return executors.Observation{Status: results.Unavailable, Reason: "on " + a.About.Name + ": " + err.Error()}
		}
	}
	if c.Member != nil {
		part := *c.Member
		if err := part.Valid(); err != nil {
			return executors.Observation{Status: results.Crash, Reason: "on " + a.About.Name + ": " + err.Error()}
		}
		part.Join, part.Host = a.File, a.About.Name
		job = cluster.Member(job, part)
	}
	if !c.Turn {
		return a.Launch(ctx, job)
	}
	if a.Turn != nil {
		defer a.Turn(ctx)()
	}
	after := func(int) string { return "" }
	if a.Watch != nil {
		after = a.Watch()
	}
	seen := a.Launch(ctx, job)
	seen.Contaminated = after(c.AtOnce)
	return seen
}

// find tells whether there is a program.
func (a *Agent) find(program string) executors.Observation {
	if _, err := exec.LookPath(program); err != nil {
		return executors.Observation{Status: results.Unavailable, Reason: executors.NotOnPath(program)}
	}
	return executors.Observation{Status: results.OK}
}

// list gives what is in a directory as the one result.
func (a *Agent) list(ctx context.Context, dir string) executors.Observation {
	files, err := engine.FilesIn(ctx, dir)
	if err != nil {
		return executors.Observation{Status: results.Crash, Reason: err.Error()}
	}
	return executors.Observation{Status: results.OK, Spans: make([]results.TaskSpan, 1), Results: []any{files}}
}
