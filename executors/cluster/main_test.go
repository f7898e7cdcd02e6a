package cluster

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/internal/broker"
	"bench/runner/internal/link"
	"bench/runner/internal/matrix"
	"bench/runner/workloads"
)

var repeats = flag.Int("repeats", 1, "how often each fault is tried")

// TestMain is also the main of trials' processes, of their workers, of agents and of brokers.
func TestMain(m *testing.M) {
	if os.Getenv("RUNNER_TEST_MARK") != "" { // a member of TestFaults, whose worker ends a little sooner: a little may be long here
		dying = 30 * time.Second
	}
	executors.Serve()
	switch os.Getenv("RUNNER_TEST_PART") {
	case "agent":
		beAgent()
	case "broker":
		beBroker(os.Args[1])
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	flag.Parse()
	os.Exit(m.Run())
}

// beAgent runs the one job that it reads, and ends with whoever started it.
func beAgent() {
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		os.Exit(3)
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, in)
		stop()
	}()
	os.Unsetenv("RUNNER_TEST_PART")
	var job executors.Job
	if err := json.Unmarshal(line, &job); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	if err := json.NewEncoder(os.Stdout).Encode(executors.Run(ctx, job)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	os.Exit(0)
}

func beBroker(dir string) {
	b, err := broker.Start(broker.Options{Store: filepath.Join(dir, "store"), Socket: filepath.Join(dir, "s")})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	b.Stop()
	os.Exit(0)
}

// part is a process of a fleet.
type part struct {
	*exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	gone chan struct{}
}

func launch(t *testing.T, role string, args ...string) *part {
	t.Helper()
	p := &part{Cmd: exec.Command(os.Args[0], args...), gone: make(chan struct{})}
	p.Env = append(os.Environ(), "RUNNER_TEST_PART="+role)
	p.Stderr = os.Stderr
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in, p.Stdout, p.out = in, w, bufio.NewReader(r)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	go func() {
		_ = p.Wait()
		close(p.gone)
	}()
	t.Cleanup(func() {
		in.Close()
		select {
		case <-p.gone:
		case <-time.After(20 * time.Second):
			p.kill()
		}
		r.Close()
	})
	return p
}

func (p *part) kill() {
	_ = p.Process.Signal(syscall.SIGKILL)
	<-p.gone
}

// fleet is a broker and the members that a test starts.
type fleet struct {
	t      *testing.T
	dir    string
	join   string
	broker *part
	lease  time.Duration
	bound  int
	tries  int
	trial  string
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	dir, err := os.MkdirTemp("", "cl") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	f := &fleet{t: t, dir: dir, join: filepath.Join(dir, "join"), lease: 3 * time.Second, trial: "t1"}
	if err := (link.Join{Fleet: "test", Socket: filepath.Join(dir, "s")}).Write(f.join); err != nil {
		t.Fatal(err)
	}
	f.serve()
	return f
}

// serve starts the broker, on the store that is there.
func (f *fleet) serve() {
	f.t.Helper()
	f.broker = launch(f.t, "broker", f.dir)
	if line, err := f.broker.out.ReadString('\n'); line != "ready\n" {
		f.t.Fatalf("the broker said %q, %v", line, err)
	}
}

func (f *fleet) part(host string, first, workers int) Part {
	return Part{Join: f.join, Trial: f.trial, Host: host, First: first, Workers: workers, Lease: f.lease, Attempts: f.tries, Bound: f.bound}
}

// agent is a host with its part of a trial.
type agent struct {
	*part
	dir  string
	seen chan executors.Observation // what it has seen, if it lives to tell
}

// send starts an agent that runs a job.
func (f *fleet) send(job executors.Job) *agent {
	f.t.Helper()
	a := &agent{part: launch(f.t, "agent"), seen: make(chan executors.Observation, 1)}
	line, err := json.Marshal(job)
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := a.in.Write(append(line, '\n')); err != nil {
		f.t.Fatal(err)
	}
	go func() {
		defer close(a.seen)
		line, _ := a.out.ReadBytes('\n')
		var o executors.Observation
		if json.Unmarshal(line, &o) == nil {
			a.seen <- o
		}
	}()
	return a
}

// members starts a member of so many workers on each of so many hosts.
func (f *fleet) members(job executors.Job, hosts, workers int) []*agent {
	var all []*agent
	for i := range hosts {
		own := job
		own.Dir = f.t.TempDir()
		a := f.send(Member(own, f.part(fmt.Sprintf("h%d", i), i*workers, workers)))
		a.dir = own.Dir
		all = append(all, a)
	}
	return all
}

// coordinate runs the coordinator in this process.
func (f *fleet) coordinate(job executors.Job) executors.Observation {
	job.Dir = f.t.TempDir()
	return executors.Run(context.Background(), Coordinator(job, f.part("", 0, 0)))
}

func jobOf(workload string, tasks, workers, chunk int) executors.Job {
	job := executors.Job{
		Cell:    matrix.NewCell(matrix.Facet{Name: matrix.Executor, Value: Name}, matrix.Facet{Name: matrix.Workers, Value: workers}),
		Runtime: "go", Executor: Name, Workers: workers, Workload: workload, Timeout: 2 * time.Minute,
		Options: map[string]any{"chunksize": chunk, "per_host": 0, "fleet": ""},
	}
	for n := range tasks {
		job.Tasks = append(job.Tasks, workloads.Args{"n": n})
	}
	return job
}
