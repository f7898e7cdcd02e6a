package executors

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"sync"
	"syscall"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/workloads"
)

// ahead is the duration of a chunk from which on the next is no longer sent before it is done: a task that waits behind
// a long one, while another worker is idle, costs more than the way over the pipe. roomy is the size of a message up to
// which two of them fit into a pipe that nobody reads, so that sending ahead never blocks.
const (
	ahead = 200 * time.Microsecond
	roomy = 2 << 10 // B
)

// hand is one worker process and the thread of the trial's process that feeds it.
type hand struct {
	*record
	frames
	number int
	pid    int
	size   int  // tasks a chunk
	eager  bool // may send one chunk ahead
}

// chunk is the tasks of one message: from ≤ index < to.
type chunk struct {
	from, to int
	small    bool // two such messages fit into a pipe
}

// crew runs the tasks on worker processes, size tasks a message, one message outstanding; eager sends a second one
// ahead where that is safe.
func crew(ctx context.Context, job Job, size int, eager bool) (Observation, error) {
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	warnings := make([][]string, job.Workers)
	r, _ := open(ctx, job)
	ready.Add(job.Workers)
	for i := range job.Workers {
		done.Go(func() {
			runtime.LockOSThread() // never unlocked: a worker dies with the thread that started it
			h := &hand{record: r, number: i, size: size, eager: eager}
			var err error
			warnings[i], err = h.start()
			ready.Done()
			<-gate
			if err == nil {
				err = h.feed()
			}
			h.dismiss(err)
		})
	}
	ready.Wait()
	spawned := r.now()
	close(gate)
	done.Wait()
	o := r.observation(spawned)
	o.Warnings = warnings[0] // the others say the same
	return o, nil
}

// start starts the worker process and waits until it is ready.
func (h *hand) start() (warnings []string, err error) {
	h.read, h.write = -1, -1
	taskR, taskW, err := pipe()
	if err != nil {
		return nil, err
	}
	defer syscall.Close(taskR)
	h.write = taskW
	resultR, resultW, err := pipe()
	if err != nil {
		return nil, err
	}
	defer syscall.Close(resultW)
	h.read = resultR
	if h.job.Pin { // the process inherits where its thread is bound to
		warnings = pin(h.job, h.number)
		defer host.Unpin()
	}
	pid, err := syscall.ForkExec(host.Self(), []string{host.Self()}, &syscall.ProcAttr{
		Env:   environment(nil, h.job.wholly()+roleWorker),
		Files: []uintptr{0, 1, 2, uintptr(taskR), uintptr(resultW)},
		Sys:   host.OfGroup(),
	})
	if err != nil {
		return warnings, fmt.Errorf("could not be started: %w", err)
	}
	h.pid = pid
	return warnings, h.greet()
}

func (h *hand) greet() error {
	h.begin(frameSetup)
	h.u64(int64(instant(h.zero)))
	h.out = append(h.out, h.job.Workload...)
	if err := h.send(); err != nil {
		return err
	}
	kind, _, err := h.await()
	if err == nil && kind != frameReady {
		err = errFrame
	}
	return err
}

// feed hands out chunks and takes in their results until the queue is empty.
func (h *hand) feed() error {
	var sent [2]chunk // and not yet answered, oldest first
	n, quick := 0, false
	collect := func() error {
		took, err := h.collect(sent[0])
		quick = h.eager && took < ahead && sent[0].small
		sent[0] = sent[1]
		n--
		return err
	}
	for {
		for n == 0 || n == 1 && quick && h.waiting() {
			c, err := h.pack()
			if err != nil || c.from == c.to && n == 0 {
				return err
			}
			if c.from == c.to {
				break
			}
			if n == 1 && !c.small { // it may not fit into the pipe while the worker waits to be heard
				err = collect()
			}
			if err == nil {
				err = h.send()
			}
			if err != nil {
				return err
			}
			sent[n] = c
			n++
		}
		if err := collect(); err != nil {
			return err
		}
	}
}

