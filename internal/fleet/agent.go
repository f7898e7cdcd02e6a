package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/executors"
	"bench/runner/internal/link"
)

// Agent offers a host to a fleet. It runs one order at a time, besides its parts of cluster trials.
type Agent struct {
	Join  link.Join
	File  string // where the join stands, for the processes that take part in cluster trials
	Dir   string // private; scratch directories and the files of jobs come into it
	About About
	Lease time.Duration // how often it is heard of, times parts

	Launch func(context.Context, executors.Job) executors.Observation // executors.Run
	Stage  func(ctx context.Context, w Work, dir string, job *executors.Job) error
	Turn   func(context.Context) (done func())
	Watch  func() func(atOnce int) string // says what else took part of the machine between its two calls; may be nil
	Say    func(text string)              // may be nil

	conn  *nats.Conn
	blobs blobs

	mu     sync.Mutex
	orders map[string]*carried
	past   []string          // ids of the last orders that have ended
	rooms  map[string]string // by the mark of the coordinator: directories here
	all    sync.WaitGroup
}

// carried is an order that was taken on.
type carried struct {
	Order
	agent  context.Context // of the agent; that of the order is cancelled by itself
	cancel context.CancelFunc
	heard  time.Time // of the coordinator
}

// Serve works until ctx ends, or until the broker refuses the key.
func (a *Agent) Serve(ctx context.Context) error {
	closed, over := make(chan struct{}), make(chan struct{})
	isOver := sync.OnceFunc(func() { close(over) })
	var gone atomic.Int64 // when the broker was lost, ns; 0: it is there
	conn, err := a.Join.Connect(ctx, "agent-"+a.About.Name,
		nats.ClosedHandler(func(*nats.Conn) { close(closed) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if gone.Store(time.Now().UnixNano()); err != nil && ctx.Err() == nil && !ended(over) { // nil: it was closed here
				a.say("the broker is gone; looking for it: %v", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { gone.Store(0); a.say("the broker is back") }))
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	a.conn, a.blobs = conn, newBlobs(js, a.Join)
	a.orders, a.rooms = map[string]*carried{}, map[string]string{}
	if a.Lease == 0 {
		a.Lease = DefaultLease
	}
	for subject, handle := range map[string]nats.MsgHandler{
		a.Join.Subject("over"):                         func(*nats.Msg) { isOver() },
		a.Join.Subject("agents"):                       func(m *nats.Msg) { _ = m.Respond(a.hello()) },
		a.Join.Subject("agent", a.About.Name, "do"):    func(m *nats.Msg) { a.take(ctx, m) },
		a.Join.Subject("agent", a.About.Name, "stop"):  func(m *nats.Msg) { a.stop(string(m.Data)) },
		a.Join.Subject("agent", a.About.Name, "alive"): func(m *nats.Msg) { a.hear(string(m.Data)) },
		a.Join.Subject("agent", a.About.Name, "free"):  func(m *nats.Msg) { a.free(string(m.Data)); _ = m.Respond(nil) },
	} {
		if _, err := conn.Subscribe(subject, handle); err != nil {
			return err
		}
	}
	a.say("%s takes part in the fleet %s at %s", a.About.Name, a.Join.Fleet, a.Join.Where())
	for beat := time.NewTicker(a.Lease / parts); ; {
		if err := conn.Publish(a.Join.Subject("hello"), a.hello()); err != nil && !errors.Is(err, nats.ErrReconnectBufExceeded) {
			a.say("the broker does not take what is said: %v", err)
		}
		a.sweep()
		select {
		case <-beat.C:
			if since := gone.Load(); a.Join.Passing && since > 0 && time.Since(time.Unix(0, since)) > 2*a.Lease {
				err = errors.New("the broker, which was a run's own, is gone for good")
				break
			}
			continue
		case <-closed:
			err = fmt.Errorf("the broker has ended the connection: %w", conn.LastError())
		case <-over:
			a.say("the run is over")
		case <-ctx.Done():
		}
		a.end()
		return err
	}
}

func ended(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (a *Agent) say(format string, args ...any) {
	if a.Say != nil {
		a.Say(fmt.Sprintf(format, args...))
	}
}

func (a *Agent) hello() []byte {
	about := a.About
	a.mu.Lock()
	for _, c := range a.orders {
		about.Busy = c.From
	}
	a.mu.Unlock()
	text, _ := json.Marshal(about)
	return text
}

// take takes on an order, once, and says so each time that it is sent.
func (a *Agent) take(ctx context.Context, m *nats.Msg) {
	var p packet
	var o Order
	reply := answer{}
	err := json.Unmarshal(m.Data, &p)
	if err == nil && !a.has(p.ID) {
		if err = a.blobs.unpack(ctx, p, &o); err == nil {
			reply.Refused = a.begin(ctx, o)
		}
	}
	if err != nil {
		reply.Refused = fmt.Sprintf("the order cannot be read: %v", err)
	}
	text, _ := json.Marshal(reply)
	_ = m.Respond(text)
}

func (a *Agent) has(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, known := a.orders[id]
	return known || slices.Contains(a.past, id)
}

// begin says why an order is refused; "" if it is carried out.
func (a *Agent) begin(ctx context.Context, o Order) (refused string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.orders {
		if c.From != o.From {
			return "it works for another run"
		}
	}
	inner, cancel := context.WithCancel(ctx)
	c := &carried{Order: o, agent: ctx, cancel: cancel, heard: time.Now()}
	a.orders[o.ID] = c
	a.all.Go(func() {
		defer cancel()
		a.carry(inner, c)
	})
	return ""
}

// stop ends an order's job early; its observation says so.
func (a *Agent) stop(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.orders[id]; c != nil {
		c.cancel()
	}
}

// hear notes that a coordinator is alive.
func (a *Agent) hear(from string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.orders {
		if c.From == from {
			c.heard = time.Now()
		}
	}
}

// sweep ends what coordinators asked for that are not heard of any more, and forgets their directories.
func (a *Agent) sweep() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.orders {
		if time.Since(c.heard) > max(c.Lease, a.Lease) {
			a.say("the run %s is not heard of any more: its job is ended", c.From)
			c.cancel()
		}
	}
}

// end ends all jobs and waits for them.
func (a *Agent) end() {
	a.mu.Lock()
	for _, c := range a.orders {
		c.cancel()
	}
	a.mu.Unlock()
	a.all.Wait()
	a.mu.Lock()
	marks := slices.Collect(maps.Keys(a.rooms))
	a.mu.Unlock()
	for _, mark := range marks {
		a.free(mark)
	}
}

// free removes the directory that a coordinator's mark stands for.
func (a *Agent) free(mark string) {
	a.mu.Lock()
	dir := a.rooms[mark]
	delete(a.rooms, mark)
	a.mu.Unlock()
	if dir != "" {
		_ = os.RemoveAll(dir)
	}
}
