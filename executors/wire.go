package executors

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/results"
	"bench/runner/workloads"
)

// wireJob is a job on its way to another machine. Tasks that are the same call are there once, and so are commands; texts
// that may be any bytes go as bytes, since JSON would change them.
type wireJob struct {
	Cell     string            `json:"cell"`
	Block    int               `json:"block"`
	Runtime  string            `json:"runtime"`
	Executor string            `json:"executor"`
	Workers  int               `json:"workers"`
	Options  json.RawMessage   `json:"options"`
	Workload string            `json:"workload"`
	Tasks    []json.RawMessage `json:"tasks"`
	TaskOf   []int             `json:"task_of"` // which of them each task is
	Commands *orders           `json:"commands,omitempty"`
	WorkDir  []byte            `json:"work_dir"`
	Output   bool              `json:"output"`
	Env      pairs             `json:"env"`
	Dir      []byte            `json:"dir"`
	Pin      bool              `json:"pin"`
	Timeout  time.Duration     `json:"timeout"`
	Limits   Limits            `json:"limits"`
	Grace    time.Duration     `json:"grace"`
	Unset    []string          `json:"unset"`
	Program  [][]byte          `json:"program"`
}

// MarshalJSON writes a job so that another runner can run it.
func (j Job) MarshalJSON() ([]byte, error) {
	w := wireJob{
		Cell: j.Cell.Encoded(), Block: j.Block, Runtime: j.Runtime, Executor: j.Executor, Workers: j.Workers, Workload: j.Workload,
		WorkDir: []byte(j.WorkDir), Output: j.Output, Env: pairsOf(j.Env), Dir: []byte(j.Dir), Pin: j.Pin, Timeout: j.Timeout,
		Limits: j.Limits, Grace: j.Grace, Unset: j.Unset,
	}
	var err error
	if w.Options, err = appendMap(nil, j.Options); err != nil {
		return nil, err
	}
	for i, args := range j.Tasks {
		if i == 0 || !identical(args, j.Tasks[i-1]) {
			raw, err := appendMap(nil, args)
			if err != nil {
				return nil, fmt.Errorf("task %d: %w", i, err)
			}
			w.Tasks = append(w.Tasks, raw)
		}
		w.TaskOf = append(w.TaskOf, len(w.Tasks)-1)
	}
	if len(j.Commands) > 0 {
		w.Commands = ordersOf(j)
		w.Commands.Env, w.Commands.Dir, w.Commands.WorkDir = nil, nil, nil // those of the other machine count
	}
	for _, arg := range j.Program {
		w.Program = append(w.Program, []byte(arg))
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote, from a stranger as it were.
func (j *Job) UnmarshalJSON(data []byte) error {
	var w wireJob
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	cell, err := matrix.ParseCell(w.Cell)
	if err != nil {
		return err
	}
	*j = Job{
		Cell: cell, Block: w.Block, Runtime: w.Runtime, Executor: w.Executor, Workers: w.Workers, Workload: w.Workload,
		Output: w.Output, Pin: w.Pin, Timeout: w.Timeout, Limits: w.Limits, Grace: w.Grace, Unset: w.Unset,
	}
	if w.Commands != nil {
		if err := w.Commands.fill(j); err != nil {
			return err
		}
	}
	j.WorkDir, j.Dir, j.Output, j.Env = string(w.WorkDir), string(w.Dir), w.Output, w.Env.variables()
	if j.Options, err = decodeMap(w.Options); err != nil {
		return fmt.Errorf("the options cannot be read: %w", err)
	}
	distinct := make([]workloads.Args, len(w.Tasks))
	for i, raw := range w.Tasks {
		if distinct[i], err = decodeMap(raw); err != nil {
			return fmt.Errorf("task %d cannot be read: %w", i, err)
		}
	}
	j.Tasks = make([]workloads.Args, len(w.TaskOf))
	for i, at := range w.TaskOf {
		if at < 0 || at >= len(distinct) {
			return fmt.Errorf("task %d is call %d, and there are %d", i, at, len(distinct))
		}
		j.Tasks[i] = distinct[at]
	}
	for _, arg := range w.Program {
		j.Program = append(j.Program, string(arg))
	}
	return nil
}

// plainObservation has the fields of an observation and none of its methods.
type plainObservation Observation

// wireObservation is an observation on its way back. Its own fields hide those of the same name.
type wireObservation struct {
	plainObservation
	Results []json.RawMessage
	Stdout  []byte
	Stderr  []byte
}

// MarshalJSON writes an observation so that the types of results survive.
func (o Observation) MarshalJSON() ([]byte, error) {
	w := wireObservation{plainObservation: plainObservation(o), Stdout: []byte(o.Stdout), Stderr: []byte(o.Stderr)}
	for i, v := range o.Results {
		raw, err := appendValue(nil, v)
		if err != nil {
			return nil, fmt.Errorf("result %d: %w", i, err)
		}
		w.Results = append(w.Results, raw)
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON wrote. Check is for what only the job can tell to be wrong.
func (o *Observation) UnmarshalJSON(data []byte) error {
	var w wireObservation
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*o = Observation(w.plainObservation)
	o.Stdout, o.Stderr, o.Results = string(w.Stdout), string(w.Stderr), nil
	for i, raw := range w.Results {
		v, err := decodeValue(raw)
		if err != nil {
			return fmt.Errorf("result %d cannot be read: %w", i, err)
		}
		o.Results = append(o.Results, v)
	}
	if len(o.Results) != len(o.Spans) {
		return fmt.Errorf("%d results for %d tasks", len(o.Results), len(o.Spans))
	}
	if !known(o.Status) {
		return fmt.Errorf("no status is called %q", printable(string(o.Status)))
	}
	return nil
}

func known(s results.Status) bool {
	for _, other := range results.Statuses {
		if s == other {
			return true
		}
	}
	return false
}

// Check tells whether an observation from elsewhere can be one of a job: nothing in it is trusted, as nothing is that a trial's
// process says.
func (o Observation) Check(job Job) error {
	seen := make([]bool, len(job.Tasks))
	for _, s := range o.Spans {
		switch {
		case s.Task < 0 || s.Task >= len(seen):
			return fmt.Errorf("task %d was never given: there are %d", s.Task, len(seen))
		case seen[s.Task]:
			return fmt.Errorf("task %d is in it twice", s.Task)
		case s.Worker < 0 || s.Worker >= job.Workers:
			return fmt.Errorf("task %d: there is no worker %d: there are %d", s.Task, s.Worker, job.Workers)
		case s.Start < 0 || s.End < s.Start || s.CPU < 0 || max(s.End, s.CPU) > longestTrial:
			return fmt.Errorf("task %d: its times cannot be: start %d, end %d, cpu %d ns", s.Task, s.Start, s.End, s.CPU)
		}
		seen[s.Task] = true
	}
	p, u := o.Phases, o.Usage
	switch {
	case len(o.Results) != len(o.Spans):
		return fmt.Errorf("%d results for %d tasks", len(o.Results), len(o.Spans))
	case o.Status == results.OK && len(o.Spans) != len(seen):
		return fmt.Errorf("%d of %d tasks are not in it", len(seen)-len(o.Spans), len(seen))
	case min(p.Spawn, p.Work, p.Join, p.Total, o.Wall) < 0 || max(p.Spawn, p.Work, p.Join, p.Total, o.Wall) > longestTrial:
		return fmt.Errorf("its times cannot be: spawn %d, work %d, join %d, total %d, wall %d ns", p.Spawn, p.Work, p.Join, p.Total, o.Wall)
	case !countable(u):
		return errors.New("its usage has a number that cannot be")
	}
	return nil
}

// countable tells whether all numbers of a usage can be, and be added up.
func countable(u results.Usage) bool {
	counts := []int64{u.Memory, u.Voluntary, u.Involuntary, u.MajorFaults, u.MinorFaults}
	return min(u.User, u.System) >= 0 && slices.Min(counts) >= 0 && max(u.User, u.System) <= longestTrial && slices.Max(counts) <= mostCounted && u.Leaked >= 0
}
