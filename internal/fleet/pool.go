package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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

// usual is on how many hosts the first trial of a cell was, which is this one if there was none.
func (f *Fleet) usual(cell string, members []member) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.layouts == nil {
		f.layouts = map[string][]string{}
	}
	if f.layouts[cell] == nil {
		for _, m := range members {
			f.layouts[cell] = append(f.layouts[cell], m.agent)
		}
	}
	return len(f.layouts[cell])
}

// asBefore puts the hosts of a cell's first trial before the others, and says how many those were; 0: there was none.
func (f *Fleet) asBefore(cell string, able []string) int {
	f.mu.Lock()
	first := f.layouts[cell]
	f.mu.Unlock()
	slices.SortStableFunc(able, func(a, b string) int {
		switch was, is := slices.Contains(first, a), slices.Contains(first, b); {
		case was == is:
			return 0
		case was:
			return -1
		}
		return 1
	})
	return len(first)
}

// member is the part of an agent in a trial: workers first to first+workers-1.
type member struct {
	agent          string
	first, workers int
}

type memberEnd struct {
	member
	seen executors.Observation
	err  error
}

// why is why it ended before the trial did.
func (e memberEnd) why() string {
	if e.err != nil {
		return e.err.Error()
	}
	return e.seen.Reason
}

// done tells whether it ended with the trial.
func (e memberEnd) done() bool { return e.err == nil && e.seen.Status == results.OK }

// ErrTooFew says that a trial needs more agents than there are.
var ErrTooFew = errors.New("too few hosts")

// share shares the workers out: as many on each host as per_host says, else evenly over all that can run them. Hosts that
// come later are left out of what began without them: trials of a cell on two hosts and on three are not alike.
func (f *Fleet) share(job executors.Job, work Work) ([]member, error) {
	var able []string
	free := 0
	for _, about := range f.Available() {
		free++
		if work.Kind == "" || slices.Contains(about.Runtimes, work.Kind) {
			able = append(able, about.Name)
		}
	}
	if len(able) == 0 && free > 0 {
		return nil, fmt.Errorf("none of the %d agents that are free has %s", free, work.Kind)
	}
	if len(able) == 0 {
		return nil, fmt.Errorf("%w: no agent takes part any more, or all work for other runs", ErrTooFew)
	}
	each, _ := job.Options["per_host"].(int)
	hosts := min(len(able), job.Workers)
	if before := f.asBefore(job.Cell.Encoded(), able); before > 0 {
		hosts = min(hosts, before)
	}
	if each > 0 {
		if hosts = (job.Workers + each - 1) / each; hosts > len(able) && hosts <= free {
			return nil, fmt.Errorf("%d workers, %d a host, need %d agents, and %d of the %d have %s", job.Workers, each, hosts, len(able), free, work.Kind)
		} else if hosts > len(able) {
			return nil, fmt.Errorf("%w: %d workers, %d a host, need %d agents, and %d are free and can run them", ErrTooFew, job.Workers, each, hosts, len(able))
		}
	}
	var members []member
	first := 0
	for i, name := range able[:hosts] {
		n := (job.Workers - first + hosts - i - 1) / (hosts - i)
		if each > 0 {
			n = min(each, job.Workers-first)
		}
		members = append(members, member{name, first, n})
		first += n
	}
	return members, nil
}

// pooled is a trial on several hosts, on its way.
type pooled struct {
	members []member
	lease   time.Duration
	cancel  func()
	tell    func(memberEnd) // the coordinator, that a member is gone
	ends    []memberEnd
	open    []struct{} // members that have not ended
	refused *executors.Observation
}

// wait waits for the coordinator, which hears by itself of what goes wrong on the way: a host that is lost, or a part that ends
// early, costs the trial no more than its workers, unless they were the last. What the coordinator cannot know ends the trial:
// that a host cannot take part, or has put an end to its part by a rule of the trial, such as a limit.
func (p *pooled) wait(done <-chan executors.Observation, ends <-chan memberEnd) executors.Observation {
	p.open = make([]struct{}, len(p.members))
	var patience <-chan time.Time
	again := time.NewTicker(pace)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			for _, e := range p.ends {
				if !e.done() {
					p.tell(e)
				}
			}
		case o := <-done:
			patience := time.AfterFunc(p.lease, p.cancel) // the members hear of the end, or of nothing any more
			defer patience.Stop()
			for len(p.open) > 0 && o.Status == results.OK {
				p.end(<-ends)
			}
			p.cancel()
			return o
		case e := <-ends:
			p.end(e)
			if !e.done() {
				p.tell(e)
			}
			switch {
			case e.err == nil && e.seen.Status == results.Unavailable:
				p.refused = &e.seen
				p.cancel()
			case patience == nil && (e.ruled() || p.deserted()):
				patience = time.After(2 * p.lease) // the coordinator may know better why, and says so within one
			}
		case <-patience:
			p.cancel()
		}
	}
}

