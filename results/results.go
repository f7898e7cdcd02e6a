// Package results says what happened: a run, its trials, the machine. It is plain data; how it is stored is the matter
// of results/sqlite, and what it means that of gates.
package results

import (
	"time"

	"bench/runner/internal/matrix"
)

// Status is the outcome of a trial. Only an OK trial has times that count.
type Status string

const (
	OK          Status = "ok"
	Wrong       Status = "wrong"       // ran, but did not do the work: a task missing, or a result that verify refuses
	Crash       Status = "crash"       // a worker died or a task failed
	Timeout     Status = "timeout"     // did not end in time, and was killed
	Limit       Status = "limit"       // used more than the spec allows, and was ended
	Leaked      Status = "leaked"      // right, but a process outlived it
	Unavailable Status = "unavailable" // this machine cannot run the cell
	Unprepared  Status = "unprepared"  // what had to be done before it went wrong: nothing of the workload ran
	Interrupted Status = "interrupted" // the user stopped the run
)

// Statuses lists all of them, in the order of the documentation.
var Statuses = []Status{OK, Wrong, Crash, Timeout, Limit, Leaked, Unavailable, Unprepared, Interrupted}

// Phases of a trial. Total is measured on its own clock readings, from before Spawn to after Join; Startup lies before
// it: the start of the trial's own process until it is ready to go.
type Phases struct {
	Startup time.Duration `json:"startup"`
	Spawn   time.Duration `json:"spawn"` // create the workers until all are ready
	Work    time.Duration `json:"work"`  // first task handed out to last result in
	Join    time.Duration `json:"join"`  // until all workers are reaped
	Total   time.Duration `json:"total"`
}

// Usage is what the whole process tree of a trial used between the start and the end of Total.
type Usage struct {
	User        time.Duration `json:"user"`
	System      time.Duration `json:"system"`
	Memory      int64         `json:"memory"`      // B: the peak of the trial's process, and that of each worker without the file pages that they share: an estimate, as a rule above the tree's peak, since peaks need not coincide
	Voluntary   int64         `json:"voluntary"`   // context switches
	Involuntary int64         `json:"involuntary"` // context switches
	MajorFaults int64         `json:"major_faults"`
	MinorFaults int64         `json:"minor_faults"`
	Leaked      int           `json:"leaked"` // processes that outlived the trial, and were killed
}

// CPU is user plus system time.
func (u Usage) CPU() time.Duration { return u.User + u.System }

// TaskSpan is one task's place on the timeline. Start and End count from the start of Total.
type TaskSpan struct {
	Task   int // index in the job's list
	Worker int // from 0
	Start  time.Duration
	End    time.Duration
	CPU    time.Duration // 0 where it cannot be told for one task
}

// RuntimeInfo is what executed the workload, as it says itself.
type RuntimeInfo struct {
	Name    string `json:"name"`    // go, cpython, …
	Version string `json:"version"` // 1.26.0
	GIL     string `json:"gil,omitempty"`
	Path    string `json:"path,omitempty"`
}

// Trial is one measured execution of a cell.
type Trial struct {
	Cell     matrix.Cell
	Workload string
	Block    int // from 0
	Position int // place in the block, from 0
	Warmup   bool
	Control  bool // the second copy of the baseline in its block, which measures the noise floor
	Status   Status
	Reason   string
	Started  time.Time
	Wall     time.Duration
	Phases   Phases
	Usage    Usage
	Runtime  RuntimeInfo
	Workers  int
	Tasks    int // how many the job had
	Spans    []TaskSpan
	Results  []any // in task order; nil where the trial did not get that far
	Result   any   // combined; nil without combine
	// What a store has instead of Results or Result where they were too large for it: "sha256:… results=N bytes=N".
	ResultsDigest string
	ResultDigest  string
	Stdout        string
	Stderr        string
	Warnings      []string
	// Contaminated says what else took part of the machine while the trial ran, so that its times are kept but not judged
	// by; "" if nothing did, or if that cannot be told here. So are those of a trial that a failure of its fleet disturbed.
	Contaminated string
	// Hosts are the names of the hosts that the workers ran on, by worker; one of them alone stands for all workers. nil:
	// runner's own machine.
	Hosts []string
}

