package cluster

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/executors"
)

// deliver publishes an answer until the broker has taken it, then acknowledges the chunk until the broker has taken that.
func (w *worker) deliver(d delivery) {
	defer func() {
		w.mu.Lock()
		delete(w.held, d.msg)
		w.mu.Unlock()
	}()
	if most := w.conn.MaxPayload() - roomy/2; int64(len(d.answer)) > most {
		d.answer = seal(d.chunk, w.First+w.number, 1, w.shift, executors.FailedAnswer(-1, fmt.Sprintf(
			"the results of chunk %d take %d B, and the broker takes messages of at most %d B: give a smaller chunksize, or pass data by file",
			d.chunk, len(d.answer), most)))
	}
	if !w.publish(d) {
		return
	}
	for {
		epoch, renewed := w.current()
		if w.taskSubject(epoch, d.chunk) != d.msg.Subject() {
			return // the stream that it came from counts no more
		}
		ctx, cancel := context.WithTimeout(context.Background(), try)
		err := d.msg.DoubleAck(ctx)
		cancel()
		if err == nil || w.over() {
			return
		}
		w.rest(renewed)
	}
}

// publish tells whether the broker has taken an answer before the trial was over.
func (w *worker) publish(d delivery) bool {
	for !w.over() {
		epoch, renewed := w.current()
		ctx, cancel := context.WithTimeout(context.Background(), try)
		_, err := w.js.PublishMsg(ctx, &nats.Msg{
			Subject: w.answerSubject(epoch, d.chunk), Data: d.answer, Header: nats.Header{jetstream.MsgIDHeader: {epoch + "." + d.id}},
		}, jetstream.WithRetryAttempts(0))
		cancel()
		if err == nil {
			return true
		}
		w.rest(renewed)
	}
	return false
}

// over tells whether the trial has ended.
func (w *worker) over() bool {
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

// dying is how long a process may take to end that has been told to: on a busy machine, one with several threads ends later
// than its workers, which were told at the same time.
var dying = time.Second

// broken tells the coordinator, and then the runner of this host, how the worker died. There is nothing to tell of one that
// was ended together with this process, as an agent does with what it was given up for: the trial goes on without them.
func (w *worker) broken(why string) {
	time.Sleep(dying)
	number := w.First + w.number
	text := fmt.Sprintf("worker %d", number)
	if w.Host != "" {
		text += " on " + w.Host
	}
	w.publish(delivery{answer: seal(0, number, 0, w.shift, executors.FailedAnswer(-1, text+why)), id: w.execution()})
	w.rec.Fail(-1, w.number, text+why)
}
