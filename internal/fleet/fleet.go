package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/internal/link"
)

// Fleet is what a coordinator knows of its agents.
type Fleet struct {
	Join     link.Join
	Host     string        // of this machine, as results.Environment has it
	File     string        // where the join stands, for the process that coordinates a cluster trial
	ID       string        // of this coordinator: a word
	Lease    time.Duration // how long an agent that is not heard of is waited for
	Attempts int           // how often a task of a cluster trial is given out
	Replicas int           // servers that keep each message

	conn  *nats.Conn
	blobs blobs
	inbox string // where agents say who they are when they are asked
	stop  chan struct{}

	mu      sync.Mutex
	agents  map[string]*seen
	layouts map[string]int // by cell: on how many hosts its first trial was
	changed chan struct{}  // closed, and made anew, when an agent comes
	files   map[string]File
}

type seen struct {
	About
	at time.Time
}

// Open begins to coordinate. Close ends it.
func (f *Fleet) Open(ctx context.Context) error {
	conn, err := f.Join.Connect(ctx, "coordinator-"+f.ID)
	if err != nil {
		return err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
		return err
	}
	f.conn, f.blobs, f.stop = conn, newBlobs(js, f.Join), make(chan struct{})
	f.blobs.replicas = max(f.Replicas, 1)
	f.agents, f.changed, f.files = map[string]*seen{}, make(chan struct{}), map[string]File{}
	if err := f.ask(); err != nil {
		conn.Close()
		return err
	}
	go f.live()
	return nil
}

// ask asks all agents who they are, and listens from then on.
func (f *Fleet) ask() error {
	f.inbox = f.conn.NewRespInbox()
	for _, subject := range []string{f.Join.Subject("hello"), f.inbox} {
		if _, err := f.conn.Subscribe(subject, f.hear); err != nil {
			return err
		}
	}
	return f.conn.PublishRequest(f.Join.Subject("agents"), f.inbox, nil)
}

// Store makes the place at the broker where files and large messages are kept. A cluster of brokers that has no leader yet
// is asked again until ctx ends.
func (f *Fleet) Store(ctx context.Context) error {
	for {
		try, done := context.WithTimeout(ctx, pace)
		err := f.blobs.make(try, f.Replicas)
		done()
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(pace / 10)
	}
}

// live tells the agents that this coordinator is there, and asks them whether they are: what they say by themselves goes by
// a lease of their own, which may be longer than this one.
func (f *Fleet) live() {
	for beat := time.NewTicker(f.Lease / parts); ; {
		select {
		case <-f.stop:
			beat.Stop()
			return
		case <-beat.C:
		}
		_ = f.conn.PublishRequest(f.Join.Subject("agents"), f.inbox, nil)
		for _, about := range f.Agents() {
			_ = f.conn.Publish(f.Join.Subject("agent", about.Name, "alive"), []byte(f.ID))
		}
	}
}

// End tells the agents that the broker will be gone.
func (f *Fleet) End() {
	_ = f.conn.Publish(f.Join.Subject("over"), nil)
	_ = f.conn.FlushTimeout(pace)
}

// Close leaves the broker.
func (f *Fleet) Close() {
	close(f.stop)
	f.conn.Close()
}

func (f *Fleet) hear(m *nats.Msg) {
	var about About
	if err := json.Unmarshal(m.Data, &about); err != nil || !link.Word(about.Name) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	_, known := f.agents[about.Name]
	f.agents[about.Name] = &seen{about, time.Now()}
	if !known {
		close(f.changed)
		f.changed = make(chan struct{})
	}
}

// Agents are those that are heard of, by name.
func (f *Fleet) Agents() (all []About) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(f.agents)) {
		if s := f.agents[name]; time.Since(s.at) <= f.Lease {
			all = append(all, s.About)
		} else {
			delete(f.agents, name)
		}
	}
	return all
}

// Await waits until there are n agents, or ctx ends.
func (f *Fleet) Await(ctx context.Context, n int) error {
	for {
		f.mu.Lock()
		changed := f.changed
		f.mu.Unlock()
		if len(f.Agents()) >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d agents take part in the fleet: %w", len(f.Agents()), n, ctx.Err())
		}
	}
}

// lose forgets an agent that does not answer.
func (f *Fleet) lose(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.agents, name)
}

// wake lets those look again who wait for an agent.
func (f *Fleet) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.changed)
	f.changed = make(chan struct{})
}
