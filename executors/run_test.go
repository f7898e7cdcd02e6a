package executors

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/workloads"
)

func run(t *testing.T, executor, workload string, workers int, tasks ...workloads.Args) Observation {
	t.Helper()
	return Run(context.Background(), Job{
		Executor: executor, Workers: workers, Workload: workload, Tasks: tasks, Dir: t.TempDir(), Timeout: time.Minute,
		Env: map[string]string{"RUNNER_TEST_VALUE": "given"},
	})
}

func ok(t *testing.T, o Observation) {
	t.Helper()
	if o.Status != results.OK {
		t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
	}
}

var real = []string{"serial", "goroutines", "threads", "procs", "pool"}

// TestTypesSurvive: what a task gets and gives has the same types, whatever process it runs in.
func TestTypesSurvive(t *testing.T) {
	for _, name := range real {
		o := run(t, name, "typed", 1, workloads.Args{"v": 3.0, "s": "ä\n\x00\"", "b": true})
		ok(t, o)
		want := map[string]any{"v": 3.0, "list": []any{1, 2.0, "x", nil, true}, "s": "ä\n\x00\""}
		if !reflect.DeepEqual(o.Results[0], want) {
			t.Errorf("%s: result is %#v", name, o.Results[0])
		}
	}
}

func TestResultThatCannotBeSent(t *testing.T) {
	for _, name := range real {
		if o := run(t, name, "nan", 1, workloads.Args{"n": 1}); o.Status != results.Crash || !strings.Contains(o.Reason, "NaN") {
			t.Errorf("%s: %s: %s", name, o.Status, o.Reason)
		}
	}
}

// TestLargeMessages would hang if a chunk were sent ahead while the worker waits to be heard.
func TestLargeMessages(t *testing.T) {
	for _, name := range []string{"procs", "pool"} {
		var tasks []workloads.Args
		n := 40
		if testing.Short() {
			n = 8
		}
		for i := range n {
			tasks = append(tasks, workloads.Args{"s": strings.Repeat("x", i%2*500_000)})
		}
		o := run(t, name, "size", 2, tasks...)
		ok(t, o)
		for i, r := range o.Results {
			if len(r.(string)) != i%2*1_000_000 {
				t.Errorf("%s: result %d has %d B", name, i, len(r.(string)))
			}
		}
	}
}

func TestWorkersAreProcesses(t *testing.T) {
	for name, separate := range map[string]bool{"serial": false, "goroutines": false, "threads": false, "procs": true, "pool": true} {
		e, _ := Lookup(name)
		if e.Info().Separate != separate {
			t.Errorf("%s: Separate is %v", name, e.Info().Separate)
		}
		if name == "serial" {
			continue
		}
		pids, byWorker := map[any]int{}, map[int]any{}
		for i, r := range mustRun(t, name, "pid", 3, make([]workloads.Args, 40)).Results {
			pids[r] = i
		}
		if separate && len(pids) > 3 || !separate && len(pids) != 1 {
			t.Errorf("%s: ran in %d processes", name, len(pids))
		}
		o := mustRun(t, name, "meet", 3, slices.Repeat([]workloads.Args{{"n": 3}}, 3))
		for _, s := range o.Spans {
			byWorker[s.Worker] = true
		}
		if len(byWorker) != 3 {
			t.Errorf("%s: three tasks that wait for each other were done by %d of 3 workers", name, len(byWorker))
		}
	}
}

func mustRun(t *testing.T, executor, workload string, workers int, tasks []workloads.Args) Observation {
	t.Helper()
	o := run(t, executor, workload, workers, tasks...)
	ok(t, o)
	return o
}

