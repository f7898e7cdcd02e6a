package serve

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// listen begins to listen to a page, and returns its events one by one; "" at the end.
func listen(t *testing.T, s *Server, path string) (next func() string, leave func()) {
	t.Helper()
	c, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s=%s\r\n\r\n", path, s.port, s.cookieName(), testToken)
	in := bufio.NewReader(c)
	resp, err := http.ReadResponse(in, nil)
	if err != nil || resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%v %v", resp, err)
	}
	body := bufio.NewReader(resp.Body)
	return func() string {
		var event strings.Builder
		for {
			line, err := body.ReadString('\n')
			if err != nil {
				return ""
			}
			if line == "\n" {
				return event.String()
			}
			event.WriteString(line)
		}
	}, func() { c.Close() }
}

// TestEvents wants news of a run as long as there are some, and the end told once.
func TestEvents(t *testing.T) {
	store := &fake{runs: []Run{running("goes", "pi")}, progress: Progress{Done: 1, Planned: 2, Where: "1 of 2 trials"}}
	s := start(t, store, nil)
	next, _ := listen(t, s, "/run/goes/events")
	contains(t, next(), "data: <nav>", "1 of 2 trials")
	store.change(func(f *fake) { f.progress.Where = "2 of 2 trials" })
	contains(t, next(), "2 of 2 trials")
	store.change(func(f *fake) { f.runs[0] = stored("goes", "pi", "PASS") })
	if last := next(); last != "event: end\ndata:\n" {
		t.Errorf("%q", last)
	}
	if more := next(); more != "" {
		t.Errorf("%q after the end", more)
	}
}

// TestListEvents wants a new run in the list of whoever looks at it.
func TestListEvents(t *testing.T) {
	store := &fake{runs: []Run{stored("one", "pi", "PASS")}}
	s := start(t, store, nil)
	next, _ := listen(t, s, "/events?experiment=pi&page=1")
	contains(t, next(), "data: <nav>", "/run/one")
	store.change(func(f *fake) {
		f.runs = append([]Run{stored("other", "primes", "PASS"), running("two", "pi")}, f.runs...)
	})
	event := next()
	contains(t, event, "/run/two", "/run/one")
	if strings.Contains(event, "/run/other") {
		t.Error("a run of another experiment")
	}
}

// TestSilence wants the store left alone while nobody watches, also after a client has gone away.
func TestSilence(t *testing.T) {
	store := &fake{runs: []Run{running("goes", "pi")}}
	s := start(t, store, nil)
	next, leave := listen(t, s, "/run/goes/events")
	next()
	leave()
	for len(s.watching) > 0 {
		time.Sleep(time.Millisecond)
	}
	asked := store.asked.Load()
	time.Sleep(20 * s.every)
	if now := store.asked.Load(); now != asked {
		t.Errorf("asked %d times though nobody watches", now-asked)
	}
}

// TestShared wants the store asked once for all who watch the same page at one time. The clock stands still.
func TestShared(t *testing.T) {
	store := &fake{runs: []Run{running("goes", "pi")}}
	now := day
	var mu sync.Mutex
	s := start(t, store, func(s *Server) {
		s.now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	var nexts []func() string
	for range 20 {
		next, _ := listen(t, s, "/run/goes/events")
		next()
		nexts = append(nexts, next)
	}
	if n := store.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	store.change(func(f *fake) { f.progress.Where = "news" })
	mu.Lock()
	now = now.Add(s.every)
	mu.Unlock()
	for _, next := range nexts {
		contains(t, next(), "news")
	}
	if n := store.asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

// TestSharedInTurn wants the moment of a part told by who has its turn: who waited would put an older part back.
func TestSharedInTurn(t *testing.T) {
	s := New(&fake{}, testToken)
	asked := 0
	s.now = func() time.Time {
		asked++
		if len(s.cache.entry("part x").turn) == 0 {
			t.Error("nobody has the turn")
		}
		return day
	}
	of := func(context.Context) (markup, bool, error) { return "text", true, nil }
	if text, err := s.shared(t.Context(), "x", of); text != "data: text\n\n" || err != nil || asked != 1 {
		t.Errorf("%q (%v), asked %d times", text, err, asked)
	}
}

// TestManyWatch wants no more streams than there may be, each free again when its client has gone, and all ended with the
// server: start waits for that.
func TestManyWatch(t *testing.T) {
	store := &fake{runs: []Run{running("goes", "pi")}}
	s := start(t, store, nil)
	var leaves []func()
	for range mostWatchers {
		next, leave := listen(t, s, "/run/goes/events")
		if next() == "" {
			t.Fatal("no event")
		}
		leaves = append(leaves, leave)
	}
	next, _ := listen(t, s, "/run/goes/events")
	if event := next(); event != "retry: 10000\n" {
		t.Errorf("one too many is told %q", event)
	}
	leaves[0]()
	for len(s.watching) == mostWatchers {
		time.Sleep(time.Millisecond)
	}
	next, _ = listen(t, s, "/run/goes/events")
	contains(t, next(), "data: ")
}

// TestStaysAfterEnd wants who stays connected after the end of a stream left. There is one processor, so that what reads from
// the client meanwhile begins late.
func TestStaysAfterEnd(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	s := start(t, &fake{runs: []Run{stored("one", "pi", "PASS")}}, nil)
	next, _ := listen(t, s, "/run/one/events")
	if event := next() + next(); event != "event: end\ndata:\n" {
		t.Errorf("%q", event)
	}
	open := func() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.conns) }
	for begin := time.Now(); open() > 0; time.Sleep(time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("its connection is held")
		}
	}
}

