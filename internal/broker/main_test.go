package broker

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"bench/runner/internal/link"
)

// The brokers that are spawned below are this program again.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "broker" && os.Args[2] == "--spawned" {
		if err := Serve(os.Stdin, os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// journal is what a broker told its log.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) has(part string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Contains(strings.Join(j.lines, "\n"), part)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n")
}

// eventually waits for something that takes as long as the machine is busy.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func newKeys(t testing.TB, fleet string) *Keys {
	t.Helper()
	k, err := NewKeys(fleet)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func start(t testing.TB, o Options) *Broker {
	t.Helper()
	if o.Store == "" {
		o.Store = t.TempDir()
	}
	b, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return b
}

// short is a directory whose path leaves room for a socket's name.
func short(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func connect(t testing.TB, j link.Join, name string, more ...nats.Option) *nats.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := j.Connect(ctx, name, more...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func stream(t testing.TB, c *nats.Conn, j link.Join, replicas int) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	until(t, func() error { // a cluster that is just beginning has no leader yet, and does not answer
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: j.Stream("TASK", "1"), Subjects: []string{j.Subject("1", "task", ">")}, Replicas: replicas})
		return err
	})
	return js
}

// publish puts one message into the stream, and tries until it is there: the id makes that one, however often it is tried.
func publish(t testing.TB, js jetstream.JetStream, j link.Join, id string) {
	t.Helper()
	until(t, func() error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := js.Publish(ctx, j.Subject("1", "task", "0"), []byte(id), jetstream.WithMsgID(id))
		return err
	})
}

func messages(t testing.TB, js jetstream.JetStream, j link.Join) (n uint64) {
	t.Helper()
	until(t, func() error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s, err := js.Stream(ctx, j.Stream("TASK", "1"))
		if err == nil {
			n = s.CachedInfo().State.Msgs
		}
		return err
	})
	return n
}

// until does something until it works, or has not for long.
func until(t testing.TB, do func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if err = do(); err == nil {
			return
		}
	}
	t.Fatal(err)
}

func inside(dir, name string) string { return filepath.Join(dir, name) }
