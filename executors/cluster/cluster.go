// Package cluster is the executor cluster: one pool of workers over many hosts, which get their tasks through a message
// broker (NATS JetStream).
//
// A trial consists of a coordinator, which is the trial's process at the runner, and of members, one trial's process a host,
// each with its workers. Both are started by executors.Run, so that what holds of any trial holds of them. Tasks go in
// chunks through one queue, answers come through another. Execution is at least once; the coordinator's record, in which the
// first answer to a chunk wins, makes it count once.
//
// Times of a task are those of its host's monotonic clock from when it heard that the trial had begun, and times of the
// trial are the coordinator's. Nothing is ever computed from the clocks of two hosts.
package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"bench/runner/executors"
	"bench/runner/internal/link"
	"bench/runner/workloads"
)

func init() { executors.Register(cluster{}) }

// Name is the executor's.
const Name = "cluster"

type cluster struct{}

func (cluster) Info() executors.Info {
	return executors.Info{
		Name: Name, Workers: true, Separate: true, Whole: true,
		Doc: "worker processes on the hosts of a fleet; chunks of tasks go through a message broker",
		Options: []executors.Option{
			{Name: "fleet", Doc: "the fleet whose hosts take part; empty: the only one", Default: ""},
			{Name: "per_host", Doc: "workers a host; 0: spread evenly", Default: 0},
			{Name: "chunksize", Doc: "tasks a message", Default: 1, Min: 1},
		},
	}
}

// Part is what a process is in a trial.
type Part struct {
	Join     string        `json:"join"`  // the path of a join file
	Trial    string        `json:"trial"` // a word that no other trial of the fleet has at the same time
	Host     string        `json:"host"`  // of a member: where it is, a word
	First    int           `json:"first"` // of a member: its workers are First ≤ i < First+Workers
	Workers  int           `json:"workers"`
	Lease    time.Duration `json:"lease"`    // how long a chunk, a member or the coordinator may be silent; 0: 30 s
	Attempts int           `json:"attempts"` // how often a chunk is given out; 0: 3
	Replicas int           `json:"replicas"` // of each stream, on a broker of several servers; 0: 1
	Bound    int           `json:"bound"`    // chunks that the queue holds at most; 0: 10 000
}

const (
	defaultLease    = 30 * time.Second
	defaultAttempts = 3
	defaultBound    = 10_000
)

// mostWorkers bounds what a trial can have: a part comes over the network.
const mostWorkers = 100_000

// Valid tells whether this can be the part of a member. Member is only to be called if it is.
func (p Part) Valid() error {
	switch {
	case !link.Word(p.Trial):
		return fmt.Errorf("the part in the trial names it %q: letters, digits, _ and - are allowed, 64 at most", p.Trial[:min(len(p.Trial), 80)])
	case p.Workers < 1 || p.Workers > mostWorkers:
		return fmt.Errorf("the part in the trial has %d workers: 1 to %d are allowed", p.Workers, mostWorkers)
	case p.First < 0 || p.First > mostWorkers:
		return fmt.Errorf("the part in the trial begins with worker %d: 0 to %d are allowed", p.First, mostWorkers)
	}
	return nil
}

func (p Part) filled() Part {
	if p.Lease <= 0 {
		p.Lease = defaultLease
	}
	if p.Attempts < 1 {
		p.Attempts = defaultAttempts
	}
	if p.Bound < 1 {
		p.Bound = defaultBound
	}
	return p
}

// Options of a job that only this package gives it.
const (
	optionPart  = "_part" // a Part as JSON
	optionOwn   = "_job"  // of a member: the trial's job as it is run on its host, as JSON
	optionChunk = "chunksize"
)

// Coordinator makes of a trial's job the one of its coordinator. Its clock starts when exactly job.Workers workers of
// members are ready. Its observation has the spans and results of all tasks; workers, memory and CPU time are not in it.
func Coordinator(job executors.Job, p Part) executors.Job {
	same := workloads.Args{}
	if len(job.Commands) > 0 { // each member has them: their places in the list are enough
		job.Tasks = make([]workloads.Args, len(job.Commands))
		for i := range job.Tasks {
			job.Tasks[i] = same
		}
	}
	job.Commands, job.Program, job.Output, job.Env, job.WorkDir, job.Unset = nil, nil, false, nil, "", nil
	job.Executor = Name
	job.Options = with(job.Options, optionPart, text(p))
	return job
}

// Member makes of a trial's job, as it is to be run on a host, the one of that host's member. In its observation there is
// one task for each of its workers, whose result says how many tasks and chunks that did.
func Member(job executors.Job, p Part) executors.Job {
	own := job
	if len(job.Commands) == 0 {
		own.Tasks = nil // they come through the queue
	}
	job.Options = with(job.Options, optionPart, text(p))
	job.Options[optionOwn] = text(own)
	job.Executor, job.Workers = Name, p.Workers
	job.Tasks = make([]workloads.Args, p.Workers)
	for i := range job.Tasks {
		job.Tasks[i] = workloads.Args{}
	}
	job.Commands, job.Program, job.Output, job.Workload = nil, nil, false, "" // those are in own, and such tasks are none of it
	return job
}

func with(options map[string]any, name string, value any) map[string]any {
	all := maps.Clone(options)
	if all == nil {
		all = map[string]any{}
	}
	all[name] = value
	return all
}

// text is JSON; what cannot be written, Prepare cannot read.
func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func (cluster) Execute(context.Context, executors.Job) (executors.Observation, error) {
	return executors.Observation{}, errAlone
}

var errAlone = errors.New("cluster runs on the hosts of a fleet: name one under fleet, or use pool on this machine")

func (cluster) Prepare(ctx context.Context, job executors.Job) (executors.Executor, error) {
	part, given := job.Options[optionPart].(string)
	if !given {
		return nil, errAlone
	}
	var p Part
	if err := json.Unmarshal([]byte(part), &p); err != nil {
		return nil, fmt.Errorf("the part in the trial cannot be read: %w", err)
	}
	own, member := job.Options[optionOwn].(string)
	if !member { // its workers are those of the job
		p.First, p.Workers = 0, job.Workers
	}
	if err := p.Valid(); err != nil {
		return nil, err
	}
	p = p.filled()
	if !member {
		return prepareCoordinator(ctx, job, p)
	}
	var inner executors.Job
	if err := json.Unmarshal([]byte(own), &inner); err != nil {
		return nil, fmt.Errorf("the member's job cannot be read: %w", err)
	}
	if p.Workers != job.Workers {
		return nil, fmt.Errorf("the part in the trial has %d workers, and its job %d", p.Workers, job.Workers)
	}
	return prepareMember(ctx, job, inner, p)
}
