// Package serve shows stored runs in a browser: read-only, on loopback, behind a random token.
//
// It opens no file and judges nothing: what it shows comes from a Store, and a run that has ended is shown by the formats
// of reports. HTTP is written over net, since net/http would cost every worker process 0.4 ms at its start.
package serve

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"

	"bench/runner/reports"
	"bench/runner/results"
)

// Store is where the runs come from. Its methods are called by several goroutines.
type Store interface {
	// Runs lists at most limit runs, the newest first, after offset newer ones: of one experiment, or with "" of all.
	Runs(ctx context.Context, experiment string, offset, limit int) ([]Run, error)
	// Run finds a run by what people type: an id, the beginning of one, last. The error is NotFound if there is none.
	Run(ctx context.Context, ref string) (Run, error)
	// Report judges a run, by its whole id.
	Report(ctx context.Context, id string) (*reports.Report, error)
	// Progress is how far a run has come, by its whole id. It is cheap, and judges nothing.
	Progress(ctx context.Context, id string) (Progress, error)
}

// NotFound is the error of a Store that does not have what was asked for.
type NotFound string

func (n NotFound) Error() string { return string(n) }

// Run is a line of the list.
type Run struct {
	results.RunSummary
	Running bool // a process measures it now
}

// Progress is how far a run has come. Its texts are what the terminal of the run shows.
type Progress struct {
	Question string
	Done     int           // trials
	Planned  int           // trials, or a bound of them
	Where    string        // "block 3 of 10, 24 of 80 trials"
	Elapsed  time.Duration // of measuring
	Left     string        // "about 12 s left"; "": not known
	Last     string        // key of the cell that was measured last; "": none yet
	Cells    []Cell
}

// Cell is what is known of a cell while its run goes on.
type Cell struct {
	Key     string
	N       int    // trials with a time that counts
	Median  string // of their total times; "": none yet
	Speedup string // against the baseline; "": none, or none yet
	Trouble string // "2 wrong, 1 timeout"; "": none
}

// Server shows the runs of a store.
type Server struct {
	store     Store
	token     string
	now       func() time.Time
	every     time.Duration // how often somebody who watches is told
	patience  time.Duration // for a request to come, and for a client to take a piece of the answer
	port      int
	listeners []net.Listener

	cache    *cache
	judging  chan struct{} // holds one token: reports are made one after the other
	watching chan struct{} // holds one token for each who watches

	mu      sync.Mutex
	conns   map[net.Conn]bool
	running sync.WaitGroup
}

// Bounds of what is open at once.
const (
	mostConns    = 256
	mostWatchers = 64
	cacheBytes   = 64 << 20
)

// New makes a server of a store; token is what browsers have to know.
func New(store Store, token string) *Server {
	return &Server{
		store: store, token: token, now: time.Now, every: time.Second, patience: 20 * time.Second,
		cache: newCache(cacheBytes), judging: make(chan struct{}, 1), watching: make(chan struct{}, mostWatchers),
		conns: map[net.Conn]bool{},
	}
}

// Listen takes a port of 127.0.0.1, and the same one of ::1 where that is there and free. Port 0 is a free one.
func (s *Server) Listen(ctx context.Context, port int) error {
	var config net.ListenConfig
	four, err := config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	s.listeners = append(s.listeners, four)
	s.port = four.Addr().(*net.TCPAddr).Port
	if six, err := config.Listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(s.port))); err == nil {
		s.listeners = append(s.listeners, six)
	}
	return nil
}

// URL is the address to open, with the token.
func (s *Server) URL() string {
	return "http://127.0.0.1:" + strconv.Itoa(s.port) + "/?token=" + s.token
}

// Serve answers until ctx is done. All connections are closed then, and their goroutines gone, but for one that makes a
// report: it is waited for no longer than a second.
func (s *Server) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, len(s.listeners))
	for _, l := range s.listeners {
		s.running.Go(func() { failed <- s.accept(ctx, l) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	cancel()
	s.end()
	return err
}

func (s *Server) end() {
	for _, l := range s.listeners {
		_ = l.Close()
	}
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.conns = nil
	s.mu.Unlock()
	gone := make(chan struct{})
	go func() { s.running.Wait(); close(gone) }()
	select {
	case <-gone:
	case <-time.After(time.Second):
	}
}

// accept gives each connection a goroutine, until the listener is closed.
func (s *Server) accept(ctx context.Context, l net.Listener) error {
	for {
		c, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = c.Close()
			}
			return nil
		case err == nil:
			s.admit(ctx, c)
		case errors.Is(err, net.ErrClosed):
			return err
		default: // out of descriptors, perhaps: some come back
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func (s *Server) admit(ctx context.Context, c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil || len(s.conns) >= mostConns {
		_ = c.Close()
		return
	}
	s.conns[c] = true
	s.running.Go(func() {
		defer s.forget(c)
		s.converse(ctx, c)
	})
}

func (s *Server) forget(c net.Conn) {
	_ = c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}
