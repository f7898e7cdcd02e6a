package cluster

import (
	"context"
	"encoding/binary"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/executors"
)

// worker is one of a member: it takes the next chunk when it has done the last, whose answer is on its way meanwhile.
type worker struct {
	*crew
	executors.Hand
	number int // on this host
	chunks int
	tasks  int
}

// executions are numbered by who makes them: what the broker counts starts anew when it does.
var executions atomic.Int64

// delivery is an answer on its way.
type delivery struct {
	msg    jetstream.Msg
	chunk  int
	answer []byte
	id     string
}

// A chunk is asked for while the one before is at work only if the one before that took no longer than ahead: what waits
// behind a long one, while another worker is idle, costs more than the way to the broker. As many answers of a worker as
// deliveries are on their way at once.
const (
	ahead      = 2 * time.Millisecond
	deliveries = 4
)

func (w *worker) work() {
	want, got := make(chan struct{}, 1), make(chan jetstream.Msg)
	go w.fetch(want, got)
	answers := make(chan delivery)
	var posts sync.WaitGroup
	for range deliveries {
		posts.Go(func() {
			for d := range answers {
				w.deliver(d)
			}
		})
	}
	failed, err := w.feed(want, got, answers)
	close(answers)
	posts.Wait()
	if failed != "" { // the coordinator knows it
		w.quit(failed)
	}
	if why := w.End(err); why != "" {
		w.broken(why)
	}
}

// feed gives the worker chunk after chunk, until the trial ends, a task fails or the worker is of no more use.
func (w *worker) feed(want chan<- struct{}, got <-chan jetstream.Msg, answers chan<- delivery) (failed string, err error) {
	asked, quick := false, false
	for {
		if !asked {
			want <- struct{}{}
		}
		var msg jetstream.Msg
		select {
		case msg = <-got:
		case <-w.ended:
			return "", nil
		}
		if asked = quick; asked {
			want <- struct{}{}
		}
		begun := time.Now()
		answer, err := w.Do(msg.Data())
		quick = time.Since(begun) < ahead
		if err != nil {
			return "", err
		}
		w.chunks++
		w.tasks += tasksIn(msg.Data())
		given := 1
		if meta, err := msg.Metadata(); err == nil {
			given = int(meta.NumDelivered)
		}
		chunk := chunkOf(msg.Subject())
		d := delivery{msg, chunk, seal(chunk, w.First+w.number, given, w.shift, answer), w.execution()}
		select {
		case answers <- d:
		case <-w.ended: // the coordinator has another answer to it
			return "", nil
		}
		if failed := executors.Failure(answer); failed != "" {
			return failed, nil
		}
	}
}

// tasksIn is the number of tasks of a chunk.
func tasksIn(chunk []byte) int {
	if len(chunk) < 8 {
		return 0
	}
	return int(binary.LittleEndian.Uint32(chunk[4:]))
}

func (w *worker) execution() string { return w.id + "." + strconv.FormatInt(executions.Add(1), 36) }

// fetch gets one chunk each time that one is wanted. A subscription that waits for messages was seen to leave a worker idle;
// asking for one at a time was not.
func (w *worker) fetch(want <-chan struct{}, got chan<- jetstream.Msg) {
	var all jetstream.Consumer
	of := ""
	for range want {
		for {
			epoch, renewed := w.current()
			if epoch != of {
				ctx, cancel := context.WithTimeout(context.Background(), try)
				c, err := w.js.Consumer(ctx, w.stream(kindTasks, epoch), consumer)
				cancel()
				if err != nil {
					w.rest(renewed)
					continue
				}
				all, of = c, epoch
			}
			msg, err := all.Next(jetstream.FetchMaxWait(try))
			if err == nil {
				w.mu.Lock()
				w.held[msg] = struct{}{}
				w.mu.Unlock()
				got <- msg
				break
			}
			if err != nats.ErrTimeout {
				w.rest(renewed)
			}
		}
	}
}

func (w *worker) current() (epoch string, renewed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.epoch, w.renewed
}

// rest waits before the next try, which may be worth it sooner.
func (w *worker) rest(renewed <-chan struct{}) {
	select {
	case <-renewed:
	case <-w.ended:
	case <-time.After(w.beat() / 4):
	}
}