// TestStoreFailsMeanwhile wants the stream ended, so that the browser asks again, and the server to go on.
func TestStoreFailsMeanwhile(t *testing.T) {
	store := &fake{runs: []Run{running("goes", "pi")}}
	s := start(t, store, nil)
	next, _ := listen(t, s, "/run/goes/events")
	next()
	store.change(func(f *fake) { f.fault = errors.New("the disk is gone") })
	if event := next(); event != "" {
		t.Errorf("%q", event)
	}
	store.change(func(f *fake) { f.fault = nil })
	if resp, _ := get(t, s, "/"); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
}

func always(stamp string) func() string { return func() string { return stamp } }

func TestCache(t *testing.T) {
	c := newCache(10)
	made := 0
	get := func(key, stamp, data string) string {
		b, err := c.get(t.Context(), key, always(stamp), func() ([]byte, error) { made++; return []byte(data), nil })
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, step := range []struct {
		key, stamp, data, want string
		made                   int
	}{
		{"a", "1", "aaaa", "aaaa", 1},
		{"a", "1", "other", "aaaa", 1},
		{"a", "2", "AAAA", "AAAA", 2}, // it has changed
		{"b", "1", "bbbb", "bbbb", 3},
		{"a", "2", "", "AAAA", 3},
		{"c", "1", "cccc", "cccc", 4}, // b has to go, which was used longest ago
		{"a", "2", "", "AAAA", 4},
		{"b", "1", "BBBB", "BBBB", 5},
		{"d", "1", "far too large", "far too large", 6}, // given, not kept
		{"d", "1", "again", "again", 7},
	} {
		if got := get(step.key, step.stamp, step.data); got != step.want || made != step.made {
			t.Fatalf("%+v: %q, made %d times", step, got, made)
		}
	}
	if _, err := c.get(t.Context(), "e", always("1"), func() ([]byte, error) { return nil, errors.New("no") }); err == nil {
		t.Error("an error is lost")
	}
	if got := get("e", "1", "e"); got != "e" {
		t.Errorf("an error was kept: %q", got)
	}
	for i := range 3 * mostEntries {
		get(fmt.Sprint(i), "1", "")
	}
	if c.held > 10 || len(c.entries) > mostEntries {
		t.Errorf("%d B in %d entries", c.held, len(c.entries))
	}
}

// TestCacheWaits wants who waits for another's work to give up when it has gone away.
func TestCacheWaits(t *testing.T) {
	c := newCache(10)
	begun, end := make(chan bool), make(chan bool)
	go c.get(context.Background(), "a", always("1"), func() ([]byte, error) { begun <- true; <-end; return nil, nil })
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.get(ctx, "a", always("1"), nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(end)
}

// FuzzRequest compares the reader with that of net/http: what this one takes, the other one takes too, and reads alike.
func FuzzRequest(f *testing.F) {
	for _, head := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /run/a%2fb?token=x&a HTTP/1.0\r\n\r\n", "HEAD /a/../b HTTP/1.1\nhost: x\nCookie: a=b; c\n\n",
		"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "GET /\x00 HTTP/1.1\r\n\r\n"} {
		f.Add([]byte(head))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, refused := readRequest(bytes.NewReader(data))
		if refused != nil {
			if refused.status < 400 || strings.Count(refused.head(), "\r\n\r\n") != 1 {
				t.Fatalf("%q is refused with %q", data, refused.head())
			}
			return
		}
		theirs, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(data)))
		if err != nil {
			if strings.Contains(err.Error(), "Host") || strings.Contains(err.Error(), "HTTP version") {
				return // guard looks at Host; any HTTP/1.x will do here
			}
			t.Fatalf("%q is read as %+v, net/http says %v", data, r, err)
		}
		if theirs.Method != r.method || theirs.URL.EscapedPath() != r.path || r.path[0] != '/' || theirs.ContentLength > 0 {
			t.Fatalf("%q is read as %+v, by net/http as %+v", data, r, theirs)
		}
		if moved(r.path); strings.ContainsAny(r.path, " \r\n\x00") {
			t.Fatalf("%q: path %q", data, r.path)
		}
	})
}
