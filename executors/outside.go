package executors

import (
	"context"
	"fmt"
	"time"

	"bench/runner/results"
	"bench/runner/workloads"
)

// What executors in packages of their own build on: those whose libraries this package must not have (see ServeEarly).

// Preparer is an executor whose clock can only start after long preparations, such as waiting for workers elsewhere. Prepare
// is called before the trial's process is ready, and gives the executor that then executes. Its job may have a workload and
// tasks of another program. An error says that the job cannot be run here, one that is Failed that the trial went wrong.
type Preparer interface {
	Executor
	Prepare(context.Context, Job) (Executor, error)
}

// Failed is an error for which a trial is a crash.
type Failed struct{ Reason string }

func (f Failed) Error() string { return f.Reason }

// Record is a trial as it runs: its clock, and what came of each task.
type Record struct{ r *record }

// OpenRecord starts the clock of a trial. The context ends with the first failure.
func OpenRecord(ctx context.Context, job Job) (*Record, context.Context) {
	r, ctx := open(ctx, job)
	return &Record{r}, ctx
}

// Restart starts the clock anew, before the first task, for a job as Execute got it: only that knows whom to tell of failures.
func (r *Record) Restart(job Job) {
	r.r.job = job
	r.r.restart()
}

// Zero is when the clock was started.
func (r *Record) Zero() time.Time { return r.r.zero }

// Now is the time since then.
func (r *Record) Now() time.Duration { return r.r.now() }

// Put keeps what came of a task. Two tasks may be put at once, one must not be.
func (r *Record) Put(span results.TaskSpan, value workloads.Result) { r.r.put(span, value) }

// Fail tells the runner at once what went wrong with a task, or with task < 0 with a worker. Only the first failure counts.
func (r *Record) Fail(task, worker int, text string) { r.r.fail(failure{task, worker, text}) }

// Observation stops the clock. spawned is when all workers were ready.
func (r *Record) Observation(spawned time.Duration) Observation { return r.r.observation(spawned) }

// EncodeChunk makes a message of the tasks from ≤ index < to, for a Hand.
func EncodeChunk(tasks []workloads.Args, from, to int) ([]byte, error) {
	var f frames
	err := f.tasks(tasks, from, to)
	return f.out, err
}

// Answer is what came of a chunk.
type Answer struct {
	Spans   []results.TaskSpan // their times count from when the Hand's record was opened
	Results []workloads.Result
	Task    int    // if a task failed; -1: its worker died
	Failure string // "" if all is well
}

// DecodeAnswer reads what a Hand has given for the tasks from ≤ index < to.
func DecodeAnswer(data []byte, from, to, worker int) (Answer, error) {
	a := Answer{Task: -1}
	if len(data) == 0 {
		return a, errFrame
	}
	failed, err := answer(data[0], data[1:], chunk{from: from, to: to}, worker, func(span results.TaskSpan, value workloads.Result) {
		a.Spans, a.Results = append(a.Spans, span), append(a.Results, value)
	})
	if err == nil && failed != nil {
		a.Failure = orElse(printable(failed.text), "it did not say why")
		if a.Task = failed.task; a.Task < from || a.Task >= to {
			a.Task = -1
		}
	}
	return a, err
}

// Failure is what an answer says of a task that failed; "" if none did.
func Failure(answer []byte) string {
	if len(answer) == 0 || answer[0] != frameFailed {
		return ""
	}
	b := body{rest: answer[1:]}
	task := int(int32(b.u32()))
	why := orElse(printable(string(b.rest)), "it did not say why")
	if task < 0 {
		return why
	}
	return fmt.Sprintf("task %d: %s", task, why)
}

// FailedAnswer is the answer of a chunk of which one task failed, or with task < 0 whose worker died.
func FailedAnswer(task int, text string) []byte {
	var f frames
	f.out = append(f.out, frameFailed)
	f.u32(task)
	return fmt.Append(f.out, text)
}
