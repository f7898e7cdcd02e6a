package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"bench/runner/results"
)

// onHosts runs the blocks of a course on hosts, each of which comes back for more until there is enough.
func (c *course) onHosts(ctx context.Context, stage *Stage, room *scratch) error {
	own := *c.Engine
	own.Turn, own.Contamination = nil, nil // a host sees to its own
	if tell := own.Announce; tell != nil {
		own.Announce = func(step string) {
			c.mu.Lock()
			defer c.mu.Unlock()
			tell(step)
		}
	}
	c.Engine = &own
	s := newSpread(c)
	working, stop := context.WithCancel(ctx)
	defer stop()
	taking, full := context.WithCancel(working)
	defer full()
	c.spread, s.stop, s.full = s, stop, full
	s.replay()

	var all sync.WaitGroup
	for {
		host, none := s.Hosts.Take(taking)
		if none != nil {
			all.Wait()
			return s.ended(ctx, none)
		}
		all.Go(func() {
			defer s.Hosts.Give(host)
			v := visit{spread: s, host: host, around: newSteps(&own, &Stage{Values: stage.Values, Missing: stage.Missing}, host, room.mark)}
			v.run(working)
		})
	}
}

// ended says what became of the run when no host has a block any more. none is why no other host was taken.
func (s *spread) ended(ctx context.Context, none error) error {
	lost := s.losses.text()
	if lost != "" {
		s.out.Lost = errors.New(lost)
	}
	switch {
	case s.failed != nil:
		s.out.Interrupted = false
		return s.failed
	case s.over:
		return nil
	}
	s.out.Interrupted = true
	switch {
	case ctx.Err() != nil:
		return nil
	case lost != "":
		return fmt.Errorf("no host is left to go on with: %w\n%s", none, lost)
	}
	return fmt.Errorf("there is no host to measure on: %w", none)
}

// visit is the work of one host for the run.
type visit struct {
	*spread
	host    Host
	around  *steps
	blocks  int  // that it has had
	counted bool // one of them, or the one that it has, is no warm-up
	begun   bool
}

// run gives the host block after block.
func (v *visit) run(ctx context.Context) {
	defer v.undo(ctx)
	for r := v.next(ctx, v); r != nil; r = v.next(ctx, v) {
		err := v.begin(ctx)
		if err == nil && ctx.Err() == nil {
			err = v.measure(ctx, v.around, r)
		}
		v.land(v, r)
		if err != nil || ctx.Err() != nil {
			v.broke(err)
			return
		}
	}
	if v.begun && ctx.Err() == nil {
		if err := v.calibrate(ctx, results.End); err != nil && !errors.Is(err, errLost) { // it has no block any more that could break
			v.broke(err)
		}
	}
}

// broke notes why a host does not go on: it was lost, which others make up for; or an error, which ends the whole run; or
// with none, the run was interrupted.
func (v *visit) broke(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case err == nil:
		v.out.Interrupted = true
	case errors.Is(err, errLost):
		err = v.losses.add(v.host)
	}
	if err != nil && v.failed == nil {
		v.failed = err
		v.stop()
	}
}

// begin makes the host ready for its first block.
func (v *visit) begin(ctx context.Context) error {
	if v.begun {
		return nil
	}
	v.begun = true
	if v.around.prepare(ctx); v.host.Lost() != nil {
		return errLost
	}
	return v.calibrate(ctx, results.Begin)
}

func (v *visit) calibrate(ctx context.Context, when string) error {
	if v.Calibrate == nil || ctx.Err() != nil {
		return nil
	}
	err := v.Calibrate(ctx, v.host, when)
	switch {
	case v.host.Lost() != nil:
		return errLost
	case err != nil && ctx.Err() == nil:
		return fmt.Errorf("calibrate host %s: %w", v.host.Name(), err)
	}
	return nil
}

// undo undoes what was prepared on the host, and lets others know that it is gone.
func (v *visit) undo(ctx context.Context) {
	var err error
	if v.begun && v.host.Lost() == nil {
		err = v.around.cleanup(ctx)
	}
	if v.host.Lost() != nil {
		if err = nil; len(v.around.undo) > 0 {
			err = errors.New("it was lost before its clean-up was done")
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil {
		v.out.Undone = errors.Join(v.out.Undone, fmt.Errorf("host %s: %w", v.host.Name(), err))
	}
	delete(v.serving, v)
	v.changed.Broadcast()
}
