package cluster

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/executors"
)

// inFlight is how many chunks are on their way to the broker at once, and how many answers are asked for at once.
const inFlight = 256

// publish puts all chunks that have no answer into the queue, and does so again after each change of the epoch. A queue that
// is full is tried again, and so is any other failure: the broker drops what it already has.
func (c *coordinator) publish(ctx context.Context) {
	for ctx.Err() == nil {
		epoch, chunks := c.unpublished()
		if len(chunks) == 0 {
			pause(ctx, c.beat()/4)
			continue
		}
		if err := c.send(ctx, epoch, chunks); err != nil {
			wait := c.beat() / 4
			if full(err) {
				wait = 5 * time.Millisecond
			}
			pause(ctx, wait)
		}
	}
}

// unpublished are the first chunks that the queue has not taken and that have no answer.
func (c *coordinator) unpublished() (epoch string, chunks []int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := c.from; i < len(c.done) && len(chunks) < inFlight; i++ {
		if !c.done[i] && !c.stored[i] {
			chunks = append(chunks, i)
		} else if i == c.from {
			c.from++
		}
	}
	return c.epoch, chunks
}

// send publishes chunks, and waits until the broker has taken each.
func (c *coordinator) send(ctx context.Context, epoch string, chunks []int) (failed error) {
	futures := make([]jetstream.PubAckFuture, len(chunks))
	for i, chunk := range chunks {
		from, to := c.bounds(chunk)
		data, err := executors.EncodeChunk(c.job.Tasks, from, to)
		if err != nil {
			c.fail(from, 0, err.Error())
			return err
		}
		m := &nats.Msg{Subject: c.taskSubject(epoch, chunk), Data: data, Header: nats.Header{jetstream.MsgIDHeader: {fmt.Sprintf("%s.%d", epoch, chunk)}}}
		if futures[i], err = c.js.PublishMsgAsync(m, jetstream.WithRetryAttempts(0)); err != nil {
			failed = err
			break
		}
	}
	limit := time.After(try)
	for i, f := range futures {
		if f == nil {
			break
		}
		select {
		case <-f.Ok():
			c.mu.Lock()
			if c.epoch == epoch {
				c.stored[chunks[i]] = true
			}
			c.mu.Unlock()
		case err := <-f.Err():
			failed = err
		case <-limit:
			return nats.ErrTimeout
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return failed
}

// full tells whether the queue has refused a chunk since it holds as many as it may.
func full(err error) bool {
	var e *jetstream.APIError
	return errors.As(err, &e) && e.ErrorCode == 10077
}

// collect takes in answers until all are there.
func (c *coordinator) collect(ctx context.Context) {
	for ctx.Err() == nil {
		c.mu.Lock()
		epoch := c.epoch
		c.mu.Unlock()
		if err := c.fetch(ctx, epoch); err != nil {
			pause(ctx, c.beat()/4)
		}
	}
}

func (c *coordinator) fetch(ctx context.Context, epoch string) error {
	all, err := c.js.Consumer(ctx, c.stream(kindAnswers, epoch), consumer)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		batch, err := all.Fetch(inFlight, jetstream.FetchMaxWait(try))
		if err != nil {
			return err
		}
		for {
			select {
			case m, more := <-batch.Messages():
				if more {
					c.take(m)
					continue
				}
			case <-ctx.Done():
				return nil
			}
			break
		}
		c.mu.Lock()
		same := c.epoch == epoch
		c.mu.Unlock()
		if batch.Error() != nil || !same {
			return batch.Error()
		}
	}
	return nil
}

// An answer is an envelope and what the worker said. In the envelope are the chunk, the worker and how often the chunk had
// been given out (4 B each), then the time in ns from when the worker's clock was started to when its member heard that the
// trial had begun (8 B).
const envelope = 20

func seal(chunk, worker, given int, shift time.Duration, answer []byte) []byte {
	b := make([]byte, 0, envelope+len(answer))
	for _, v := range []int{chunk, worker, given} {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(shift))
	return append(b, answer...)
}

// take puts an answer into the record, if it is the first to its chunk, and only then acknowledges it.
func (c *coordinator) take(m jetstream.Msg) {
	if err := c.put(m.Data()); err != nil {
		c.fail(-1, 0, fmt.Sprintf("an answer to chunk %d cannot be read: %v", chunkOf(m.Subject()), err))
		return
	}
	_ = m.Ack() // one that is lost makes a duplicate
}

func (c *coordinator) put(data []byte) error {
	if len(data) < envelope {
		return errors.New("it is too short")
	}
	u32 := func(at int) int { return int(int32(binary.LittleEndian.Uint32(data[at:]))) }
	chunk, worker, given := u32(0), u32(4), u32(8)
	shift := time.Duration(binary.LittleEndian.Uint64(data[12:]))
	if chunk < 0 || chunk >= len(c.done) || worker < 0 || worker >= c.job.Workers {
		return fmt.Errorf("it is of chunk %d and worker %d", chunk, worker)
	}
	from, to := c.bounds(chunk)
	a, err := executors.DecodeAnswer(data[envelope:], from, to, worker)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if given > 1 {
		c.told.again++
	}
	switch {
	case a.Failure != "" && (a.Task < 0 || !c.done[chunk]):
		c.fail(a.Task, worker, a.Failure)
		return nil
	case c.done[chunk]:
		c.told.twice++
		return nil
	}
	now := c.rec.Now()
	for i, span := range a.Spans { // a member's clock may run faster than this one: a task has ended when its answer is here
		span.Start, span.End = min(max(span.Start-shift, 0), now), min(max(span.End-shift, 0), now)
		c.rec.Put(span, a.Results[i])
	}
	c.done[chunk] = true
	if c.left--; c.left == 0 {
		c.over.Do(func() { close(c.finished) })
	}
	return nil
}
