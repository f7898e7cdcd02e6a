// Package executorstest is the one suite that every executor of every runtime must pass: it runs trials for real and
// checks what was observed, and that nothing is left behind. It asserts no absolute time.
package executorstest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/internal/matrix"
	"bench/runner/results"
	"bench/runner/workloads"
)

// Suite says what to test and with what.
type Suite struct {
	Runtime   string
	Program   []string         // argv of a shim; empty: this test binary, whose TestMain must call executors.Serve
	Executors []executors.Info // All() of a runtime, without those that only replay
	Slow      []string         // executors that start a process for each task: a few tasks are many to them
	Workloads Workloads
}

// Workloads names workloads of the runtime under test. Each takes one whole number n. Those that do harm do it where n
// is 1, and else return n at once. One that is "" is not tested.
type Workloads struct {
	Square   string // returns n*n
	Fail     string // fails in the way of its language, with the text "broken on purpose"
	Panic    string // goes wrong in the way its language does not expect, with the text "broken on purpose"
	Exit     string // ends its process with status 3
	Kill     string // kills its process with signal 9
	Hang     string // ignores TERM, makes a file "hanging" in the working directory, never returns
	Flood    string // writes 8 MiB and then the line "the end" to both stdout and stderr, for any n
	Scribble string // writes garbage to the descriptors 0, 3 and 4, for any n
	Orphan   string // leaves a process in a session of its own that runs for long, with its streams closed or not
}

// shapes are the numbers of workers and tasks that differ to an executor: one of each, fewer tasks than workers, as many,
// more that cannot be shared out evenly, and many more.
var shapes = []struct{ workers, tasks int }{
	{1, 1}, {1, many}, {2, 1}, {2, 2}, {2, 5}, {3, many}, {4, 3}, {most, many},
}

const (
	most = 8
	many = 200
	few  = 10 // are as many to those that are slow, for most workers alone, and more than those
)

// Run tests every executor.
func Run(t *testing.T, s Suite) {
	for _, info := range s.Executors {
		t.Run(info.Name, func(t *testing.T) { s.executor(t, info) })
	}
}

func (s Suite) executor(t *testing.T, info executors.Info) {
	t.Run("every task once", func(t *testing.T) {
		for _, shape := range shapes {
			if slices.Contains(s.Slow, info.Name) {
				if shape.tasks == many && shape.workers < most {
					continue
				}
				shape.tasks = min(shape.tasks, few)
			}
			if shape.workers == 1 || info.Workers {
				s.everyTask(t, info, shape.workers, shape.tasks)
			}
		}
	})
	t.Run("no tasks", func(t *testing.T) {
		o := s.run(t, context.Background(), s.job(t, info, s.Workloads.Square, 1, 0))
		want(t, o, results.Unavailable, "no tasks")
	})
	for name, c := range map[string]struct {
		workload string
		status   results.Status
		reason   string
	}{
		"fail":   {s.Workloads.Fail, results.Crash, "broken on purpose"},
		"panic":  {s.Workloads.Panic, results.Crash, "broken on purpose"},
		"exit":   {s.Workloads.Exit, results.Crash, "exit status 3"},
		"kill":   {s.Workloads.Kill, results.Crash, "signal 9"},
		"orphan": {s.Workloads.Orphan, results.Leaked, "outlived"},
	} {
		t.Run(name, func(t *testing.T) {
			o := s.harm(t, info, c.workload)
			want(t, o, c.status, c.reason)
			if c.status == results.Leaked && o.Usage.Leaked != 1 {
				t.Errorf("leaked %d processes, want 1", o.Usage.Leaked)
			}
		})
	}
	t.Run("flood", func(t *testing.T) { s.flood(t, info) })
	t.Run("scribble", func(t *testing.T) {
		want(t, s.harm(t, info, s.Workloads.Scribble), results.OK, "")
	})
	t.Run("timeout", func(t *testing.T) {
		skipWithout(t, s.Workloads.Hang)
		job := s.job(t, info, s.Workloads.Hang, two(info), 3)
		job.Timeout, job.Grace = 300*time.Millisecond, 50*time.Millisecond
		want(t, s.run(t, context.Background(), job), results.Timeout, "300ms")
	})
	t.Run("interrupt", func(t *testing.T) { s.interrupt(t, info) })
}

// job has tasks 0, 1, 2, …
func (s Suite) job(t *testing.T, info executors.Info, workload string, workers, tasks int) executors.Job {
	job := executors.Job{
		Cell:    matrix.NewCell(matrix.Facet{Name: matrix.Executor, Value: info.Name}, matrix.Facet{Name: matrix.Workers, Value: workers}),
		Runtime: s.Runtime, Executor: info.Name, Workers: workers, Options: map[string]any{},
		Workload: workload, Program: s.Program, Dir: t.TempDir(),
		Env: map[string]string{mark: fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano())},
	}
	for _, o := range info.Options {
		if !o.Map {
			job.Options[o.Name] = o.Default
		}
	}
	for n := range tasks {
		job.Tasks = append(job.Tasks, workloads.Args{"n": n})
	}
	return job
}

