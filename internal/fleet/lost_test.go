package fleet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/cluster"
	"bench/runner/results"
	"bench/runner/workloads"
)

// TestAgentsAreAsked: what an agent says by itself goes by its own lease, here a long one; a coordinator with a short one asks.
func TestAgentsAreAsked(t *testing.T) {
	f := table(t, time.Second)
	a := &Agent{Join: f.Join, Dir: t.TempDir(), About: About{Name: "a"}, Lease: time.Hour}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx) }()
	wait, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	for range 3 {
		if err := f.Await(wait, "", 1); err != nil {
			t.Fatal(err)
		}
		f.lose("a")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestALostMemberCostsNoTrial: the coordinator goes on with the others, and says how it went.
func TestALostMemberCostsNoTrial(t *testing.T) {
	members := []member{{"a", 0, 1}, {"b", 1, 1}}
	fine := executors.Observation{Status: results.OK}
	for _, first := range []memberEnd{
		{members[0], executors.Observation{}, ErrLost},
		{members[0], executors.Observation{Status: results.Crash, Reason: "the broker was not to be reached"}, nil},
		{members[0], fine, nil},
	} {
		ends, done := make(chan memberEnd), make(chan executors.Observation)
		p := pooled{members: members, lease: time.Millisecond, cancel: func() {}, tell: func(memberEnd) {}}
		p.cancel = sync.OnceFunc(func() {
			if len(p.open) > 0 {
				t.Errorf("after %+v the trial was ended", first)
			}
		})
		go func() {
			ends <- first
			time.Sleep(20 * time.Millisecond) // many leases
			ends <- memberEnd{members[1], fine, nil}
			done <- fine
		}()
		if o := p.wait(done, ends); o.Status != results.OK {
			t.Errorf("%+v", o)
		}
	}
}

// TestAMemberThatIsEndedEndsTheTrial: of a limit the coordinator knows nothing, nor of members that have all ended.
func TestAMemberThatIsEndedEndsTheTrial(t *testing.T) {
	members := []member{{"a", 0, 1}, {"b", 1, 1}}
	for _, all := range [][]memberEnd{
		{{members[0], executors.Observation{Status: results.Limit, Reason: "memory"}, nil}},
		{{members[0], executors.Observation{}, ErrLost}, {members[1], executors.Observation{Status: results.Crash}, nil}},
	} {
		ends, done := make(chan memberEnd), make(chan executors.Observation, 1)
		cancel := sync.OnceFunc(func() { done <- executors.Observation{Status: results.Interrupted} })
		p := pooled{members: members, lease: time.Millisecond, cancel: cancel, tell: func(memberEnd) {}}
		go func() {
			for _, e := range all {
				ends <- e
			}
		}()
		if o := p.wait(done, ends); o.Status != results.Interrupted {
			t.Errorf("%+v", o)
		}
	}
}

// TestAMembersRoomIsEmpty, though the one of the trial before it may not have been removed yet.
func TestAMembersRoomIsEmpty(t *testing.T) {
	f := table(t, time.Minute)
	f.join(t, "a", func(_ context.Context, job executors.Job) executors.Observation {
		left, err := os.ReadDir(job.Dir)
		if err == nil {
			err = os.WriteFile(filepath.Join(job.Dir, "0"), nil, 0o600)
		}
		if err != nil || len(left) > 0 {
			return executors.Observation{Status: results.Crash, Reason: fmt.Sprint(left, err)}
		}
		return executors.Observation{Status: results.OK, Spans: make([]results.TaskSpan, 1), Results: make([]workloads.Result, 1)}
	})
	for _, trial := range []string{"t1", "t2"} {
		o, err := f.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark"}, Member: &cluster.Part{Trial: trial, Workers: 1}})
		if err != nil || o.Status != results.OK {
			t.Errorf("%v, %s: %s", err, o.Status, o.Reason)
		}
	}
}

// TestUnmeasured: a trial is begun again that never began for want of a host, or that had none left; what went wrong by itself
// is kept.
func TestUnmeasured(t *testing.T) {
	lost := memberEnd{member{"a", 0, 1}, executors.Observation{}, ErrLost}
	here := memberEnd{member{"b", 1, 1}, executors.Observation{Status: results.OK}, nil}
	crash := memberEnd{member{"b", 1, 1}, executors.Observation{Status: results.Crash}, nil}
	limit := memberEnd{member{"b", 1, 1}, executors.Observation{Status: results.Limit}, nil}
	before := executors.Observation{Status: results.Crash}
	during := executors.Observation{Status: results.Crash, Phases: results.Phases{Startup: 1}} // it may be ended before it says more
	poison := executors.Observation{Status: results.Crash, Reason: "task 6: it was given out 2 times", Phases: results.Phases{Startup: 1}}
	busy := memberEnd{member{"b", 1, 1}, executors.Observation{}, ErrBusy}
	for name, c := range map[string]struct {
		ends  []memberEnd
		seen  executors.Observation
		again bool
	}{
		"lost before it began":        {[]memberEnd{lost, here}, before, true},
		"lost in it, all of them":     {[]memberEnd{lost, lost}, during, true},
		"lost in it, one of them":     {[]memberEnd{lost, here}, during, false},
		"a task that ends them all":   {[]memberEnd{lost, lost}, poison, false},
		"lost, and one was taken":     {[]memberEnd{lost, busy}, before, true},
		"a host of it fails":          {[]memberEnd{crash, here}, before, false},
		"another had its limit":       {[]memberEnd{lost, limit}, executors.Observation{Status: results.Interrupted}, false},
		"lost, and it went on":        {[]memberEnd{lost, here}, executors.Observation{Status: results.OK}, false},
		"lost, and there was no time": {[]memberEnd{lost, lost}, executors.Observation{Status: results.Timeout}, false},
	} {
		p := pooled{ends: c.ends}
		want := ErrLost
		if slices.ContainsFunc(c.ends, func(e memberEnd) bool { return e.err == ErrBusy }) {
			want = ErrBusy
		}
		if err := p.unmeasured(t.Context(), c.seen); (err != nil) != c.again || err != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
		over, end := context.WithCancel(t.Context())
		end()
		if err := p.unmeasured(over, c.seen); err != nil {
			t.Errorf("%s: it is begun again after the end of the run", name)
		}
	}
}

// TestAnAgentIsOneRuns until that leaves, or is not heard of for its lease.
func TestAnAgentIsOneRuns(t *testing.T) {
	f := table(t, 10*time.Second)
	f.join(t, "a", fine)
	other := &Fleet{Join: f.Join, ID: "run2", Lease: f.Lease}
	if err := other.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	do := func(of *Fleet) error {
		_, err := of.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark"}})
		return err
	}
	if err := do(f); err != nil {
		t.Fatal(err)
	}
	if err := do(other); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	eventually(t, "it is seen to be another run's", func() bool { return len(other.Agents()) == 1 && len(other.Available()) == 0 })
	f.Leave()
	eventually(t, "it is seen to be free", func() bool { return len(other.Available()) == 1 })
	if err := do(other); err != nil {
		t.Error(err)
	}
	close(other.stop) // as if it were killed
	other.conn.Close()
	eventually(t, "it is free again", func() bool { return do(f) == nil })
}

// TestWhoLeavesComesBackWithAnOrderAlone: what a run that has left says besides, or one whose agent another has got, gives the
// agent back to nobody.
func TestWhoLeavesComesBackWithAnOrderAlone(t *testing.T) {
	a := &Agent{orders: map[string]*carried{}, callers: map[string]*caller{}, Lease: time.Hour, conn: table(t, time.Hour).conn}
	owner := func(want string) {
		t.Helper()
		for range 20 { // callers are a map
			if got := a.owner(); got != want {
				t.Fatalf("it is %q's, not %q's", got, want)
			}
		}
	}
	a.belong("run1", 0)
	owner("run1")
	a.orders["run1"] = &carried{Order: Order{From: "run1"}, cancel: func() {}} // its end is not confirmed yet
	a.left("run1")
	delete(a.orders, "run1")
	a.hear("run1")
	owner("")

	a.belong("run1", 0)
	a.callers["run1"].heard = time.Time{} // it is stopped
	a.belong("run2", 0)
	a.hear("run1")
	owner("run2")
}

// TestAnAgentThatGaveUpSaysSo: one that has not heard of the run for a lease ends its job. The run, which had only been stopped,
// does not wait for that for ever, nor take it for the user's doing.
func TestAnAgentThatGaveUpSaysSo(t *testing.T) {
	for name, gives := range map[string]func(*Agent, string){
		"it ends the job":           func(a *Agent, id string) { a.left(a.orders[id].From) },
		"and has told nobody of it": func(a *Agent, id string) { a.forget(id) },
	} {
		t.Run(name, func(t *testing.T) {
			f := table(t, 5*time.Second)
			var a *Agent
			f.join(t, "a", func(ctx context.Context, _ executors.Job) executors.Observation {
				a.mu.Lock()
				ids := slices.Collect(maps.Keys(a.orders))
				a.mu.Unlock()
				gives(a, ids[0])
				<-ctx.Done()
				return executors.Observation{Status: results.Interrupted, Reason: "stopped by the user"}
			}, func(own *Agent) { a = own })
			if _, err := f.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark"}}); !errors.Is(err, errEnded) {
				t.Error(err)
			}
		})
	}
}

