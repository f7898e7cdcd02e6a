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
	case errors.Is(err, ErrTooFew) && len(f.Agents()) > len(f.Available()):
		return executors.Observation{Status: results.Crash, Reason: err.Error()}, ErrBusy
	case errors.Is(err, ErrTooFew): // there were enough when the run began
		return executors.Observation{Status: results.Crash, Reason: err.Error()}, err
	case err != nil:
		return executors.Observation{Status: results.Unavailable, Reason: err.Error()}, nil
	}
	part := cluster.Part{Join: f.File, Trial: nuid.Next(), Lease: f.Lease, Attempts: f.Attempts, Replicas: f.Replicas, Workers: job.Workers}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	ends := make(chan memberEnd, len(members))
	for _, m := range members {
		go func() {
			own := part
			own.First, own.Workers = m.first, m.workers
			o, err := f.Do(inner, m.agent, Order{Job: job, Work: work, Files: files, Member: &own, Turn: f.elsewhere(m.agent), AtOnce: m.workers})
			f.Free(m.agent, job.Dir)
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

// elsewhere tells whether an agent is on another machine than this process, whose own turn and watch then do not hold there.
func (f *Fleet) elsewhere(agent string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.agents[agent]
	return s != nil && s.Environment.Host != f.Host
}
