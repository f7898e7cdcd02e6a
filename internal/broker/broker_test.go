package broker

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
)

func TestSocket(t *testing.T) {
	dir := short(t)
	b := start(t, Options{Store: inside(dir, "store"), Socket: inside(dir, "s"), Fleet: "test"})
	j := b.Local(Agent)
	if len(b.Servers) != 0 || j.Socket != inside(dir, "s") || j.Seed != "" || b.Nearest(Agent).Socket != j.Socket {
		t.Fatalf("%+v, %v", j, b.Servers)
	}
	js := stream(t, connect(t, j, "tester"), j, 1)
	publish(t, js, j, "x")
	if n := messages(t, js, j); n != 1 {
		t.Errorf("%d messages", n)
	}
	for path, want := range map[string]os.FileMode{"store": os.ModeDir | 0o700, "s": os.ModeSocket | 0o600} {
		if info, err := os.Stat(inside(dir, path)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if left, _ := filepath.Glob(inside(dir, ".s*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// A broker neither disturbs another one nor takes a place that is something else's; that of one that was killed it takes.
func TestPlacesAreTaken(t *testing.T) {
	dir := short(t)
	first := start(t, Options{Store: inside(dir, "1"), Socket: inside(dir, "s")})
	refuse := func(o Options, want string) {
		t.Helper()
		if b, err := Start(o); err == nil {
			b.Stop()
			t.Errorf("started, want %q", want)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	refuse(Options{Store: inside(dir, "1"), Socket: inside(dir, "t")}, "another broker uses")
	refuse(Options{Store: inside(dir, "2"), Socket: inside(dir, "s")}, "another broker listens on")
	if err := os.WriteFile(inside(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(Options{Store: inside(dir, "2"), Socket: inside(dir, "file")}, "is no socket")
	refuse(Options{Store: inside(dir, "file"), Socket: inside(dir, "t")}, "not a directory")
	if err := os.Symlink(inside(dir, "2"), inside(dir, "link")); err != nil {
		t.Fatal(err)
	}
	refuse(Options{Store: inside(dir, "link"), Socket: inside(dir, "t")}, "not a link")

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	refuse(Options{Store: inside(dir, "2"), Listen: taken.Addr().String()}, "address already in use")

	first.Stop()
	if _, err := os.Lstat(inside(dir, "s")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is left: %v", err)
	}
	killed, err := net.ListenUnix("unix", &net.UnixAddr{Name: inside(dir, "s")})
	if err != nil {
		t.Fatal(err)
	}
	killed.SetUnlinkOnClose(false)
	killed.Close()
	b := start(t, Options{Store: inside(dir, "1"), Socket: inside(dir, "s")})
	connect(t, b.Local(Agent), "tester")
}

// What is stored is there again, and large messages go through the socket whole.
func TestStartedAgain(t *testing.T) {
	dir := short(t)
	o := Options{Store: inside(dir, "store"), Socket: inside(dir, "s")}
	for n := range uint64(2) {
		b, err := Start(o)
		if err != nil {
			t.Fatal(err)
		}
		j := b.Local(Coordinator)
		c := connect(t, j, "tester")
		js := stream(t, c, j, 1)
		publish(t, js, j, string(rune('a'+n)))
		if got := messages(t, js, j); got != n+1 {
			t.Errorf("%d messages, want %d", got, n+1)
		}
		sub, err := c.SubscribeSync("large")
		if err != nil {
			t.Fatal(err)
		}
		other := connect(t, j, "other")
		if err := errors.Join(c.Flush(), other.Publish("large", make([]byte, maxPayload)), other.Flush()); err != nil {
			t.Fatal(err)
		}
		if m, err := sub.NextMsgWithContext(t.Context()); err != nil || len(m.Data) != maxPayload {
			t.Errorf("%v", err)
		}
		if err := other.Publish("large", make([]byte, maxPayload+1)); !errors.Is(err, nats.ErrMaxPayload) {
			t.Errorf("%v", err)
		}
		other.Close()
		c.Close()
		b.Stop()
	}
}

func TestRefusedOptions(t *testing.T) {
	keys := newKeys(t, "lab")
	cluster := func(name, listen string, routes ...string) *Cluster { return &Cluster{name, listen, routes} }
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "needs a directory"},
		{Options{Store: "s"}, "needs a socket or an address"},
		{Options{Store: "s", Listen: "0.0.0.0:4222"}, "TLS and keys"},
		{Options{Store: "s", Listen: ":4222"}, "TLS and keys"},
		{Options{Store: "s", Listen: "[::]:4222"}, "TLS and keys"},
		{Options{Store: "s", Listen: "example.org:4222"}, "TLS and keys"},
		{Options{Store: "s", Listen: "10.0.0.1:0"}, "TLS and keys"},
		{Options{Store: "s", Listen: "4222"}, "HOST:PORT is needed"},
		{Options{Store: "s", Listen: "127.0.0.1:70000"}, "HOST:PORT is needed"},
		{Options{Store: "s", Listen: "user@127.0.0.1:1"}, "HOST:PORT is needed"},
		{Options{Store: "s", Listen: "127.0.0.1:0", Fleet: "a.b"}, "letters, digits"},
		{Options{Store: "s", Listen: "127.0.0.1:0", Fleet: "other", Keys: keys}, `of the fleet "lab", not of "other"`},
		{Options{Store: "s", Listen: "127.0.0.1:0", Keys: &Keys{Fleet: "lab"}}, "cannot be read"},
		{Options{Store: "s", Listen: "127.0.0.1:0", Servers: []string{"a"}}, "HOST:PORT is needed"},
		{Options{Store: "s", Listen: "127.0.0.1:0", Servers: []string{":1"}}, "names no host"},
		{Options{Store: "s", Listen: "127.0.0.1:0", MaxStore: -1}, "positive"},
		{Options{Store: "s", Listen: "127.0.0.1:0", Cluster: cluster("", "127.0.0.1:0", "127.0.0.1:1")}, "server's name"},
		{Options{Store: "s", Listen: "127.0.0.1:0", Cluster: cluster("a", "127.0.0.1:0")}, "addresses of the others"},
		{Options{Store: "s", Listen: "127.0.0.1:0", Cluster: cluster("a", "127.0.0.1:0", "b:0")}, "HOST:PORT is needed"},
		{Options{Store: "s", Listen: "127.0.0.1:0", Cluster: cluster("a", "10.0.0.1:1", "127.0.0.1:1")}, "TLS and keys"},
		{Options{Store: "s", Listen: "127.0.0.1:0", Cluster: cluster("a", "", "127.0.0.1:1")}, "HOST:PORT is needed"},
	} {
		if err := c.o.valid(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
	}
}

// One that listens everywhere says how it is reached, and its certificate is for those addresses.
func TestListensEverywhere(t *testing.T) {
	b := start(t, Options{Listen: "0.0.0.0:0", Keys: newKeys(t, "lab")})
	if len(b.Servers) == 0 || strings.Contains(strings.Join(b.Servers, " "), "0.0.0.0") {
		t.Fatalf("%v", b.Servers)
	}
	connect(t, b.Join(Agent), "agent")
}