// TestHostsThatComeLater are left out of cells that began without them.
func TestHostsThatComeLater(t *testing.T) {
	f := table(t, time.Minute)
	job := executors.Job{Workers: 4}
	hosts := func() (names []string) {
		members, err := f.share(job, Work{})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range members {
			names = append(names, m.agent)
		}
		f.usual(job.Cell.Encoded(), members)
		return names
	}
	f.join(t, "b", fine)
	f.join(t, "c", fine)
	first := hosts()
	f.join(t, "a", fine)
	if later := hosts(); !slices.Equal(first, later) {
		t.Errorf("first %v, then %v", first, later)
	}
}

// TestAFileIsBroughtAgain: a broker whose store was lost has none of what it was given before.
func TestAFileIsBroughtAgain(t *testing.T) {
	f := table(t, time.Minute)
	dir := t.TempDir()
	path := filepath.Join(dir, "words.txt")
	if err := os.WriteFile(path, []byte("words"), 0o600); err != nil {
		t.Fatal(err)
	}
	job := executors.Job{Commands: []*executors.Command{{Argv: []string{"cat", path}}}}
	for range 5 {
		files, err := f.Need(t.Context(), job, Work{}, dir)
		if err != nil || len(files) != 1 {
			t.Fatalf("%v, %v", files, err)
		}
		if text, err := f.blobs.get(t.Context(), files[0].Digest); err != nil || string(text) != "words" {
			t.Fatalf("%q, %v", text, err)
		}
		if err := f.blobs.js.DeleteObjectStore(t.Context(), f.blobs.name); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAgentsAreStartedAgain: where a host is waited for, those of this run's own that have ended are.
func TestAgentsAreStartedAgain(t *testing.T) {
	f := table(t, time.Minute)
	start := sync.OnceFunc(func() { f.join(t, "a", nil) })
	p := &Places{Fleet: f, Ensure: start}
	h, err := p.Take(t.Context())
	if err != nil || h.Name() != "a" {
		t.Fatalf("%v, %v", h, err)
	}
	p.Give(h)
}
