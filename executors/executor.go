// Package executors holds the ways to run a list of tasks: one file an executor.
//
// An executor measures and never judges. Execute runs in the trial's own fresh process (see trial.go, which starts that
// process and listens to it); the runner itself only calls Run, and its main begins with Serve. To add one: a new file
// whose init calls register.
//
// A task is a function, or a command: a program of its own (see command.go). Commands have executors of their own, which
// CommandInfos lists; the rest is the same: one trial's process, one protocol, one judgement.
package executors

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/results"
	"bench/runner/workloads"
)

// Info describes an executor to people, to the spec and to the schema.
type Info struct {
	Name     string   // the label in cell keys: procs
	Aliases  []string // other names in specs: processes
	Doc      string   // one line
	Workers  bool     // takes a worker count; without one it always has one worker
	Options  []Option // its own parameters besides workers
	Separate bool     // its workers do not share memory
	InRunner bool     // replays without a process of its own (scripted)
	Whole    bool     // is not in this package: its trials need the whole program (see ServeEarly)
}

// Option is a parameter of an executor. A scalar option is part of the cell; a Map option is not.
type Option struct {
	Name    string
	Doc     string
	Default any // int or string; gives the type
	Choices []string
	Min     int  // of a number
	Map     bool // a mapping, handed over as map[string]any, never a facet
}

// Job is one trial to run.
type Job struct {
	Cell     matrix.Cell    // for messages, and for scripted
	Block    int            // from 0
	Runtime  string         // "go"
	Executor string         // canonical name
	Workers  int            // at least 1
	Options  map[string]any // every option of the executor, defaults filled in
	Workload string
	Tasks    []workloads.Args // bound, in order
	Commands []*Command       // what the tasks are, of a job of commands: Workload is not used then, and Tasks is as long
	WorkDir  string           // where the trial's process, or its commands, run; "": Dir
	Output   bool             // keep what each command writes to stdout as part of its result
	Env      map[string]string
	Dir      string // private scratch directory of the trial, removed by the caller
	Pin      bool   // worker i on usable core i (modulo their number)
	Timeout  time.Duration
	Limits   Limits
	Grace    time.Duration // between TERM and KILL; 0 means the default
	Unset    []string      // beginnings of the names of variables that the trial's process does not inherit
	Program  []string      // argv of a program that speaks the shim protocol; empty: this binary, and Executor is one of ours

	failed func(failure) // told of a failed task at once; set in the trial's process
}

// Command is a task that is a program of its own. Several tasks may share one.
type Command struct {
	Argv    []string          // the program, looked for on PATH unless its name has a slash, and its arguments; any bytes but NUL
	Env     map[string]string // over that of the job
	Stdin   string            // path of the file that it reads; "": the null device
	Success []int             // exit statuses that are no failure; nil: 0 alone
}

// Observation is what was seen of one trial. Results are in task order, one for each task that was reported.
type Observation struct {
	Status   results.Status
	Reason   string // empty when ok
	Runtime  results.RuntimeInfo
	Phases   results.Phases
	Wall     time.Duration // the parent's own clock, process start to reaped
	Usage    results.Usage
	Spans    []results.TaskSpan
	Results  []workloads.Result
	Stdout   string // the last 4 KiB
	Stderr   string
	Warnings []string
	Hosts    []string // by worker: the host that it ran on; one entry: all of the trial ran there; nil: on this machine

	Contaminated string // what else took part of the machine meanwhile, where who ran it has watched that; "" if nothing did
	Disturbed    string // what disturbed the trial from outside, so that its times are no good; "" if nothing did

	// Unmeasured is why it is to be begun again: it was not measured, and not by its own fault; "": what is here counts. No
	// other machine may say so.
	Unmeasured string `json:"-"`
}

// Executor runs a job's tasks in one way. It returns an error only if the trial could not be run at all; what the
// workload does wrong is a Status.
type Executor interface {
	Info() Info
	Execute(context.Context, Job) (Observation, error)
}

var registry = map[string]Executor{}

// Register adds an executor; it is called from init only.
func Register(e Executor) {
	info := e.Info()
	if _, twice := registry[info.Name]; twice || info.Name == "" {
		panic(fmt.Sprintf("executors: %q registered twice or without a name", info.Name))
	}
	registry[info.Name] = e
}

// Lookup finds an executor by name or alias.
func Lookup(name string) (Executor, bool) {
	if e, ok := registry[name]; ok {
		return e, true
	}
	for _, e := range registry {
		if slices.Contains(e.Info().Aliases, name) {
			return e, true
		}
	}
	return nil, false
}

// All lists the executors by name.
func All() []Info {
	all := make([]Info, 0, len(registry))
	for _, e := range registry {
		all = append(all, e.Info())
	}
	slices.SortFunc(all, func(a, b Info) int { return strings.Compare(a.Name, b.Name) })
	return all
}