// run also checks what holds of every trial: it returns, and no process of it is alive then.
func (s Suite) run(t *testing.T, ctx context.Context, job executors.Job) executors.Observation {
	t.Helper()
	returned := make(chan executors.Observation, 1)
	go func() { returned <- executors.Run(ctx, job) }()
	select {
	case o := <-returned:
		if alive := Marked(job.Env[mark]); len(alive) > 0 {
			t.Errorf("alive after the trial: %v", alive)
		}
		if len(o.Stdout) > 4<<10 || len(o.Stderr) > 4<<10 {
			t.Errorf("kept %d B of stdout and %d B of stderr, want at most 4 KiB each", len(o.Stdout), len(o.Stderr))
		}
		return o
	case <-time.After(2 * time.Minute):
		t.Fatalf("Run has not returned")
		return executors.Observation{}
	}
}

func (s Suite) everyTask(t *testing.T, info executors.Info, workers, tasks int) {
	t.Helper()
	job := s.job(t, info, s.Workloads.Square, workers, tasks)
	o := s.run(t, context.Background(), job)
	if o.Status != results.OK {
		t.Fatalf("%d workers, %d tasks: %s: %s\n%s", workers, tasks, o.Status, o.Reason, o.Stderr)
	}
	squares := make([]workloads.Result, tasks)
	for n := range squares {
		squares[n] = n * n
	}
	if !reflect.DeepEqual(o.Results, squares) {
		t.Errorf("%d workers, %d tasks: results are %v", workers, tasks, o.Results)
	}
	if o.Usage.Memory <= 0 {
		t.Errorf("%d workers, %d tasks: memory is %d B", workers, tasks, o.Usage.Memory)
	}
	if err := Consistent(o, workers, tasks); err != nil {
		t.Errorf("%d workers, %d tasks: %v", workers, tasks, err)
	}
	if o.Runtime.Name == "" || o.Runtime.Version == "" {
		t.Errorf("the runtime did not say what it is: %+v", o.Runtime)
	}
}

// Consistent checks the times of a trial that is right.
func Consistent(o executors.Observation, workers, tasks int) error {
	p := o.Phases
	if p.Startup <= 0 || p.Total <= 0 || p.Spawn < 0 || p.Work < 0 || p.Join < 0 || p.Spawn+p.Work+p.Join > p.Total {
		return fmt.Errorf("phases do not fit: %+v", p)
	}
	if o.Wall < p.Total || o.Wall < p.Startup {
		return fmt.Errorf("wall %v is shorter than a part of it: %+v", o.Wall, p)
	}
	if o.Usage.CPU() < 0 || o.Usage.Memory < 0 || o.Usage.Leaked != 0 {
		return fmt.Errorf("usage makes no sense: %+v", o.Usage)
	}
	if len(o.Spans) != tasks {
		return fmt.Errorf("%d spans of %d tasks", len(o.Spans), tasks)
	}
	byWorker := make([][]results.TaskSpan, workers)
	for i, s := range o.Spans {
		if s.Task != i || s.Worker < 0 || s.Worker >= workers || s.Start < 0 || s.End < s.Start || s.End > p.Total || s.CPU < 0 {
			return fmt.Errorf("span %d makes no sense: %+v", i, s)
		}
		byWorker[s.Worker] = append(byWorker[s.Worker], s)
	}
	for _, spans := range byWorker {
		slices.SortFunc(spans, func(a, b results.TaskSpan) int { return int(a.Start - b.Start) })
		for i := 1; i < len(spans); i++ {
			if spans[i].Start < spans[i-1].End {
				return fmt.Errorf("one worker did two tasks at once: %+v and %+v", spans[i-1], spans[i])
			}
		}
	}
	return nil
}

// two workers, if there can be two.
func two(info executors.Info) int {
	if info.Workers {
		return 2
	}
	return 1
}

// harm runs three tasks, of which the second does harm, on two workers if there can be two.
func (s Suite) harm(t *testing.T, info executors.Info, workload string) executors.Observation {
	t.Helper()
	skipWithout(t, workload)
	return s.run(t, context.Background(), s.job(t, info, workload, two(info), 3))
}

func (s Suite) flood(t *testing.T, info executors.Info) {
	o := s.harm(t, info, s.Workloads.Flood)
	want(t, o, results.OK, "")
	if !strings.HasSuffix(o.Stdout, "the end\n") || !strings.HasSuffix(o.Stderr, "the end\n") {
		t.Errorf("the ends of stdout and stderr were not kept: %q, %q", tail(o.Stdout), tail(o.Stderr))
	}
}

// interrupt stops a trial while a task hangs.
func (s Suite) interrupt(t *testing.T, info executors.Info) {
	skipWithout(t, s.Workloads.Hang)
	job := s.job(t, info, s.Workloads.Hang, two(info), 3)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	hung := make(chan bool, 1)
	go func() {
		hung <- Eventually(func() bool {
			_, err := os.Stat(filepath.Join(job.Dir, "hanging"))
			return err == nil
		})
		stop()
	}()
	o := s.run(t, ctx, job)
	if !<-hung {
		t.Fatalf("the task never began: %s: %s", o.Status, o.Reason)
	}
	want(t, o, results.Interrupted, "stopped")
}

func want(t *testing.T, o executors.Observation, status results.Status, reason string) {
	t.Helper()
	if o.Status != status || !strings.Contains(o.Reason, reason) {
		t.Errorf("%s: %q, want %s: %q\nstderr: %s", o.Status, o.Reason, status, reason, tail(o.Stderr))
	}
}

func skipWithout(t *testing.T, workload string) {
	t.Helper()
	if workload == "" {
		t.Skip("there is no such workload for this runtime")
	}
}

func tail(s string) string { return s[max(0, len(s)-300):] }
