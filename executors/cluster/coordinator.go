package cluster

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"

	"bench/runner/executors"
)

// coordinator hands out the tasks of a trial, and keeps what comes of them.
type coordinator struct {
	*line
	id    string
	job   executors.Job
	chunk int // tasks a chunk
	rec   *executors.Record

	mu      sync.Mutex
	state   string
	why     string // of an abort
	gone    string // of a member before the trial has begun: which, and why
	epoch   string
	epochs  int
	members map[string]*member
	changed chan struct{} // closed and replaced when one of these has changed
	told    troubles

	done     []bool // by chunk: its answer is in the record
	left     int
	stored   map[int]bool // chunks that the queue of this epoch has taken
	from     int          // before it, all are stored or done
	deaf     int          // beats without a connection
	finished chan struct{}
	over     sync.Once
}

// member is one as the coordinator knows it.
type member struct {
	word
	at      time.Time // when it was heard last
	silence int       // beats
	lost    bool
}

func prepareCoordinator(ctx context.Context, job executors.Job, p Part) (executors.Executor, error) {
	chunk, _ := job.Options[optionChunk].(int)
	c := &coordinator{
		id: nats.NewInbox()[len("_INBOX."):], job: job, chunk: max(chunk, 1), state: stateWait,
		members: map[string]*member{}, changed: make(chan struct{}), finished: make(chan struct{}),
	}
	c.left = (len(job.Tasks) + c.chunk - 1) / c.chunk
	c.done = make([]bool, c.left)
	var err error
	if c.line, err = dial(ctx, p, toCoordinator); err != nil {
		return nil, err
	}
	if err := c.fits(); err != nil {
		return nil, err
	}
	if err := c.hear(toCoordinator, c.heard); err != nil {
		return nil, err
	}
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	c.heed()
	if err := c.gather(ctx); err != nil {
		c.leave(stateAbort, err.Error())
		return nil, err
	}
	return c, nil
}

func (c *coordinator) Info() executors.Info { return cluster{}.Info() }

// heed ends the trial's members when this process is told to end.
func (c *coordinator) heed() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	go func() {
		<-told
		c.leave(stateAbort, "the trial was stopped")
		os.Exit(1)
	}()
}

// leave says the last word, and removes the streams.
func (c *coordinator) leave(state, why string) {
	c.become(state, why)
	ctx, cancel := context.WithTimeout(context.Background(), try/2)
	defer cancel()
	_ = c.remove(ctx) // what is left, the next trial of this name removes, or the end of the broker
	_ = c.conn.FlushWithContext(ctx)
}

// Execute runs the tasks. The clock starts before the first is handed out, and stops when all members have ended.
func (c *coordinator) Execute(ctx context.Context, job executors.Job) (executors.Observation, error) {
	c.job = job
	c.rec, ctx = executors.OpenRecord(ctx, job)
	c.rec.Restart(job)
	c.become(stateGo, "")
	inner, cancel := context.WithCancel(ctx)
	var loops sync.WaitGroup
	for _, loop := range []func(context.Context){c.publish, c.collect, c.watch} {
		loops.Go(func() { loop(inner) })
	}
	select {
	case <-c.finished:
	case <-ctx.Done():
	}
	cancel()
	o := executors.Observation{}
	if ctx.Err() == nil {
		c.become(stateEnd, "")
		c.part()
		o = c.rec.Observation(0)
	} else {
		o = c.rec.Observation(0)
		c.become(stateAbort, o.Reason)
	}
	loops.Wait()
	c.leave(c.state, c.why)
	c.mu.Lock()
	o.Disturbed = c.told.text(c)
	c.mu.Unlock()
	c.conn.Close()
	return o, nil
}

// part waits until all members have said goodbye, as long as they are not lost. Whoever has not within the lease is lost: the
// time of the trial has the wait for it in it.
func (c *coordinator) part() {
	deadline := time.Now().Add(c.Lease)
	for {
		c.mu.Lock()
		changed, late, here := c.changed, !time.Now().Before(deadline), 0
		for _, m := range c.members {
			if m.State == stateBye || m.lost {
				continue
			}
			if here++; late {
				c.lose(m)
			}
		}
		c.mu.Unlock()
		if here == 0 || late {
			return
		}
		select {
		case <-changed:
		case <-time.After(min(often, c.beat())):
			c.announce()
		}
	}
}

// fail ends the trial.
func (c *coordinator) fail(task, worker int, text string) { c.rec.Fail(task, worker, text) }
