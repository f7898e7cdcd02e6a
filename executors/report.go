package executors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"bench/runner/results"
	"bench/runner/workloads"
)

// report is what a trial's process has said. Nothing in it is trusted: each line is checked as it comes.
type report struct {
	tasks, workers int
	most           int64 // B of events that are taken in

	greeted, ready, done bool
	runtime              results.RuntimeInfo
	phases               results.Phases
	usage                results.Usage
	spans                []results.TaskSpan // by task
	results              []workloads.Result
	seen                 []bool
	reported             int
	values               int // in results, besides the first of each task

	broken      error  // the first violation
	failure     string // the first failed task, or dead worker
	worker      bool   // it was a worker
	unavailable string
	wrong       string // the first task reported twice
	warnings    []string
	disturbed   string
	answered    time.Time // when the first line after ready came
}

func newReport(tasks, workers int) *report {
	return &report{
		tasks: tasks, workers: workers, most: mostEvents + int64(tasks)*mostForATask,
		spans:   make([]results.TaskSpan, tasks),
		results: make([]workloads.Result, tasks),
		seen:    make([]bool, tasks),
	}
}

// take checks one line and adds it to the report.
func (r *report) take(line []byte) (step, error) {
	var e event
	if r.values += max(0, bytes.Count(line, []byte{','})-ownCommas); r.values > mostValues {
		return 0, fmt.Errorf("more than %d values in all results", mostValues)
	}
	if r.ready && !r.done && quickTask(line, &e) {
		return 0, r.task(e)
	}
	var mistyped *json.UnmarshalTypeError
	switch err := json.Unmarshal(line, &e); {
	case errors.As(err, &mistyped):
		return 0, fmt.Errorf("not an event: %q: %s cannot be the %s", excerpt(line), orElse(mistyped.Field, "an event"), printable(mistyped.Value))
	case err != nil:
		return 0, fmt.Errorf("not an event: %q: %w", excerpt(line), err)
	}
	switch {
	case r.done:
		return 0, fmt.Errorf("%q after done", printable(e.Event))
	case !r.greeted && e.Event != "hello":
		return 0, fmt.Errorf("%q before hello", printable(e.Event))
	}
	switch e.Event {
	case "hello":
		return 0, r.hello(e)
	case "ready":
		if r.ready {
			return 0, errors.New("ready twice")
		}
		r.ready = true
		if e.GIL != "" {
			r.runtime.GIL = printable(e.GIL)
		}
		return stepReady, nil
	case "unavailable":
		r.unavailable = orElse(printable(e.Text), "it did not say why")
		return stepFailed, nil
	case "warning":
		if len(r.warnings) < mostWarnings {
			r.warnings = append(r.warnings, printable(e.Text))
		}
		return 0, nil
	case "error":
		r.fail(e)
		return stepFailed, nil
	case "task", "done":
		if !r.ready {
			return 0, fmt.Errorf("%q before ready", e.Event)
		}
		if e.Event == "task" {
			return 0, r.task(e)
		}
		return stepDone, r.end(e)
	}
	return 0, fmt.Errorf("no event is called %q", printable(e.Event))
}

func (r *report) hello(e event) error {
	if r.greeted {
		return errors.New("hello twice")
	}
	if e.Protocol != Protocol {
		return fmt.Errorf("it speaks version %d, this runner version %d", e.Protocol, Protocol)
	}
	r.greeted = true
	r.runtime = results.RuntimeInfo{
		Name: printable(e.Runtime), Version: printable(e.Version), GIL: printable(e.GIL), Path: printable(e.Path),
	}
	return nil
}

func (r *report) fail(e event) {
	if r.failure != "" {
		return
	}
	r.failure = orElse(printable(e.Text), "it did not say why")
	r.worker = e.Task == nil
	if e.Task != nil {
		r.failure = fmt.Sprintf("task %d: %s", *e.Task, r.failure)
	}
}

func (r *report) task(e event) error {
	switch {
	case e.Task == nil || e.Start == nil || e.End == nil:
		return errors.New("a task event needs task, start and end")
	case *e.Task < 0 || *e.Task >= r.tasks:
		return fmt.Errorf("task %d was never given: there are %d", *e.Task, r.tasks)
	case e.Worker < 0 || e.Worker >= r.workers:
		return fmt.Errorf("task %d: there is no worker %d: there are %d", *e.Task, e.Worker, r.workers)
	case *e.Start < 0 || *e.End < *e.Start || e.CPU < 0 || max(*e.End, e.CPU) > longestTrial:
		return fmt.Errorf("task %d: its times cannot be: start %d, end %d, cpu %d ns", *e.Task, *e.Start, *e.End, e.CPU)
	}
	i := *e.Task
	if r.seen[i] {
		if r.wrong == "" {
			r.wrong = fmt.Sprintf("task %d was reported twice", i)
		}
		return nil
	}
	if len(e.Result) > 0 {
		var err error
		if e.value, err = decodeValue(e.Result); err != nil {
			return fmt.Errorf("task %d: its result cannot be read: %w", i, err)
		}
	}
	r.results[i] = e.value
	r.seen[i] = true
	r.reported++
	r.spans[i] = results.TaskSpan{Task: i, Worker: e.Worker, Start: *e.Start, End: *e.End, CPU: e.CPU}
	return nil
}

func (r *report) end(e event) error {
	r.done = true
	if e.Phases == nil || e.Usage == nil {
		return errors.New("done needs phases and usage")
	}
	p, u := *e.Phases, *e.Usage
	if p.Total == 0 {
		return errors.New("done needs a total: nothing takes no time")
	}
	if min(p.Spawn, p.Work, p.Join, p.Total) < 0 || max(p.Spawn, p.Work, p.Join, p.Total) > longestTrial ||
		p.Spawn+p.Work+p.Join > p.Total+clockSlack {
		return fmt.Errorf("the phases do not fit: spawn %d + work %d + join %d, total %d ns", p.Spawn, p.Work, p.Join, p.Total)
	}
	if min(u.User, u.System) < 0 || min(u.Memory, u.Voluntary, u.Involuntary, u.MajorFaults, u.MinorFaults) < 0 ||
		max(u.User, u.System) > longestTrial || max(u.Memory, u.Voluntary, u.Involuntary, u.MajorFaults, u.MinorFaults) > mostCounted {
		return errors.New("the usage has a number that cannot be")
	}
	for i, s := range r.spans {
		if r.seen[i] && s.End > p.Total+clockSlack {
			return fmt.Errorf("task %d ends at %d ns, after the total of %d ns", i, s.End, p.Total)
		}
	}
	u.Leaked = 0 // only the runner can tell
	r.phases, r.usage, r.disturbed = p, u, printable(e.Disturbed)
	return nil
}

// missing says which tasks were not reported; "" if all were.
func (r *report) missing() string {
	if r.reported == r.tasks {
		return ""
	}
	return fmt.Sprintf("%d of %d tasks were not reported, task %d first", r.tasks-r.reported, r.tasks, slices.Index(r.seen, false))
}

// told are the spans and results of the tasks that were reported, in task order.
func told(seen []bool, spans []results.TaskSpan, values []workloads.Result) ([]results.TaskSpan, []workloads.Result) {
	if !slices.Contains(seen, false) {
		return spans, values
	}
	n := 0
	for i, ok := range seen {
		if ok {
			spans[n], values[n] = spans[i], values[i]
			n++
		}
	}
	return spans[:n], values[:n]
}

func excerpt(line []byte) string {
	return printable(string(bytes.TrimSpace(line[:min(len(line), 80)])))
}

func orElse(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
