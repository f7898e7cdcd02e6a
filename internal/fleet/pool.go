package fleet

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nuid"

	"bench/runner/executors"
	"bench/runner/executors/cluster"
	"bench/runner/results"
)

// Pool runs one trial of the executor cluster: its parts on the agents, its coordinator here. work and files are what runs
// the tasks and what that needs. The observation is that of the coordinator, with what was used on all hosts.
//
// An error says that it was not measured for want of hosts: one was lost, or taken by another run, before it began, or all
// were lost before it ended. It may be begun again; the observation is that of a trial which is not.
func (f *Fleet) Pool(ctx context.Context, job executors.Job, work Work, files []File) (executors.Observation, error) {
	members, err := f.share(job, work)
	switch {
	case errors.Is(err, ErrTooFew), errors.Is(err, ErrBusy):
		return executors.Observation{Status: results.Crash, Reason: err.Error()}, err
	case err != nil:
		return executors.Observation{Status: results.Unavailable, Reason: err.Error()}, nil
	}
	part := cluster.Part{Join: f.File, Trial: nuid.Next(), Lease: f.Lease, Attempts: f.Attempts, Replicas: f.Replicas, Workers: job.Workers}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	ends := make(chan memberEnd, len(members))
	turns := map[string]bool{} // machines on which a member takes the turn for all that are there
	for _, m := range members {
		at := f.machine(m.agent)
		turn := at != f.Host && !turns[at]
		turns[at] = true
		go func() {
			own := part
			own.First, own.Workers = m.first, m.workers
			o, err := f.Do(inner, m.agent, Order{Job: job, Work: work, Files: files, Member: &own, Turn: turn, AtOnce: m.workers})
			ends <- memberEnd{m, o, err}
		}()
	}
	done := make(chan executors.Observation, 1)
	go func() { done <- executors.Run(inner, cluster.Coordinator(job, part)) }()
	tell := func(e memberEnd) {
		_ = cluster.TellGone(f.conn, f.Join, part.Trial, e.agent, e.why()) // told again, until the trial is over
	}
	p := pooled{members: members, lease: f.Lease, cancel: cancel, tell: tell}
	o := p.wait(done, ends)
	for range p.open {
		p.end(<-ends)
	}
	again := p.unmeasured(ctx, o)
	if o = p.merge(ctx, o); again != nil {
		return o, again
	}
	if was := f.usual(job.Cell.Encoded(), members); was != len(members) && o.Disturbed == "" {
		o.Disturbed = fmt.Sprintf("it ran on %d hosts, and the first trial of its cell on %d", len(members), was)
	}
	return o, nil
}

// machine is where an agent is. This process's own turn and watch hold on its own machine alone.
func (f *Fleet) machine(agent string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.agents[agent]; s != nil {
		return s.Environment.Host
	}
	return f.Host
}