// TestDemandDriven: one long task, which ends when the short ones behind it have come, does not hold them back.
func TestDemandDriven(t *testing.T) {
	for _, name := range []string{"goroutines", "threads", "procs", "pool"} {
		tasks := append([]workloads.Args{{"n": 11}}, slices.Repeat([]workloads.Args{{"n": 1}}, 10)...)
		o := mustRun(t, name, "meet", 2, tasks)
		busy := o.Spans[0].Worker
		for _, s := range o.Spans[1:] {
			if s.Worker == busy && s.Start < o.Spans[0].End {
				t.Errorf("%s: task %d was given to the busy worker", name, s.Task)
			}
		}
		if late := o.Spans[10].Start; late >= o.Spans[0].End {
			t.Errorf("%s: the last short task waited for the long one", name)
		}
	}
}

func TestCPUOfATask(t *testing.T) {
	for _, name := range []string{"serial", "threads", "procs", "pool"} {
		ratio := func(workload string) float64 {
			s := mustRun(t, name, workload, 1, []workloads.Args{{"n": 200}}).Spans[0]
			return float64(s.CPU) / float64(s.End-s.Start)
		}
		if busy, idle := ratio("spin"), ratio("sleep"); busy < 3*idle || busy > 1 {
			t.Errorf("%s: CPU share %.2f of a task that computes, %.2f of one that sleeps", name, busy, idle)
		}
	}
	if s := mustRun(t, "goroutines", "spin", 1, []workloads.Args{{"n": 20}}).Spans[0]; s.CPU != 0 {
		t.Errorf("a goroutine's CPU time is %v, which cannot be told", s.CPU)
	}
}

// TestUsageCountsWorkers: what a task used up is in the trial's usage, and time it slept is not. What a trial costs besides,
// to start its processes, is no part of the test: on a busy machine it may be as much as either.
func TestUsageCountsWorkers(t *testing.T) {
	const spun, slept = 200 * time.Millisecond, time.Second
	for _, name := range real {
		busy := mustRun(t, name, "spin", 1, []workloads.Args{{"n": int(spun.Milliseconds())}}).Usage
		if busy.CPU() < spun-time.Millisecond { // the kernel tells whole microseconds
			t.Errorf("%s: CPU %v of a task that used %v", name, busy.CPU(), spun)
		}
		idle := mustRun(t, name, "sleep", 1, []workloads.Args{{"n": int(slept.Milliseconds())}}).Usage
		if idle.CPU() >= slept {
			t.Errorf("%s: CPU %v of a task that slept %v", name, idle.CPU(), slept)
		}
	}
}

// TestMemoryIsTheTrialsOwn: a large runner must not make its trials look large.
func TestMemoryIsTheTrialsOwn(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs VmHWM")
	}
	ballast := make([]byte, 300<<20)
	for i := range ballast {
		ballast[i] = 1
	}
	for _, name := range []string{"serial", "procs"} {
		memory := mustRun(t, name, "square", 1, []workloads.Args{{"n": 1}}).Usage.Memory
		if memory <= 0 || memory >= int64(len(ballast)) {
			t.Errorf("%s: memory is %d B", name, memory)
		}
	}
	runtime.KeepAlive(ballast)
}

func TestEnvironmentAndDirectory(t *testing.T) {
	for _, name := range real {
		o := run(t, name, "cwd", 1, workloads.Args{"n": 0})
		ok(t, o)
		if text := o.Results[0].(string); !strings.Contains(text, "TestEnvironmentAndDirectory") || !strings.HasSuffix(text, " given ") {
			t.Errorf("%s: directory, variable, role: %q", name, text)
		}
	}
}

// TestPanicOutOfReach: a panic in a goroutine of the task's own ends the process; its text is still the reason.
func TestPanicOutOfReach(t *testing.T) {
	for _, name := range real {
		o := run(t, name, "deep", 2, workloads.Args{"n": 0}, workloads.Args{"n": 1})
		if o.Status != results.Crash || !strings.Contains(o.Reason, "exit status 2") {
			t.Errorf("%s: %s: %s", name, o.Status, o.Reason)
		}
		if !strings.Contains(o.Reason, "panic: broken out of reach") {
			t.Errorf("%s: the reason does not say why: %s", name, o.Reason)
		}
	}
}