// deserted tells whether all members have ended, none of them at the end of the trial.
func (p *pooled) deserted() bool {
	return len(p.open) == 0 && !slices.ContainsFunc(p.ends, memberEnd.done)
}

// unmeasured says of which host there is nothing, if the trial never began for want of one, or had none left. What the
// trial or a task of it did wrong is kept.
func (p *pooled) unmeasured(ctx context.Context, o executors.Observation) error {
	own := o.Status != results.Crash && o.Status != results.Interrupted || strings.HasPrefix(o.Reason, "task ")
	if own || ctx.Err() != nil || slices.ContainsFunc(p.ends, memberEnd.ruled) {
		return nil
	}
	lost := slices.DeleteFunc(slices.Clone(p.ends), func(e memberEnd) bool { return e.err == nil })
	if len(lost) == 0 || o.Phases.Startup > 0 && len(lost) < len(p.ends) {
		return nil
	}
	first := lost[max(0, slices.IndexFunc(lost, func(e memberEnd) bool { return errors.Is(e.err, ErrBusy) }))]
	return fmt.Errorf("on %s: %w", first.agent, first.err)
}

// ruled tells whether the host ended its part by a rule of the trial.
func (e memberEnd) ruled() bool {
	switch e.seen.Status {
	case results.OK, results.Crash, results.Interrupted:
		return false
	}
	return e.err == nil
}

func (p *pooled) end(e memberEnd) {
	p.ends = append(p.ends, e)
	p.open = p.open[1:]
}

// merge adds what the members used and said to the coordinator's observation.
func (p *pooled) merge(ctx context.Context, o executors.Observation) executors.Observation {
	for _, m := range p.members {
		for range m.workers {
			o.Hosts = append(o.Hosts, m.agent)
		}
	}
	failed := ""
	slices.SortFunc(p.ends, func(a, b memberEnd) int { return a.first - b.first })
	for _, e := range p.ends {
		switch {
		case e.err != nil:
			failed = fmt.Sprintf("on %s: %v", e.agent, e.err)
			o.Warnings = append(o.Warnings, failed)
			if o.Disturbed == "" { // what it used is not known
				o.Disturbed = failed
			}
			continue
		case e.seen.Status != results.OK && e.seen.Status != results.Interrupted:
			failed = fmt.Sprintf("on %s: %s", e.agent, e.seen.Reason)
			if o.Status == results.OK && e.ruled() { // after its last answer
				o.Status, o.Reason = e.seen.Status, failed
			} else if o.Status == results.OK && o.Disturbed == "" {
				o.Disturbed = failed
			}
		}
		o.Usage = sum(o.Usage, e.seen.Usage)
		if o.Contaminated == "" && e.seen.Contaminated != "" {
			o.Contaminated = "on " + e.agent + ": " + e.seen.Contaminated
		}
		if e.seen.Runtime.Name != "" {
			o.Runtime = e.seen.Runtime
		}
		for _, w := range e.seen.Warnings {
			o.Warnings = append(o.Warnings, "on "+e.agent+": "+w)
		}
		if text := strings.TrimSpace(e.seen.Stderr); text != "" {
			o.Stderr += "on " + e.agent + ":\n" + text + "\n"
		}
	}
	switch {
	case p.refused != nil:
		o.Status, o.Reason = results.Unavailable, p.refused.Reason
	case o.Status == results.Interrupted && ctx.Err() == nil && failed != "":
		o.Status, o.Reason = results.Crash, failed
	case o.Status == results.Crash && failed != "":
		o.Warnings = append(o.Warnings, failed)
	}
	return o
}

func sum(a, b results.Usage) results.Usage {
	return results.Usage{
		User: a.User + b.User, System: a.System + b.System, Memory: a.Memory + b.Memory,
		Voluntary: a.Voluntary + b.Voluntary, Involuntary: a.Involuntary + b.Involuntary,
		MajorFaults: a.MajorFaults + b.MajorFaults, MinorFaults: a.MinorFaults + b.MinorFaults, Leaked: a.Leaked + b.Leaked,
	}
}
