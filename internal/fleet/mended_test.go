package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"bench/runner/executors"
	"bench/runner/internal/broker"
	"bench/runner/internal/link"
	"bench/runner/results"
)

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begin := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatalf("never: %s", what)
		}
	}
}

func fine(context.Context, executors.Job) executors.Observation {
	return executors.Observation{Status: results.OK}
}

// TestAnAgentThatCannotStart is tried again each time, and is nothing to stop.
func TestAnAgentThatCannotStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent")
	if err := os.WriteFile(path, []byte("no program"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, local := range []bool{false, true} {
		c := &children{all: []*child{{path: path, argv: []string{"agent"}, local: local}}}
		for range 2 {
			if err := c.Ensure(); !errors.Is(err, syscall.ENOEXEC) {
				t.Errorf("local %v: %v", local, err)
			}
		}
		c.Stop()
	}
}

// TestANameIsOneAgents: the one that has it keeps it, and of several that start at once one gets it.
func TestANameIsOneAgents(t *testing.T) {
	f := table(t, time.Minute)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	serve := func(name string, n int) chan error {
		ends := make(chan error, n)
		for range n {
			a := &Agent{Join: f.Join, Dir: t.TempDir(), About: About{Name: name}, Lease: f.Lease, Launch: fine}
			go func() { ends <- a.Serve(ctx) }()
		}
		return ends
	}
	refused := func(err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "is called") {
			t.Errorf("%v", err)
		}
	}
	end := f.join(t, "a", fine)
	refused(<-serve("a", 1))
	end()
	f.join(t, "a", fine) // its name is free again

	several := serve("b", 4)
	for range 3 {
		refused(<-several)
	}
	if o, err := f.Do(t.Context(), "b", Order{Job: executors.Job{Dir: "/mark"}}); err != nil || o.Status != results.OK {
		t.Errorf("%v, %s", err, o.Status)
	}
	cancel()
	if err := <-several; err != nil {
		t.Error(err)
	}
}

