package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
)

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
		case o.Status == results.OK && e.seen.Status == results.Interrupted && o.Disturbed == "": // at its very end
			o.Disturbed = "on " + e.agent + ": the member did not end in time"
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