// Counts tells whether the times of a trial may count: it is OK, and neither warm-up nor control. Whether a contaminated one
// does is for gates to say.
func (t *Trial) Counts() bool { return t.Status == OK && !t.Warmup && !t.Control }

// Run is one execution of the runner on one experiment.
type Run struct {
	ID          string // sortable by time, unique
	Experiment  string // its name
	Spec        string // path as given
	Sources     []Source
	Options     Options
	Seed        uint64
	Started     time.Time
	Finished    time.Time    // zero: the run was interrupted or still goes on
	Outcome     string       // "", "interrupted", or the verdict word of the last judgement
	Environment Environment  // before the run
	After       *Environment // after it; nil: the run did not end by itself, or still goes on
	Version     string       // of runner
	Resumed     []Resumption // each time it was taken up again, the first one first
	References  []Reference  // stored runs that it is compared with
	Code        []Code       // what its workloads are made of
	Hosts       []Host       // that its trials ran on, by name; nil: runner's own machine alone
}

// Resumption is a run being taken up again after it had been interrupted.
type Resumption struct {
	At          time.Time   `json:"at"`
	Trials      int         `json:"trials"`      // how many were recorded before
	Environment Environment `json:"environment"` // before it went on
}

// Source is one file that the experiment was made of: the spec, then what it extends. With Options it makes the same
// plan again.
type Source struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// Options are what the command line changed in the spec.
type Options struct {
	Profile string            `json:"profile,omitempty"`
	Only    []string          `json:"only,omitempty"` // selectors
	Repeats int               `json:"repeats,omitempty"`
	Seed    *uint64           `json:"seed,omitempty"`
	Define  map[string]string `json:"define,omitempty"` // -D key=value
	Cores   int               `json:"cores"`            // usable cores that worker counts were resolved with

	Dir string `json:"dir,omitempty"` // where the run was begun, absolute: the spec's paths count from there

	NoConfirm    bool          `json:"no_confirm,omitempty"`    // a failure counts at its first sight
	UntilDecided bool          `json:"until_decided,omitempty"` // more blocks than the spec asks for, if a check needs them
	Budget       time.Duration `json:"budget,omitempty"`        // ns, over the spec's; 0: none

	Agents       int    `json:"agents,omitempty"`        // that the run started on its machine; also what a resumed run starts
	Against      string `json:"against,omitempty"`       // the reference of every comparison across runs, whatever the checks say
	AnyMachine   bool   `json:"any_machine,omitempty"`   // a reference may have been measured on another machine
	AgainstBuild string `json:"against_build,omitempty"` // the directory of another build, which runs in the same blocks
}

// Environment is the machine as it was.
type Environment struct {
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Kernel  string `json:"kernel,omitempty"`
	CPU     string `json:"cpu,omitempty"` // model name
	Cores   int    `json:"cores"`         // usable: min of affinity, quota and online
	Memory  int64  `json:"memory,omitempty"`
	Go      string `json:"go"`
	Host    string `json:"host,omitempty"`   // hashed name
	Commit  string `json:"commit,omitempty"` // of the repository the spec is in
	Dirty   bool   `json:"dirty,omitempty"`
	Branch  string `json:"branch,omitempty"` // of that repository; "" where it is on none
	Virtual string `json:"virtual,omitempty"`

	Governor string   `json:"governor,omitempty"` // of the usable cores; several are separated by commas
	Boost    string   `json:"boost,omitempty"`    // on or off; "" is not known, here and below
	SMT      string   `json:"smt,omitempty"`      // on or off
	Clock    string   `json:"clock,omitempty"`    // what the kernel reads the time from
	Load     *float64 `json:"load,omitempty"`     // mean number of threads that ran or waited, over the last minute
	Swap     *int64   `json:"swap,omitempty"`     // B in use

	Parallelism *float64 `json:"parallelism,omitempty"` // measured: how many cores' worth of work is done at once; nil: not measured
}