// waiting tells whether there are so many tasks left that one may be sent ahead.
func (h *hand) waiting() bool {
	return int(h.next.Load())+h.size*h.job.Workers < len(h.job.Tasks)
}

// pack takes a chunk from the queue and makes a message of it; an empty one says that the queue is.
func (h *hand) pack() (c chunk, err error) {
	c.from, c.to = h.take(h.size)
	h.begin(frameTasks)
	err = h.tasks(h.job.Tasks, c.from, c.to)
	c.small = len(h.out) <= roomy
	return c, err
}

// tasks adds the tasks from ≤ index < to.
func (f *frames) tasks(all []workloads.Args, from, to int) (err error) {
	f.u32(from)
	f.u32(to - from)
	for i := from; i < to && err == nil; i++ {
		var args any // nil stands for those of the task before
		if i == from || !identical(all[i], all[i-1]) {
			args = map[string]any(all[i])
		}
		err = f.value(args)
	}
	return err
}

// identical tells whether two tasks share their arguments, as calls that are the same do.
func identical(a, b workloads.Args) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}

// collect takes in the answer to one chunk, and tells how long the worker was busy with it.
func (h *hand) collect(c chunk) (took time.Duration, err error) {
	kind, data, err := h.await()
	if err != nil {
		return 0, err
	}
	failed, err := answer(kind, data, c, h.number, func(span results.TaskSpan, value workloads.Result) {
		if span.Task == c.from {
			took = -span.Start
		}
		if span.Task == c.to-1 {
			took += span.End
		}
		h.put(span, value)
	})
	if failed != nil {
		h.fail(*failed)
	}
	return took, err
}

// answer takes a worker's answer to a chunk apart: each result is put, or a task has failed.
func answer(kind byte, data []byte, c chunk, worker int, put func(results.TaskSpan, workloads.Result)) (*failure, error) {
	b := body{rest: data}
	if kind == frameFailed {
		task := b.u32()
		return &failure{task, worker, string(b.rest)}, nil
	}
	if kind != frameResults || b.u32() != c.from || b.u32() != c.to-c.from {
		return nil, errFrame
	}
	for task := c.from; task < c.to; task++ {
		span := results.TaskSpan{
			Task: task, Worker: worker,
			Start: time.Duration(b.u64()), End: time.Duration(b.u64()), CPU: time.Duration(b.u64()),
		}
		value, err := b.value()
		if err != nil {
			return nil, err
		}
		put(span, value)
	}
	return nil, nil
}

// dismiss ends the worker and reaps it. err is what its work ended with, nil if all is well; a worker that died is
// known by how it ended.
func (h *hand) dismiss(err error) {
	if why := h.part(err); why != "" {
		h.fail(failure{-1, h.number, fmt.Sprintf("worker %d%s", h.number, why)})
	}
}

// part ends the worker, and says what was wrong with it or its end: a text that follows its number; "" if nothing was.
func (h *hand) part(err error) (why string) {
	syscall.Close(h.write) // no more tasks
	bye := false
	for err == nil {
		var kind byte
		var data []byte
		if kind, data, err = h.await(); kind == frameBye {
			b := body{rest: data}
			h.remember(b.u64())
			bye = true
		}
	}
	syscall.Close(h.read)
	if err != io.EOF && err != syscall.EPIPE {
		why = fmt.Sprintf(": %v", err)
		if h.pid == 0 {
			return why
		}
		_ = syscall.Kill(h.pid, syscall.SIGKILL)
	}
	status, usage := host.Wait(h.pid)
	if !bye {
		h.remember(host.UsageOf(&usage).Peak)
	}
	switch {
	case why != "":
	case status != 0:
		why = ": " + ended(status)
	case !bye:
		why = " ended by itself"
	}
	return why
}

// remember adds a worker's peak memory in B.
func (h *hand) remember(peak int64) {
	h.mu.Lock()
	h.memory += peak
	h.mu.Unlock()
}
