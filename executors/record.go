package executors

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/workloads"
)

// failure is what one task, or with task < 0 one worker, did wrong.
type failure struct {
	task, worker int
	text         string
}

// record is the trial as it runs, in memory: the queue of tasks, and what came of them. Each task is taken by one
// worker, and only that one writes to its place, so the places need no lock.
type record struct {
	job     Job
	zero    time.Time
	before  host.Usage
	spans   []results.TaskSpan
	results []workloads.Result
	seen    []bool

	next    atomic.Int64
	stopped atomic.Bool
	cancel  context.CancelFunc

	mu     sync.Mutex
	failed *failure
	memory int64 // B, peaks of workers that have ended
}

// open makes all that the trial needs and then starts its clock.
func open(ctx context.Context, job Job) (*record, context.Context) {
	n := len(job.Tasks)
	r := &record{
		job: job, spans: make([]results.TaskSpan, n), results: make([]workloads.Result, n), seen: make([]bool, n),
	}
	clear(r.spans) // the kernel gives memory when it is first written to, which is not to be while tasks run
	clear(r.results)
	clear(r.seen)
	ctx, r.cancel = context.WithCancel(ctx)
	r.restart()
	return r, ctx
}

// restart begins the trial's time anew, before its first task.
func (r *record) restart() {
	r.before = host.UsageNow()
	r.zero = time.Now()
}

// now is the time since the start of total.
func (r *record) now() time.Duration { return time.Since(r.zero) }

// take hands out the next n tasks, fewer at the end, none after a failure.
func (r *record) take(n int) (from, to int) {
	if r.stopped.Load() {
		return 0, 0
	}
	end := int(r.next.Add(int64(n)))
	return min(end-n, len(r.job.Tasks)), min(end, len(r.job.Tasks))
}

func (r *record) put(span results.TaskSpan, value workloads.Result) {
	r.spans[span.Task], r.results[span.Task], r.seen[span.Task] = span, value, true
}

// fail stops the handing out of tasks and tells the first failure at once, since other tasks may hang.
func (r *record) fail(f failure) {
	r.mu.Lock()
	first := r.failed == nil
	if first {
		r.failed = &f
	}
	r.mu.Unlock()
	r.stopped.Store(true)
	r.cancel()
	if first && r.job.failed != nil {
		r.job.failed(f)
	}
}

// work runs tasks from the queue until it is empty.
func (r *record) work(ctx context.Context, w workloads.Workload, worker int, m *meter) {
	ended := false
	defer func() {
		if !ended {
			r.fail(failure{-1, worker, fmt.Sprintf("worker %d: the task ended its goroutine", worker)})
		}
	}()
	m.reset()
	for {
		task, end := r.take(1)
		if task == end {
			break
		}
		start := r.now()
		value, err := perform(ctx, w, r.job.Tasks[task])
		stop := r.now()
		if err != nil {
			r.fail(failure{task, worker, err.Error()})
			break
		}
		r.put(results.TaskSpan{Task: task, Worker: worker, Start: start, End: stop, CPU: m.lap(stop - start)}, value)
	}
	ended = true
}

// perform calls the workload; a panic is an error, with its stack on stderr.
func perform(ctx context.Context, w workloads.Workload, args workloads.Args) (value workloads.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", p, stack())
		}
	}()
	return w.Run(ctx, args)
}

// stack is the stack of this goroutine. runtime/debug would have it too, but to be made ready it waits for half of the
// libraries, and with it each worker.
func stack() []byte {
	text := make([]byte, 64<<10)
	return text[:runtime.Stack(text, false)]
}

// observation ends the clock of total and takes the usage. spawned is when the workers were ready; by reading a
// failure in it the caller sees no times that count.
func (r *record) observation(spawned time.Duration) Observation { return r.observed(spawned, r.now()) }

func (r *record) observed(spawned, total time.Duration) Observation {
	used := host.UsageNow().Since(r.before)
	r.cancel()
	o := Observation{Status: results.OK, Usage: trialUsage(used)}
	o.Usage.Memory = r.memory + host.Peak()
	o.Spans, o.Results = told(r.seen, r.spans, r.results)
	last := spawned
	for _, s := range o.Spans {
		last = max(last, s.End)
	}
	last = min(last, total)
	o.Phases = results.Phases{Spawn: spawned, Work: last - spawned, Join: total - last, Total: total}
	if r.failed != nil {
		o.Status, o.Reason = results.Crash, r.failed.text
	}
	return o
}

// meter tells the CPU time of tasks that run on one locked thread one after the other. A nil meter tells 0.
type meter struct {
	base    time.Duration // the thread's CPU time at the last reading
	assumed time.Duration // of what followed
}

// short is the length up to which a task's CPU time is taken to be its whole span: reading the clock of the thread
// would cost a fair part of it.
const short = 10 * time.Microsecond

// reset reads the clock after a time that belongs to no task.
func (m *meter) reset() {
	if m != nil {
		m.base, m.assumed = host.ThreadCPU(), 0
	}
}

// lap is the CPU time of the task that just took span.
func (m *meter) lap(span time.Duration) time.Duration {
	if m == nil {
		return 0
	}
	if span < short {
		m.assumed += span
		return span
	}
	now := host.ThreadCPU()
	used := now - m.base - m.assumed
	m.base, m.assumed = now, 0
	return min(max(used, 0), span)
}
