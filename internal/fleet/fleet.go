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
	Version  string        // of runner: agents of another are left out; "": none are
	Say      func(string)  // may be nil

	conn  *nats.Conn
	blobs blobs
	inbox string // where agents say who they are when they are asked
	stop  chan struct{}

	mu      sync.Mutex
	agents  map[string]*seen
	known   map[string]About    // all that were ever heard of, by name
	layouts map[string][]string // by cell: the hosts of its first trial
	changed chan struct{}       // closed, and made anew, when an agent comes or is freed
	files   map[string]File
	owed    owed
	gave    bool            // orders, since the agents were left
	other   map[string]bool // names of agents that are another version, which has been said
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
	f.owed, f.other = owed{map[string]bool{}, map[string]string{}}, map[string]bool{}
	f.agents, f.known, f.changed, f.files = map[string]*seen{}, map[string]About{}, make(chan struct{}), map[string]File{}
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
	if _, err := f.conn.Subscribe(f.Join.Subject("order", f.ID, "*", "done"), f.settle); err != nil {
		return err
	}
	return f.conn.PublishRequest(f.Join.Subject("agents"), f.inbox, nil)
}

// Store makes the place at the broker where files and large messages are kept.
func (f *Fleet) Store(ctx context.Context) error { return f.blobs.make(ctx, f.Replicas) }

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
		for _, about := range f.heardOf() {
			_ = f.conn.Publish(f.Join.Subject("agent", about.Name, "alive"), []byte(f.ID))
			f.recall(about.Name)
		}
	}
}

// End tells the agents that the broker will be gone.
func (f *Fleet) End() {
	_ = f.conn.Publish(f.Join.Subject("over"), nil)
	_ = f.conn.FlushTimeout(pace)
}

// Leave frees the agents from this run: another may have them.
func (f *Fleet) Leave() {
	f.mu.Lock()
	gave := f.gave
	f.gave = false
	f.mu.Unlock()
	if !gave {
		return
	}
	_ = f.conn.Publish(f.Join.Subject("left"), []byte(f.ID))
	_ = f.conn.FlushTimeout(pace)
}

// Close leaves the agents and the broker.
func (f *Fleet) Close() {
	close(f.stop)
	f.Leave()
	f.conn.Close()
}

func (f *Fleet) hear(m *nats.Msg) {
	var about About
	if err := json.Unmarshal(m.Data, &about); err != nil || !link.Word(about.Name) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.fits(about) {
		return
	}
	was := f.agents[about.Name]
	f.agents[about.Name], f.known[about.Name] = &seen{about, time.Now()}, about
	if was == nil || was.Busy != about.Busy {
		close(f.changed)
		f.changed = make(chan struct{})
	}
}

// fits tells whether an agent is of this version, and says once that it is not. What is just "devel" may be any.
func (f *Fleet) fits(about About) bool {
	const any = "devel"
	if about.Version == f.Version || f.Version == "" || f.Version == any || about.Version == any {
		return true
	}
	if !f.other[about.Name] && f.Say != nil {
		f.Say(fmt.Sprintf("%s is left out: it has runner %s, and this is %s", about.Name, about.Version, f.Version))
	}
	f.other[about.Name] = true
	return false
}

// Agents are those that are heard of, by name, without those that may still be at work on what they were given up for.
func (f *Fleet) Agents() []About {
	all := f.heardOf()
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(all, func(about About) bool { return f.owed.by(about.Name) })
}

func (f *Fleet) heardOf() (all []About) {
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

// Available are those of Agents that work for no other run.
func (f *Fleet) Available() []About {
	return slices.DeleteFunc(f.Agents(), func(about About) bool { return !f.frees(about) })
}

// can tells whether an agent has an interpreter of a kind; all can do without.
func (about About) can(kind string) bool { return kind == "" || slices.Contains(about.Runtimes, kind) }

// Able is how many agents can run work of a kind and work for no other run, how many are here that can, and how many were ever.
func (f *Fleet) Able(kind string) (free, here, ever int) {
	all := f.Agents()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, about := range all {
		if about.can(kind) {
			if here++; f.frees(about) {
				free++
			}
		}
	}
	for _, about := range f.known {
		if about.can(kind) {
			ever++
		}
	}
	return free, here, ever
}

// frees tells whether an agent works for no other run.
func (f *Fleet) frees(about About) bool { return about.Busy == "" || about.Busy == f.ID }

// Await waits until n agents are free that can run work of a kind, or ctx ends.
func (f *Fleet) Await(ctx context.Context, kind string, n int) error {
	for {
		f.mu.Lock()
		changed := f.changed
		f.mu.Unlock()
		free, _, _ := f.Able(kind)
		if free >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d agents take part in the fleet and are free: %w", free, n, ctx.Err())
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
