package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/cluster"
	"bench/runner/internal/broker"
	"bench/runner/internal/fleet"
	"bench/runner/internal/link"
	"bench/runner/results"
	"bench/runner/spec"
)

// hostedAt is a run on a broker, of which hosts want are to be waited for.
func hostedAt(t *testing.T, j link.Join, id string, want int, lease, patience time.Duration) *hosted {
	t.Helper()
	f := &fleet.Fleet{Join: j, ID: id, Lease: lease, Attempts: 3, Say: func(string) {}}
	if err := f.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	if err := f.Store(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &hosted{Fleet: f, app: &app{stderr: io.Discard}, can: true, want: want, met: map[string]bool{}, patience: patience, add: func(fleet.About) error { return nil }}
}

// agentAt takes part until what it returns is called.
func agentAt(t *testing.T, j link.Join, name string, runtimes ...string) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	a := &fleet.Agent{
		Join: j, Dir: t.TempDir(), About: fleet.About{Name: name, Runtimes: runtimes}, Lease: 2 * time.Second,
		Launch: func(context.Context, executors.Job) executors.Observation {
			return executors.Observation{Status: results.OK}
		},
	}
	go func() { ended <- a.Serve(ctx) }()
	end = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		ended <- nil
	}
	t.Cleanup(end)
	return end
}

func brokerAt(t *testing.T) link.Join {
	t.Helper()
	dir, err := os.MkdirTemp("", "wait") // short: a socket's path is bounded
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	j := link.Join{Fleet: "test", Socket: filepath.Join(dir, "s")}
	b, err := broker.Start(broker.Options{Store: filepath.Join(dir, "store"), Socket: j.Socket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return j
}

func cellFor(workers int) *spec.PlannedCell {
	c := &spec.PlannedCell{Runtime: spec.Runtime{Name: "go", Kind: "go"}, Workload: &spec.Workload{}}
	c.Executor, c.Workers, c.Options = cluster.Name, workers, map[string]any{"per_host": 1}
	return c
}

// TestHostsAreWaitedForOnce: those that do not come are not waited for by each trial that needs as many, until they are back; who
// needs fewer goes on.
func TestHostsAreWaitedForOnce(t *testing.T) {
	j := brokerAt(t)
	h := hostedAt(t, j, "run1", 2, 2*time.Second, 3*time.Second)
	agentAt(t, j, "a")
	leave := agentAt(t, j, "b")
	if err := h.Await(t.Context(), "", 2); err != nil { // as a run does before its first trial
		t.Fatal(err)
	}
	if h.ready(t.Context(), cellFor(2)); h.short {
		t.Fatal("two are here, and too few")
	}
	leave()
	for range 100 { // a minute and more, if each waited
		for _, n := range []int{2, 1} {
			for h.ready(t.Context(), cellFor(n)); n == 2 && !h.short; h.ready(t.Context(), cellFor(n)) { // it is heard of for a lease
				time.Sleep(10 * time.Millisecond)
			}
			if h.short != (n == 2) {
				t.Fatalf("%d hosts are short: %v", n, h.short)
			}
		}
	}
	agentAt(t, j, "b")
	if err := h.Await(t.Context(), "", 2); err != nil {
		t.Fatal(err)
	}
	if h.ready(t.Context(), cellFor(2)); h.short || h.vain != 0 {
		t.Errorf("after its return: short %v, in vain %d", h.short, h.vain)
	}
}

// TestNothingIsHeldWhileOneWaits: two runs have a host each and need both.
func TestNothingIsHeldWhileOneWaits(t *testing.T) {
	j := brokerAt(t)
	agentAt(t, j, "a")
	agentAt(t, j, "b")
	one, two := hostedAt(t, j, "run1", 2, 30*time.Second, time.Minute), hostedAt(t, j, "run2", 2, 30*time.Second, time.Minute)
	for _, h := range []*hosted{one, two} { // before one has an agent, which then is not free for the other
		if err := h.Await(t.Context(), "", 2); err != nil {
			t.Fatal(err)
		}
	}
	for h, name := range map[*hosted]string{one: "a", two: "b"} {
		if _, err := h.Do(t.Context(), name, fleet.Order{Job: executors.Job{Dir: "/mark"}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range []*hosted{one, two} { // it has heard that the other host is not free
		for free, _, _ := h.Able(""); free != 1; free, _, _ = h.Able("") {
			time.Sleep(10 * time.Millisecond)
		}
	}
	done := make(chan *hosted, 2)
	for _, h := range []*hosted{one, two} {
		go func() {
			h.ready(t.Context(), cellFor(2))
			h.Leave() // it has had its turn, and may have kept its host
			done <- h
		}()
	}
	for range 2 {
		if h := <-done; h.short {
			t.Errorf("%s has waited in vain", h.ID)
		}
	}
}

// TestALanguageThatAHostHad is waited for, and one that no host ever had is not.
func TestALanguageThatAHostHad(t *testing.T) {
	j := brokerAt(t)
	h := hostedAt(t, j, "run1", 2, 2*time.Second, 3*time.Second)
	agentAt(t, j, "a")
	leave := agentAt(t, j, "b", "python")
	if err := h.Await(t.Context(), "python", 1); err != nil {
		t.Fatal(err)
	}
	leave()
	for free, _, _ := h.Able("python"); free > 0; free, _, _ = h.Able("python") {
		time.Sleep(10 * time.Millisecond)
	}
	job := executors.Job{Workers: 1, Options: map[string]any{"per_host": 1}}
	for kind, want := range map[string]results.Status{"python": results.Crash, "node": results.Unavailable} {
		if o, err := h.Pool(t.Context(), job, fleet.Work{Kind: kind}, nil); o.Status != want || (err != nil) != (want == results.Crash) {
			t.Errorf("%s: %s: %s, %v", kind, o.Status, o.Reason, err)
		}
	}
}

// unable is a provider that can start nothing.
type unable struct{ asked int }

func (u *unable) Ensure() error { u.asked++; return errors.New("no more processes") }
func (u *unable) Stop()         {}

// TestAnAgentThatCannotBeStarted in the middle of a run is a host that is not there: trials go by the others, and why is told once.
func TestAnAgentThatCannotBeStarted(t *testing.T) {
	j := brokerAt(t)
	h := hostedAt(t, j, "run1", 1, 2*time.Second, 3*time.Second)
	agentAt(t, j, "a")
	if err := h.Await(t.Context(), "", 1); err != nil {
		t.Fatal(err)
	}
	provider := &unable{}
	var told []string
	h.provider, h.Say = provider, func(text string) { told = append(told, text) }
	for range 3 {
		h.ready(t.Context(), cellFor(1))
		if err := h.meet(); err != nil || h.short {
			t.Errorf("%v, short %v", err, h.short)
		}
	}
	if provider.asked < 3 || !slices.Equal(told, []string{"no more processes"}) {
		t.Errorf("asked %d times, told %q", provider.asked, told)
	}
}
