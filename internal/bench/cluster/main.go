// Cluster measures what the executor cluster costs on one machine, over TLS with keys and through the socket: empty tasks in
// chunks and one by one, and the time that a worker with one task at a time needs for each. Its peer in the same run is
// Python's multiprocessing.managers, with as many workers and tasks a message.
package main

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
	"slices"
	"strings"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/cluster"
	"bench/runner/internal/broker"
	"bench/runner/results"
	"bench/runner/workloads"
)

const (
	agentVariable = "RUNNER_BENCH_AGENT"
	empty         = "bench-empty"
)

func init() {
	workloads.Register(workloads.Workload{
		Name: empty, Doc: "does nothing", Params: []workloads.Param{{Name: "n", Doc: "a number", Default: 0}},
		Run: func(_ context.Context, a workloads.Args) (workloads.Result, error) { return a.Int("n"), nil },
	})
}

func main() {
	executors.Serve()
	if os.Getenv(agentVariable) != "" {
		if err := agent(); err != nil {
			fmt.Fprintln(os.Stderr, "agent:", err)
			os.Exit(1)
		}
		return
	}
	workers := flag.Int("workers", 2, "members, with a worker each")
	repeats := flag.Int("n", 3, "trials of each kind, in turn; the medians count")
	python := flag.String("python", "python3", "the `INTERPRETER` of the peer; empty: none")
	only := flag.String("only", "", "measure the `KIND` of trial whose name begins so")
	flag.Parse()
	if err := run(*workers, *repeats, *python, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// agent runs the one job that it reads.
func agent() error {
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	os.Unsetenv(agentVariable)
	var job executors.Job
	if err := json.Unmarshal(line, &job); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, in) // ends with who started this process
		stop()
	}()
	if o := executors.Run(ctx, job); o.Status != results.OK {
		return fmt.Errorf("%s: %s", o.Status, o.Reason)
	}
	return nil
}

// shape is one kind of trial.
type shape struct {
	name                  string
	workers, tasks, chunk int
}

func run(workers, repeats int, python, only string) error {
	dir, err := os.MkdirTemp("", "rb") // the path of a socket must be short
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	keys, err := broker.NewKeys("bench")
	if err != nil {
		return err
	}
	b, err := broker.Start(broker.Options{Store: filepath.Join(dir, "store"), Socket: filepath.Join(dir, "s"), Listen: "127.0.0.1:0", Keys: keys})
	if err != nil {
		return err
	}
	defer b.Stop()
	shapes := []shape{
		{"chunks of 64", workers, 64 * 1500, 64}, {"one at a time", workers, 6000, 1}, {"one worker, one at a time", 1, 3000, 1},
	}
	trials := 0
	for _, way := range []string{"TLS on loopback", "socket"} {
		d := driver{dir: dir, trials: &trials, members: filepath.Join(dir, "agent-"+way[:3]), coordinator: filepath.Join(dir, "coordinator-"+way[:3])}
		joins := map[string]broker.Role{d.members: broker.Agent, d.coordinator: broker.Coordinator}
		for path, role := range joins {
			j := b.Join(role)
			if way == "socket" {
				j = b.Local(role)
			}
			if err := j.Write(path); err != nil {
				return err
			}
		}
		for _, s := range shapes {
			if !strings.HasPrefix(s.name, only) {
				continue
			}
			if err := d.compare(way, s, repeats, python); err != nil {
				return err
			}
		}
	}
	return nil
}

// driver runs trials through one way to the broker.
type driver struct {
	dir                  string
	members, coordinator string // join files
	trials               *int
}

// compare runs trials and their peers in turn, and prints the medians.
func (d *driver) compare(way string, s shape, repeats int, python string) error {
	var ours, theirs, cycles []float64
	for range repeats {
		o, err := d.trial(s)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", way, s.name, err)
		}
		ours = append(ours, float64(s.tasks)/(o.Phases.Spawn+o.Phases.Work).Seconds())
		cycles = append(cycles, cyclesOf(o)...)
		if python != "" {
			rate, err := managers(python, s)
			if err != nil {
				fmt.Fprintf(os.Stderr, "no peer: %v\n", err)
				python = ""
				continue
			}
			theirs = append(theirs, rate)
		}
	}
	fmt.Printf("%-16s %-26s %8.0f tasks/s", way, s.name, quantile(ours, 0.5))
	if s.workers == 1 {
		fmt.Printf("   a task every %.2f ms (p50), %.2f ms (p99)", quantile(cycles, 0.5), quantile(cycles, 0.99))
	}
	if len(theirs) > 0 {
		fmt.Printf("   managers %8.0f tasks/s: × %.1f", quantile(theirs, 0.5), quantile(ours, 0.5)/quantile(theirs, 0.5))
	}
	fmt.Println()
	return nil
}

func (d *driver) trial(s shape) (executors.Observation, error) {
	*d.trials++
	job := executors.Job{
		Runtime: "go", Executor: cluster.Name, Workers: s.workers, Workload: empty, Timeout: time.Minute,
		Options: map[string]any{"chunksize": s.chunk, "per_host": 1, "fleet": ""},
	}
	for n := range s.tasks {
		job.Tasks = append(job.Tasks, workloads.Args{"n": n})
	}
	part := cluster.Part{Join: d.members, Trial: fmt.Sprintf("b%d", *d.trials), Workers: 1}
	var agents []*exec.Cmd
	for i := range s.workers {
		part.Host, part.First = fmt.Sprintf("h%d", i), i
		job.Dir = filepath.Join(d.dir, fmt.Sprintf("%s-%s", part.Trial, part.Host))
		cmd, err := start(cluster.Member(job, part))
		if err != nil {
			return executors.Observation{}, err
		}
		agents = append(agents, cmd)
	}
	part.Join = d.coordinator
	job.Dir = filepath.Join(d.dir, part.Trial)
	if err := os.Mkdir(job.Dir, 0o700); err != nil {
		return executors.Observation{}, err
	}
	o := executors.Run(context.Background(), cluster.Coordinator(job, part))
	var err error
	for _, cmd := range agents {
		if e := cmd.Wait(); e != nil {
			err = e
		}
	}
	if o.Status != results.OK {
		err = fmt.Errorf("%s: %s", o.Status, o.Reason)
	}
	if o.Disturbed != "" {
		fmt.Fprintln(os.Stderr, "disturbed:", o.Disturbed)
	}
	return o, err
}

// start starts an agent with a job.
func start(job executors.Job) (*exec.Cmd, error) {
	if err := os.Mkdir(job.Dir, 0o700); err != nil {
		return nil, err
	}
	line, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), agentVariable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		_, err = in.Write(append(line, '\n'))
	}
	return cmd, err
}

// cyclesOf are the times between the starts of neighbouring tasks of one worker, in ms.
func cyclesOf(o executors.Observation) (all []float64) {
	starts := make([]time.Duration, 0, len(o.Spans))
	for _, s := range o.Spans {
		starts = append(starts, s.Start)
	}
	slices.Sort(starts)
	for i := 1; i < len(starts); i++ {
		all = append(all, float64(starts[i]-starts[i-1])/1e6)
	}
	return all
}

func quantile(all []float64, q float64) float64 {
	slices.Sort(all)
	if len(all) == 0 {
		return 0
	}
	return all[min(int(q*float64(len(all))), len(all)-1)]
}
