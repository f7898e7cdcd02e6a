package cluster

import (
	"context"
	"fmt"
	"time"

	"bench/runner/executors"
)

// begin makes the first streams.
func (c *coordinator) begin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, max(c.Lease, patience))
	defer cancel()
	_ = within(ctx, c.remove) // of a coordinator of this trial that was killed
	for {
		err := within(ctx, c.renew)
		if err == nil {
			return nil
		}
		if pause(ctx, try); ctx.Err() != nil {
			return executors.Failed{Reason: fmt.Sprintf("the broker makes no streams: %v", err)} // it may make those of the next trial
		}
	}
}

// within gives a request some tries' time: what servers are asked while they choose a leader may never be answered, and has to
// be asked again.
func within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, 5*try)
	defer cancel()
	return do(ctx)
}

// renew makes streams of a new epoch, into which goes again what has no answer yet.
func (c *coordinator) renew(ctx context.Context) error {
	c.mu.Lock()
	c.epochs++
	epoch := fmt.Sprintf("%s-%d", c.id, c.epochs)
	c.mu.Unlock()
	if err := c.make(ctx, epoch, max(c.Replicas, 1)); err != nil {
		return err
	}
	c.mu.Lock()
	c.epoch, c.stored, c.from = epoch, map[int]bool{}, 0
	c.mu.Unlock()
	c.announce()
	return nil
}

// gather waits for exactly as many ready workers as the trial has.
func (c *coordinator) gather(ctx context.Context) error {
	wait := max(c.Lease, patience)
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		c.mu.Lock()
		ready, gone, changed := c.ready(), c.gone, c.changed
		c.mu.Unlock()
		switch {
		case gone != "":
			return executors.Failed{Reason: gone}
		case ready == c.job.Workers:
			return nil
		case ready > c.job.Workers:
			return executors.Failed{Reason: fmt.Sprintf("%d workers are ready, and the trial has %d", ready, c.job.Workers)}
		}
		c.announce()
		select {
		case <-changed:
		case <-time.After(min(often, c.beat())):
		case <-ctx.Done():
			return executors.Failed{Reason: fmt.Sprintf("%d of %d workers were ready within %v: see what their hosts say", ready, c.job.Workers, wait)}
		}
	}
}

// ready is the number of workers that wait; 0 if two members say to have the same one.
func (c *coordinator) ready() (n int) {
	taken := make([]bool, c.job.Workers)
	for id, m := range c.members {
		if time.Since(m.at) > c.Lease { // it has ended again
			delete(c.members, id)
			continue
		}
		for i := m.First; i < m.First+m.Workers; i++ {
			if i < 0 || i >= len(taken) || taken[i] {
				return c.job.Workers + 1
			}
			taken[i] = true
			n++
		}
	}
	return n
}

// heard takes in what a member says.
func (c *coordinator) heard(w word) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.State == stateGone {
		if c.state == stateWait && c.gone == "" { // later, its silence tells
			c.gone = fmt.Sprintf("the member on %s ended before the trial began: %s", w.Host, w.Text)
			close(c.changed)
			c.changed = make(chan struct{})
		}
		return
	}
	m := c.members[w.From]
	if w.To != c.id && (w.To != "" || c.state != stateWait) { // of another trial of this name
		return
	}
	if m == nil {
		if w.To == "" && w.State != stateReady || c.state != stateWait {
			return
		}
		m = &member{}
		c.members[w.From] = m
	}
	m.silence, m.at = 0, time.Now()
	if m.lost {
		m.lost = false
		c.told.back++
	}
	if m.State == stateBye {
		return
	}
	changed := m.State != w.State
	m.word = w
	if changed {
		close(c.changed)
		c.changed = make(chan struct{})
	}
}

// announce tells the members what is so now.
func (c *coordinator) announce() {
	c.mu.Lock()
	w := word{From: c.id, State: c.state, Epoch: c.epoch, Text: c.why}
	c.mu.Unlock()
	c.tell(toMembers, w)
}

func (c *coordinator) become(state, why string) {
	c.mu.Lock()
	c.state, c.why = state, why
	c.mu.Unlock()
	c.announce()
}