// TestWhoHasANameMayBeSlow: one that does not answer at first has it still.
func TestWhoHasANameMayBeSlow(t *testing.T) {
	f := table(t, 2*time.Second)
	times := 0
	if _, err := f.conn.Subscribe(f.Join.Subject("called", "a"), func(m *nats.Msg) {
		if times++; times > 1 { // any later one: the answer to the second may be late as well
			_ = m.Respond(nil)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := f.conn.Flush(); err != nil { // else it may be asked for before the broker knows of it
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	a := &Agent{Join: f.Join, Dir: t.TempDir(), About: About{Name: "a"}, Lease: f.Lease, Launch: fine}
	if err := a.Serve(ctx); err == nil || !strings.Contains(err.Error(), "is called a") {
		t.Errorf("%v", err)
	}
}

// TestALostOrderIsStopped: once its agent is heard of again, which gets no other before.
func TestALostOrderIsStopped(t *testing.T) {
	f := table(t, 2*time.Second)
	began, stopped := make(chan struct{}), make(chan struct{})
	var a *Agent
	f.join(t, "a", func(ctx context.Context, _ executors.Job) executors.Observation {
		close(began)
		<-ctx.Done()
		close(stopped)
		return executors.Observation{Status: results.Interrupted}
	}, func(own *Agent) { a, own.Lease = own, time.Hour }) // it does not give up itself
	unheard := make(chan struct{})
	go func() {
		<-began
		for {
			select {
			case <-unheard:
				return
			case <-time.After(time.Millisecond):
				f.lose("a")
			}
		}
	}()
	_, err := f.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark"}})
	close(unheard)
	if !errors.Is(err, ErrLost) {
		t.Fatal(err)
	}
	<-stopped
	eventually(t, "the agent forgets the order", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.orders) == 0
	})
	wait, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	if err := f.Await(wait, "", 1); err != nil {
		t.Error(err)
	}
}

// TestAnOrderThatWasStoppedIsNotBegun, though it was still being read when it was.
func TestAnOrderThatWasStoppedIsNotBegun(t *testing.T) {
	a := &Agent{orders: map[string]*carried{}, callers: map[string]*caller{}}
	a.remember("given up")
	if refused, busy := a.begin(t.Context(), Order{ID: "given up", From: "run1"}); refused != "" || busy || len(a.orders) > 0 {
		t.Errorf("%q, %v, %v", refused, busy, a.orders)
	}
}

// TestAnOrderOfOneThatWasReplacedIsLost: who has its name now knows nothing of it.
func TestAnOrderOfOneThatWasReplacedIsLost(t *testing.T) {
	f := table(t, time.Second)
	began := make(chan struct{})
	f.join(t, "a", func(ctx context.Context, _ executors.Job) executors.Observation {
		close(began)
		<-ctx.Done()
		return executors.Observation{}
	}, func(own *Agent) { own.Lease = time.Hour })
	go func() {
		<-began
		for t.Context().Err() == nil {
			f.mu.Lock()
			f.agents["a"] = &seen{About{Name: "a", Nonce: "another"}, time.Now()}
			f.mu.Unlock()
			time.Sleep(time.Millisecond)
		}
	}()
	if _, err := f.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark"}}); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
}

// TestRoomsOfADeadCoordinatorAreRemoved, and those of one that lives are kept.
func TestRoomsOfADeadCoordinatorAreRemoved(t *testing.T) {
	f := table(t, 5*time.Second)
	var a *Agent
	f.join(t, "a", fine, func(own *Agent) { a = own })
	other := &Fleet{Join: f.Join, ID: "run2", Lease: f.Lease}
	if err := other.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, of := range []*Fleet{other, f} {
		eventually(t, "an order is taken", func() bool { // the one before may not be given up yet
			_, err := of.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark"}})
			return err == nil
		})
		if of == other {
			close(other.stop) // as if it were killed
			other.conn.Close()
		}
	}
	rooms := func() []string {
		dirs, err := filepath.Glob(filepath.Join(a.Dir, "trial-*"))
		if err != nil {
			t.Fatal(err)
		}
		return dirs
	}
	eventually(t, "one is removed", func() bool { return len(rooms()) == 1 })
	a.mu.Lock()
	kept := a.rooms[mark{f.ID, "/mark"}]
	a.mu.Unlock()
	if left := rooms(); len(left) != 1 || left[0] != kept {
		t.Errorf("%v is left, not %s", left, kept)
	}
	f.Free("a", "/mark")
	eventually(t, "the other is freed", func() bool { return len(rooms()) == 0 })
}

// TestNothingStaleIsBeside: where one file of a directory is not here as it is there, none of that directory is used.
func TestNothingStaleIsBeside(t *testing.T) {
	f := table(t, time.Minute)
	dir := t.TempDir()
	main, helper := filepath.Join(dir, "main.py"), filepath.Join(dir, "helper.py")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(main, "main")
	write(helper, "new")
	files, err := f.Need(t.Context(), executors.Job{}, Work{Kind: "python", File: main}, dir)
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	a := &Agent{Dir: t.TempDir(), blobs: f.blobs}
	if paths, err := a.fetch(t.Context(), files); err != nil || len(paths) != 0 {
		t.Errorf("what is here is brought: %v, %v", paths, err)
	}
	write(helper, "old")
	paths, err := a.fetch(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(filepath.Dir(paths[main]), "helper.py")); string(text) != "new" {
		t.Errorf("beside %s helper.py is %q, %v", paths[main], text, err)
	}
	if only, err := a.fetch(t.Context(), files[1:]); err != nil || filepath.Dir(only[helper]) == filepath.Dir(paths[main]) {
		t.Errorf("fewer files are put to those of before: %v, %v", only, err)
	}
}

func TestAPipeIsNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no pipe can be made:", err)
	}
	if same(path, "") {
		t.Error("it is taken for a file")
	}
}

