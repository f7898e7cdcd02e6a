package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/internal/broker"
	"bench/runner/internal/link"
	"bench/runner/results"
	"bench/runner/workloads"
)

// table is a fleet with a broker of its own.
func table(t *testing.T, lease time.Duration) *Fleet {
	t.Helper()
	dir, err := os.MkdirTemp("", "fleet") // short: a socket's path is bounded
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
	f := &Fleet{Join: j, ID: "run1", Lease: lease}
	if err := f.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	if err := f.Store(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

// join has an agent take part whose jobs are run by launch. What it returns ends it.
func (f *Fleet) join(t *testing.T, name string, launch func(context.Context, executors.Job) executors.Observation, change ...func(*Agent)) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a := &Agent{Join: f.Join, Dir: t.TempDir(), About: About{Name: name}, Lease: f.Lease, Launch: launch}
	for _, c := range change {
		c(a)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx) }()
	end = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("agent %s: %v", name, err)
		}
		ended <- nil
	}
	t.Cleanup(end)
	wait, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	for {
		all := f.Agents() // once: it may come between two looks, and nobody after it
		if slices.ContainsFunc(all, func(a About) bool { return a.Name == name }) {
			break
		}
		if err := f.Await(wait, "", len(all)+1); err != nil {
			t.Fatal(err)
		}
	}
	return end
}

func TestAJobIsRunThere(t *testing.T) {
	f := table(t, time.Minute)
	big := strings.Repeat("x", small+1)
	f.join(t, "a", func(_ context.Context, job executors.Job) executors.Observation {
		if !strings.HasPrefix(job.Tasks[0]["path"].(string), job.Dir) || job.Dir == "/mark" {
			t.Errorf("the mark of the directory is %v in %s", job.Tasks[0], job.Dir)
		}
		if err := os.WriteFile(filepath.Join(job.Dir, "kept"), nil, 0o600); err != nil {
			t.Error(err)
		}
		return executors.Observation{Status: results.OK, Spans: []results.TaskSpan{{}}, Results: []any{job.Tasks[0]["big"]}}
	})
	job := executors.Job{Executor: "serial", Workers: 1, Dir: "/mark", Tasks: []workloads.Args{{"path": "/mark/x", "big": big}}}
	for range 2 {
		o, err := f.Do(t.Context(), "a", Order{Job: job})
		if err != nil || o.Status != results.OK || o.Results[0] != big {
			t.Fatalf("%v, %s %s", err, o.Status, o.Reason)
		}
	}
}

func TestAFileIsBrought(t *testing.T) {
	f := table(t, time.Minute)
	dir := t.TempDir()
	path := filepath.Join(dir, "words.txt")
	if err := os.WriteFile(path, []byte("first"), 0o600); err != nil {
		t.Fatal(err)
	}
	var read []string
	f.join(t, "a", func(_ context.Context, job executors.Job) executors.Observation {
		text, err := os.ReadFile(job.Commands[0].Argv[1])
		if err != nil {
			t.Error(err)
		}
		read = append(read, string(text))
		return executors.Observation{Status: results.OK}
	})
	job := executors.Job{Executor: "serial", Workers: 1, Dir: "/mark", Tasks: []workloads.Args{nil}, Commands: []*executors.Command{{Argv: []string{"cat", path}}}}
	for _, text := range []string{"first", "second"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		files, err := f.Need(t.Context(), job, Work{}, dir)
		if err != nil || len(files) != 1 {
			t.Fatalf("%v, %v", files, err)
		}
		if err := os.Remove(path); err != nil { // as on another host
			t.Fatal(err)
		}
		if _, err := f.Do(t.Context(), "a", Order{Job: job, Files: files}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(read, []string{"first", "second"}) {
		t.Errorf("read %q", read)
	}
	if files, err := f.Need(t.Context(), job, Work{}, "/elsewhere"); err != nil || len(files) != 0 {
		t.Errorf("of elsewhere: %v, %v", files, err)
	}
}

func TestWhatElseRanThereIsTold(t *testing.T) {
	f := table(t, time.Minute)
	fine := func(context.Context, executors.Job) executors.Observation {
		return executors.Observation{Status: results.OK}
	}
	f.join(t, "a", fine, func(a *Agent) {
		a.Watch = func() func(int) string { return func(n int) string { return fmt.Sprintf("beside %d", n) } }
	})
	for turn, want := range map[bool]string{true: "beside 3", false: ""} {
		o, err := f.Do(t.Context(), "a", Order{Job: executors.Job{Dir: "/mark"}, Turn: turn, AtOnce: 3})
		if err != nil || o.Contaminated != want {
			t.Errorf("%v: %q, %v", turn, o.Contaminated, err)
		}
	}
}

func TestAJobIsStopped(t *testing.T) {
	f := table(t, time.Minute)
	began := make(chan struct{})
	f.join(t, "a", func(ctx context.Context, _ executors.Job) executors.Observation {
		close(began)
		<-ctx.Done()
		return executors.Observation{Status: results.Interrupted}
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	o, err := f.Do(ctx, "a", Order{Job: executors.Job{Dir: "/mark"}})
	if err != nil || o.Status != results.Interrupted {
		t.Errorf("%v, %s", err, o.Status)
	}
}

func TestAnAgentThatIsSilentIsLost(t *testing.T) {
	f := table(t, 50*time.Millisecond)
	if _, err := f.Do(t.Context(), "nobody", Order{}); !errors.Is(err, ErrLost) {
		t.Errorf("%v", err)
	}
}

func TestTwoRunsDoNotShareAnAgent(t *testing.T) {
	f := table(t, time.Minute)
	go1 := make(chan struct{})
	began := make(chan struct{})
	f.join(t, "a", func(context.Context, executors.Job) executors.Observation {
		close(began)
		<-go1
		return executors.Observation{Status: results.OK}
	})
	done := make(chan error, 1)
	go func() {
		_, err := f.Do(context.Background(), "a", Order{Job: executors.Job{Dir: "/mark"}})
		done <- err
	}()
	<-began
	other := &Fleet{Join: f.Join, ID: "run2", Lease: time.Minute}
	if err := other.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Do(t.Context(), "a", Order{}); err == nil || !strings.Contains(err.Error(), "it works for another run") {
		t.Errorf("%v", err)
	}
	close(go1)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