func TestPin(t *testing.T) {
	for _, name := range real {
		o := Run(context.Background(), Job{
			Executor: name, Workers: 3, Workload: "pinned", Tasks: []workloads.Args{{"n": 0}, {"n": 0}, {"n": 0}}, Pin: true,
			Dir: t.TempDir(), Timeout: time.Minute,
		})
		ok(t, o)
		if name == "goroutines" || runtime.GOOS != "linux" {
			if len(warned(o.Warnings)) != 1 || !strings.Contains(warned(o.Warnings)[0], "not pinned") {
				t.Errorf("%s: warnings are %q", name, o.Warnings)
			}
			continue
		}
		for _, r := range o.Results {
			if r != 1 {
				t.Errorf("%s: a task could run on %v processors", name, r)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		job    Job
		reason string
	}{
		"executor": {Job{Executor: "magic", Workers: 1, Tasks: []workloads.Args{{}}}, `no executor "magic"`},
		"workers":  {Job{Executor: "procs", Workers: 0, Tasks: []workloads.Args{{}}}, "0 workers"},
		"tasks":    {Job{Executor: "procs", Workers: 1}, "no tasks"},
		"workload": {Job{Executor: "procs", Workers: 1, Workload: "magic", Tasks: []workloads.Args{{}}}, `no built-in workload "magic"`},
		"argument": {Job{Executor: "procs", Workers: 1, Workload: "square", Tasks: []workloads.Args{{"x": 1}}}, `no parameter "x"`},
		"option": {Job{Executor: "pool", Workers: 1, Workload: "square", Tasks: []workloads.Args{{}},
			Options: map[string]any{"chunksize": 0}}, "chunksize is 0"},
	} {
		if o := Run(context.Background(), c.job); o.Status != results.Unavailable || !strings.Contains(o.Reason, c.reason) {
			t.Errorf("%s: %s: %s", name, o.Status, o.Reason)
		}
	}
}

func TestChunks(t *testing.T) {
	for _, size := range []int{1, 2, 7, 64, 1000} {
		var tasks []workloads.Args
		for i := range 100 {
			tasks = append(tasks, workloads.Args{"n": i})
		}
		o := Run(context.Background(), Job{
			Executor: "pool", Workers: 3, Workload: "square", Tasks: tasks, Options: map[string]any{"chunksize": size}, Dir: t.TempDir(),
		})
		ok(t, o)
		for i, r := range o.Results {
			if r != i*i {
				t.Errorf("chunksize %d: result %d is %v", size, i, r)
			}
		}
	}
}

func TestStoppedBefore(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	o := Run(ctx, Job{Executor: "serial", Workers: 1, Workload: "square", Tasks: []workloads.Args{{"n": 1}}})
	if o.Status != results.Interrupted || o.Reason == "" {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}

// TestUnstarted: what stands in the way of a start now need not do so in the next block, but for what is not there.
func TestUnstarted(t *testing.T) {
	for name, c := range map[string]struct {
		program []string
		err     error
		want    results.Status
	}{
		"a process of runner's own": {nil, syscall.EIO, results.Crash},
		"whose file is not there":   {nil, syscall.ENOENT, results.Crash},
		"a program":                 {[]string{"/bin/sh"}, syscall.EIO, results.Crash},
		"that is not there":         {[]string{"/does/not/exist"}, syscall.ENOENT, results.Unavailable},
		"nor on PATH":               {[]string{"x"}, host.ErrNotOnPath, results.Unavailable},
		"nor what it needs":         {[]string{"/bin/sh"}, syscall.ENOENT, results.Unavailable},
	} {
		if o := unstarted(Job{Program: c.program, Dir: t.TempDir()}, c.err); o.Status != c.want || o.Reason == "" {
			t.Errorf("%s: %s: %q, want %s", name, o.Status, o.Reason, c.want)
		}
	}
}