func TestWholePathsAreReplaced(t *testing.T) {
	paths := map[string]string{"/exp/data": "/a/1/data", "/exp/data.d/x": "/a/2/x", "/exp": "/e", "/a/1": "/never", "/with space": "/s"}
	for was, want := range map[string]string{
		"/exp/data":              "/a/1/data",
		"/exp/data.d/x":          "/a/2/x",
		"/exp/data.d/y":          "/e/data.d/y",
		"/exp/data/":             "/a/1/data/",
		"/experiment":            "/experiment",
		"/other/exp":             "/other/exp",
		"/exp/exp":               "/e/exp",
		"-I/exp:/exp/data":       "-I/e:/a/1/data",
		"--in=/exp/data,/exp":    "--in=/a/1/data,/e",
		"file:///exp/data":       "file:///a/1/data",
		"cat '/exp/data' > /exp": "cat '/a/1/data' > /e",
		"/expé":                  "/expé",
		"/with space/x":          "/s/x",
		"exp/data":               "exp/data",
		"":                       "",
	} {
		job := executors.Job{Workload: was}
		if substitute(&job, paths); job.Workload != want {
			t.Errorf("%s: %s, not %s", was, job.Workload, want)
		}
	}
}

func TestHostsHaveNamesOfTheirOwn(t *testing.T) {
	names := namesOf([]string{"me@lab", "you@lab", "a.b", "a-b", "lab-2", "::1%x", strings.Repeat("x", 80)})
	if want := []string{"lab", "lab-2", "a-b", "a-b-2", "lab-2-2", "host-6", "host-7"}; !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
}

func TestAgentsOfAnotherVersionAreLeftOut(t *testing.T) {
	f := table(t, time.Minute)
	said := make(chan string, 9)
	f.Version, f.Say = "v2", func(text string) { said <- text }
	other := &Agent{Join: f.Join, Dir: t.TempDir(), About: About{Name: "old", Version: "v1"}, Lease: 100 * time.Millisecond, Launch: fine}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- other.Serve(ctx) }()
	if text := <-said; text != "old is left out: it has runner v1, and this is v2" {
		t.Error(text)
	}
	for i, v := range []string{"v2", "devel"} {
		f.join(t, fmt.Sprint("new", i), fine, func(a *Agent) { a.About.Version = v })
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := len(f.Agents()); n != 2 || len(said) > 0 {
		t.Errorf("%d agents, and it was said %d times more", n, len(said))
	}
}

// TestABrokerThatIsAwayIsSaid: who starts an agent sees what it waits for.
func TestABrokerThatIsAwayIsSaid(t *testing.T) {
	said := make(chan string, 9)
	nowhere := filepath.Join(t.TempDir(), "s")
	a := &Agent{Join: link.Join{Fleet: "test", Socket: nowhere}, Say: func(text string) { said <- text }}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx) }()
	if text := <-said; text != "looking for the broker at "+nowhere {
		t.Error(text)
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("it was found")
	}
}

// TestANameIsOneAgentsWithKeys: an agent's key lets it ask, and be asked.
func TestANameIsOneAgentsWithKeys(t *testing.T) {
	dir, err := os.MkdirTemp("", "fleet") // short: a socket's path is bounded
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	keys, err := broker.NewKeys("test")
	if err != nil {
		t.Fatal(err)
	}
	b, err := broker.Start(broker.Options{Fleet: "test", Store: filepath.Join(dir, "store"), Socket: filepath.Join(dir, "s"), Listen: "127.0.0.1:0", Keys: keys})
	if err != nil {
		t.Skip("no port of loopback can be opened:", err)
	}
	t.Cleanup(b.Stop)
	f := &Fleet{Join: b.Local(broker.Coordinator), ID: "run1", Lease: time.Minute}
	if err := f.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	if err := f.Store(t.Context()); err != nil {
		t.Fatal(err)
	}
	as := func(a *Agent) { a.Join = b.Nearest(broker.Agent) }
	f.join(t, "a", fine, as)
	second := &Agent{Dir: t.TempDir(), About: About{Name: "a"}, Launch: fine}
	as(second)
	if err := second.Serve(t.Context()); err == nil || !strings.Contains(err.Error(), "is called a") {
		t.Errorf("%v", err)
	}
	if o, err := f.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark"}}); err != nil || o.Status != results.OK {
		t.Errorf("%v, %s", err, o.Status)
	}
}
