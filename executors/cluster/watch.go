package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// troubles are what disturbed a trial.
type troubles struct {
	again  int // chunks that were given out more than once
	twice  int // answers that came when there was one
	epochs int // times that the streams were made again
	lost   []string
	back   int // members that came back
}

// text says what disturbed the trial; "" if nothing did.
func (t troubles) text(c *coordinator) string {
	var parts []string
	add := func(n int, one, many string) {
		if n == 1 {
			parts = append(parts, one)
		} else if n > 1 {
			parts = append(parts, fmt.Sprintf(many, n))
		}
	}
	for _, host := range slices.Compact(slices.Clone(t.lost)) {
		parts = append(parts, "the member on "+host+" was lost")
	}
	add(t.back, "a member came back", "members came back %d times")
	add(t.again, "1 chunk was given out again", "%d chunks were given out again")
	add(t.twice, "1 answer came twice", "%d answers came twice")
	add(t.epochs, "the streams were lost and made again", "the streams were lost and made again %d times")
	n := int(c.conn.Stats().Reconnects)
	for _, m := range c.members {
		n += m.Reconnects
	}
	add(n, "a connection to the broker was lost once", "connections to the broker were lost %d times")
	return strings.Join(parts, "; ")
}

// watch sends the heartbeat, misses members, and looks whether the queue still has what it should have.
func (c *coordinator) watch(ctx context.Context) {
	tick := time.NewTicker(c.beat())
	defer tick.Stop()
	idle := 0 // looks at which nothing was on its way
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		c.announce()
		c.miss()
		if c.idle(ctx) {
			idle++
		} else {
			idle = 0
		}
		if idle > 1 {
			c.settle(ctx)
		}
	}
}

// miss counts how long members have been silent. Without any, the trial has no end.
func (c *coordinator) miss() {
	if !c.conn.IsConnected() { // nobody can be heard then
		if c.deaf++; c.deaf > 2*c.silent() {
			c.fail(-1, 0, fmt.Sprintf("the broker at %s was not to be reached for %v", c.Where(), 2*c.Lease))
		}
		return
	}
	c.deaf = 0
	c.mu.Lock()
	here := 0
	for _, m := range c.members {
		if m.silence++; m.silence > c.silent() && !m.lost {
			c.lose(m)
		}
		if !m.lost {
			here++
		}
	}
	c.mu.Unlock()
	if here == 0 {
		c.fail(-1, 0, fmt.Sprintf("no member of the trial has been heard for %v: see what became of their hosts", c.Lease))
	}
}

// lose counts a member as lost, with c.mu held.
func (c *coordinator) lose(m *member) {
	m.lost = true
	c.told.lost = append(c.told.lost, m.Host)
	slices.Sort(c.told.lost)
}

// idle tells whether all chunks are published, none of them waits or is at work, and no answer is on its way. It asks in the
// order in which a chunk goes, so that it is right even if something moves meanwhile. Streams that are gone it makes again.
func (c *coordinator) idle(ctx context.Context) bool {
	c.mu.Lock()
	epoch := c.epoch
	c.mu.Unlock()
	_, waiting := c.unpublished()
	tasks, err := c.js.Stream(ctx, c.stream(kindTasks, epoch))
	if err != nil {
		c.again(ctx, err)
		return false
	}
	if len(waiting) > 0 && tasks.CachedInfo().State.Msgs < uint64(c.Bound) {
		return false
	}
	work, err := tasks.Consumer(ctx, consumer)
	if err != nil {
		c.again(ctx, err)
		return false
	}
	answers, err := c.js.Stream(ctx, c.stream(kindAnswers, epoch))
	if err == nil {
		_, err = answers.Consumer(ctx, consumer)
	}
	if err != nil {
		c.again(ctx, err)
		return false
	}
	now := work.CachedInfo()
	return now.NumPending == 0 && now.NumAckPending == 0 && answers.CachedInfo().State.Msgs == 0
}

// again makes the streams again if the error says that one of them, or its consumer, is gone.
func (c *coordinator) again(ctx context.Context, err error) {
	if !errors.Is(err, jetstream.ErrStreamNotFound) && !errors.Is(err, jetstream.ErrConsumerNotFound) || ctx.Err() != nil {
		return
	}
	if c.renew(ctx) == nil {
		c.mu.Lock()
		c.told.epochs++
		c.mu.Unlock()
	}
}

// settle finds out why the queue is at rest while answers are missing: a chunk that was given out as often as may be stays
// in the stream, and what is not there has been lost with a part of the broker's store.
func (c *coordinator) settle(ctx context.Context) {
	c.mu.Lock()
	epoch, left := c.epoch, c.left
	c.mu.Unlock()
	if left == 0 {
		return
	}
	s, err := c.js.Stream(ctx, c.stream(kindTasks, epoch))
	if err != nil {
		c.again(ctx, err)
		return
	}
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(">"))
	if err != nil {
		return
	}
	poisoned := -1
	for subject := range info.State.Subjects {
		if chunk := chunkOf(subject); chunk >= 0 && chunk < len(c.done) && (poisoned < 0 || chunk < poisoned) && !c.answered(chunk) {
			poisoned = chunk
		}
	}
	if poisoned < 0 {
		c.again(ctx, jetstream.ErrStreamNotFound)
		return
	}
	from, to := c.bounds(poisoned)
	task := -1
	name := tasksOf(from, to) + " were"
	if to-from == 1 {
		task, name = from, "it was"
	}
	c.fail(task, 0, fmt.Sprintf("%s given out %d times and never answered: does it end the process or the host that runs it?", name, c.Attempts))
}

func (c *coordinator) answered(chunk int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done[chunk]
}
