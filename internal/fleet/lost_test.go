package fleet

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
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
		if err := f.Await(wait, 1); err != nil {
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
		p := pooled{members: members, lease: time.Millisecond, cancel: func() {}}
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
		p := pooled{members: members, lease: time.Millisecond, cancel: cancel}
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

// TestAFileIsBroughtAgain: a broker whose store was lost has none of what it was given before.
func TestAFileIsBroughtAgain(t *testing.T) {
	f := table(t, time.Minute)
	dir := t.TempDir()
	path := filepath.Join(dir, "words.txt")
	if err := os.WriteFile(path, []byte("words"), 0o600); err != nil {
		t.Fatal(err)
	}
	job := executors.Job{Commands: []*executors.Command{{Argv: []string{"cat", path}}}}
	for range 2 {
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
	p := &Places{Fleet: f, Ensure: func() error { start(); return nil }}
	h, err := p.Take(t.Context())
	if err != nil || h.Name() != "a" {
		t.Fatalf("%v, %v", h, err)
	}
	p.Give(h)
}
