package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

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

	mu      sync.Mutex
	orders  map[string]*carried
	past    []string           // ids of the last orders that have ended
	callers map[string]*caller // by id: the coordinators that have given orders
	rooms   map[mark]string    // directories here
	ending  bool               // no order is taken on any more
	named   bool               // no other agent has the name
	yields  bool               // another that is just starting may have it
	all     sync.WaitGroup
}

// carried is an order that was taken on.
type carried struct {
	Order
	agent  context.Context // of the agent; that of the order is cancelled by itself
	cancel context.CancelFunc
}

// mark is what the directory of an order is known by. Orders of one trial share it; a member has its own.
func (c *carried) mark() mark {
	if c.Member != nil {
		return mark{c.From, "member " + c.Member.Trial}
	}
	return mark{c.From, c.Job.Dir}
}

// Serve works until ctx ends, until the broker refuses the key, or until another agent turns out to have this one's name.
func (a *Agent) Serve(ctx context.Context) error {
	closed, over, back := make(chan struct{}), make(chan struct{}), make(chan struct{}, 1)
	isOver := sync.OnceFunc(func() { close(over) })
	var gone atomic.Int64 // when the broker was lost, ns; 0: it is there
	looking := time.AfterFunc(silence, func() { a.say("looking for the broker at %s", a.Join.Where()) })
	conn, err := a.Join.Connect(ctx, "agent-"+a.About.Name,
		nats.ClosedHandler(func(*nats.Conn) { close(closed) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if gone.Store(time.Now().UnixNano()); err != nil && ctx.Err() == nil && !ended(over) { // nil: it was closed here
				a.say("the broker is gone; looking for it: %v", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) {
			gone.Store(0)
			a.say("the broker is back")
			select {
			case back <- struct{}{}:
			default:
			}
		}))
	looking.Stop()
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	a.conn, a.blobs = conn, newBlobs(js, a.Join)
	a.orders, a.callers, a.rooms = map[string]*carried{}, map[string]*caller{}, map[mark]string{}
	if a.Lease == 0 {
		a.Lease = DefaultLease
	}
	a.About.Nonce = nuid.Next()
	called, err := conn.Subscribe(a.Join.Subject("called", a.About.Name), a.called)
	if err != nil {
		return err
	}
	if err := a.alone(ctx); err != nil {
		return err
	}
	give, err := conn.Subscribe(a.Join.Subject("agent", a.About.Name, "do"), func(m *nats.Msg) { a.take(ctx, m) })
	if err != nil {
		return err
	}
	for subject, handle := range map[string]nats.MsgHandler{
		a.Join.Subject("over"):                         func(*nats.Msg) { isOver() },
		a.Join.Subject("agents"):                       func(m *nats.Msg) { _ = m.Respond(a.hello()) },
		a.Join.Subject("agent", a.About.Name, "stop"):  a.stop,
		a.Join.Subject("agent", a.About.Name, "holds"): a.holds,
		a.Join.Subject("left"):                         func(m *nats.Msg) { a.left(string(m.Data)) },
		a.Join.Subject("agent", a.About.Name, "alive"): func(m *nats.Msg) { a.hear(string(m.Data)) },
		a.Join.Subject("agent", a.About.Name, "free"):  func(m *nats.Msg) { a.free(parseMark(string(m.Data))); _ = m.Respond(nil) },
	} {
		if _, err := conn.Subscribe(subject, handle); err != nil {
			return err
		}
	}
	a.say("%s takes part in the fleet %s at %s", a.About.Name, a.Join.Fleet, a.Join.Where())
	beat := time.NewTicker(a.Lease / parts)
	defer beat.Stop()
	for {
		if err := conn.Publish(a.Join.Subject("hello"), a.hello()); err != nil && !errors.Is(err, nats.ErrReconnectBufExceeded) {
			a.say("the broker does not take what is said: %v", err)
		}
		a.sweep()
		select {
		case <-beat.C:
			if since := gone.Load(); a.Join.Passing && since > 0 && time.Since(time.Unix(0, since)) > 2*a.Lease {
				err = errors.New("the broker, which was a run's own, is gone for good: one that is started or resumed writes another join file")
				break
			}
			continue
		case <-back:
			if err = a.alone(ctx); err == nil {
				continue
			}
		case <-closed:
			err = fmt.Errorf("the broker has ended the connection: %w", conn.LastError())
		case <-over:
			a.say("the run is over")
		case <-ctx.Done():
		}
		_, _ = called.Unsubscribe(), give.Unsubscribe() // one that is started in its place can have the name
		a.end()
		return err
	}
}

// silence is how long a broker is looked for before that is said.
const silence = 2 * time.Second

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
	about.Busy = a.owner()
	a.mu.Unlock()
	text, _ := json.Marshal(about)
	return text
}

// owner is the run that this agent works for: from its first order on, until it says that it leaves or is not heard of any
// more. Called with the lock held.
func (a *Agent) owner() string {
	for _, c := range a.orders {
		return c.From
	}
	for id, c := range a.callers {
		if !c.left && time.Since(c.heard) <= c.lease {
			return id
		}
	}
	return ""
}

// take takes on an order, once, and says so each time that it is sent.
func (a *Agent) take(ctx context.Context, m *nats.Msg) {
	var p packet
	var o Order
	reply := answer{Nonce: a.About.Nonce}
	err := json.Unmarshal(m.Data, &p)
	if err == nil && !a.has(p.ID) {
		if err = a.blobs.unpack(ctx, p, &o); err == nil {
			reply.Refused, reply.Busy = a.begin(ctx, o)
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

// begin says why an order is refused, and whether that is since another run has this agent; "" if it is carried out.
func (a *Agent) begin(ctx context.Context, o Order) (refused string, busy bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ending {
		return "it is about to end", false
	}
	if slices.Contains(a.past, o.ID) {
		return "", false // it was stopped while it was read
	}
	if owner := a.owner(); owner != "" && owner != o.From {
		return "it works for another run", true
	}
	inner, cancel := context.WithCancel(ctx)
	c := &carried{Order: o, agent: ctx, cancel: cancel}
	a.belong(o.From, o.Lease)
	a.orders[o.ID] = c
	a.all.Go(func() {
		defer cancel()
		a.carry(inner, c)
	})
	return "", false
}

// belong makes this agent a run's. Called with the lock held.
func (a *Agent) belong(from string, lease time.Duration) {
	for _, other := range a.callers { // one that was stopped may go on
		other.left = true
	}
	a.callers[from] = &caller{heard: time.Now(), lease: max(lease, a.Lease)}
}

// holds tells a coordinator whether an order is being carried out here.
func (a *Agent) holds(m *nats.Msg) {
	a.mu.Lock()
	_, held := a.orders[string(m.Data)]
	a.mu.Unlock()
	_ = m.Respond(strconv.AppendBool(nil, held))
}

// stop ends an order's job early; its observation says so. One that is not known here is never begun either, and is answered
// at once, if the coordinator asks for that: it may have given it up before it came.
func (a *Agent) stop(m *nats.Msg) {
	id := string(m.Data)
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.orders[id]; c != nil {
		c.cancel()
		return
	}
	if m.Reply != "" {
		a.remember(id)
		_ = m.Respond(nil)
	}
}

// end ends all jobs and waits for them.
func (a *Agent) end() {
	a.mu.Lock()
	a.ending = true
	for _, c := range a.orders {
		c.cancel()
	}
	a.mu.Unlock()
	a.all.Wait()
	a.mu.Lock()
	marks := slices.Collect(maps.Keys(a.rooms))
	a.mu.Unlock()
	for _, m := range marks {
		a.free(m)
	}
}
