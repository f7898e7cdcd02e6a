package broker

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"bench/runner/internal/host"
)

func spawn(t *testing.T, o Options) *Child {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := Spawn(ctx, host.Self(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c
}

func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// A broker that is killed comes back with the same store at the same address, and who was connected finds back.
func TestKilledAndBack(t *testing.T) {
	dir := short(t)
	said := &journal{}
	c := spawn(t, Options{Store: inside(dir, "store"), Socket: inside(dir, "s"), Listen: "127.0.0.1:0", Keys: newKeys(t, "lab"), Log: said.add})
	j := c.Join(Coordinator)
	back := make(chan struct{}, 100)
	far := connect(t, j, "far", nats.ReconnectHandler(func(*nats.Conn) { back <- struct{}{} }))
	connect(t, c.Local(Agent), "near", nats.ReconnectHandler(func(*nats.Conn) { back <- struct{}{} }))
	js := stream(t, far, j, 1)
	publish(t, js, j, "0")
	for n := range 3 {
		before := c.PID()
		if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-back
		<-back
		publish(t, js, j, string(rune('1'+n)))
		again := connect(t, c.Local(Coordinator), "again")
		publish(t, stream(t, again, j, 1), j, string(rune('1'+n))) // it is there once
		if got := messages(t, js, j); got != uint64(n)+2 {
			t.Errorf("%d messages, want %d", got, n+2)
		}
		eventually(t, "there is another process, and not this one", func() bool { return c.PID() != before && gone(before) })
	}
	if !said.has("the broker has ended (killed), and is started again") {
		t.Errorf("said: %v", said)
	}
	pid := c.PID()
	c.Stop()
	if !gone(pid) {
		t.Errorf("process %d outlives Stop", pid)
	}
	if _, err := os.Lstat(inside(dir, "s")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is left: %v", err)
	}
}

// No key is among the arguments or in the environment of its process.
func TestNoSecretIsSeen(t *testing.T) {
	keys := newKeys(t, "lab")
	c := spawn(t, Options{Store: short(t), Listen: "127.0.0.1:0", Keys: keys})
	for _, file := range []string{"cmdline", "environ"} {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(c.PID()) + "/" + file)
		if err != nil {
			t.Skipf("nobody can see that here: %v", err)
		}
		if strings.Contains(string(text), keys.Seeds[Agent]) || strings.Contains(string(text), "PRIVATE") {
			t.Errorf("%s holds a key", file)
		}
	}
}

// What a broker refuses comes back as the error of Spawn; so does a program that is none.
func TestNotSpawned(t *testing.T) {
	dir := short(t)
	start(t, Options{Store: inside(dir, "store"), Socket: inside(dir, "s")})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, c := range []struct {
		self string
		o    Options
		want string
	}{
		{host.Self(), Options{Store: inside(dir, "store"), Socket: inside(dir, "t")}, "another broker uses"},
		{host.Self(), Options{Store: inside(dir, "2"), Listen: "0.0.0.0:1"}, "TLS and keys"},
		{"/nonexistent", Options{Store: inside(dir, "2"), Socket: inside(dir, "t")}, "no such file"},
		{"/bin/true", Options{Store: inside(dir, "2"), Socket: inside(dir, "t")}, "ended at once"},
		{"/bin/echo", Options{Store: inside(dir, "2"), Socket: inside(dir, "t")}, "answers with something else"},
	} {
		child, err := Spawn(ctx, c.self, c.o)
		if err == nil {
			child.Stop()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: %v, want %q", c.self, c.o, err, c.want)
		}
	}
	cat, err := exec.LookPath("cat")
	if err != nil {
		t.Skip("no cat")
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if child, err := Spawn(ctx, cat, Options{Store: inside(dir, "2"), Socket: inside(dir, "t")}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", child, err)
	}
}

// A broker ends when its orders do, as they do with the process that gives them, and refuses others.
func TestServeEnds(t *testing.T) {
	dir := short(t)
	in, orders := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Serve(in, out, io.Discard) }()
	if _, err := io.WriteString(orders, `{"Store":"`+inside(dir, "store")+`","Socket":"`+inside(dir, "s")+"\"}\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := answers.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	orders.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for text, want := range map[string]string{"": "is spawned by runner", "x\n": "no options", "{}\n": "needs a directory", strings.Repeat("x", 2<<20): "more than"} {
		if err := Serve(strings.NewReader(text), io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", text, err, want)
		}
	}
}

// The process that spawns is killed: its broker goes too.
func TestEndsWithItsParent(t *testing.T) {
	if os.Getenv("BROKER_PARENT") != "" {
		c, err := Spawn(context.Background(), host.Self(), Options{Store: os.Getenv("BROKER_PARENT"), Listen: "127.0.0.1:0"})
		if err != nil {
			panic(err)
		}
		os.Stdout.WriteString(strconv.Itoa(c.PID()) + "\n")
		select {}
	}
	parent := exec.Command(os.Args[0], "-test.run=^TestEndsWithItsParent$")
	parent.Env = append(os.Environ(), "BROKER_PARENT="+inside(short(t), "store"))
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 32)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(line[:n])))
	if pid < 2 || gone(pid) {
		t.Fatalf("%q", line[:n])
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	eventually(t, "the broker is gone", func() bool { return gone(pid) || zombie(pid) })
}

// zombie tells of a process that has ended and that nobody waits for, as in a container without an init.
func zombie(pid int) bool {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return strings.Contains(string(text), ") Z ")
}
