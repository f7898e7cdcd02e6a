package executors

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"time"

	"bench/runner/internal/host"
	"bench/runner/workloads"
)

// worker is a worker process: it runs chunks of tasks until there are no more.
type worker struct {
	*frames
	workload workloads.Workload
	base     time.Time
	offset   time.Duration // of base from the start of total
	meter    meter
}

// serveWorker is a worker process, and returns the exit status. Tasks come on descriptor 3, results go to 4.
func serveWorker() int {
	runtime.LockOSThread()
	in, err1 := claim(3)
	out, err2 := claim(4)
	if err := cmp.Or(err1, err2); err != nil {
		fmt.Fprintf(os.Stderr, "a worker needs descriptors 3 and 4, which only the trial's process gives it: %v\n", err)
		return 2
	}
	w := &worker{frames: &frames{read: in, write: out}}
	if err := w.run(); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		return 2
	}
	return 0
}

func (w *worker) run() error {
	kind, data, err := w.await()
	setup := body{rest: data}
	zero := time.Duration(setup.u64())
	if err != nil || kind != frameSetup || setup.bad {
		return fmt.Errorf("no setup: %w", cmp.Or(err, errFrame))
	}
	var known bool
	if w.workload, known = lookup(string(setup.rest)); !known {
		return fmt.Errorf("there is no built-in workload %q", setup.rest)
	}
	w.base = time.Now()
	w.offset = instant(w.base) - zero
	w.begin(frameReady)
	if err := w.send(); err != nil {
		return err
	}
	for {
		switch kind, chunk, err := w.await(); {
		case err == io.EOF:
			w.begin(frameBye)
			w.u64(host.PrivatePeak())
			return w.send()
		case err != nil:
			return err
		case kind != frameTasks:
			return errFrame
		default:
			if err := w.chunk(chunk); err != nil {
				return err
			}
		}
	}
}

// chunk runs the tasks of one frame and answers with one frame.
func (w *worker) chunk(tasks []byte) error {
	b := body{rest: tasks}
	from, n := b.u32(), b.u32()
	w.begin(frameResults)
	w.u32(from)
	w.u32(n)
	w.meter.reset()
	start := w.now()
	var args map[string]any
	for task := from; task < from+n; task++ {
		own, err := b.value()
		if err != nil {
			return err
		}
		if own != nil { // else those of the task before
			args, _ = own.(map[string]any)
		}
		value, err := perform(context.Background(), w.workload, args)
		stop := w.now()
		if err == nil {
			w.u64(int64(start))
			w.u64(int64(stop))
			w.u64(int64(w.meter.lap(stop - start)))
			err = w.value(value)
		}
		if err != nil {
			w.begin(frameFailed)
			w.u32(task)
			w.out = append(w.out, err.Error()...)
			return w.send()
		}
		start = stop // one reading a task: to decode the next task's arguments counts as its own time
	}
	return w.send()
}

func (w *worker) now() time.Duration { return max(time.Since(w.base)+w.offset, 0) }

// instant is t on the system's monotonic clock. Both clocks are read in turn until nothing came between; where something
// always does, the reading in which the least did counts.
func instant(t time.Time) time.Duration {
	return narrowest(func() time.Duration { return time.Since(t) }, host.Monotonic)
}

func narrowest(since, monotonic func() time.Duration) (at time.Duration) {
	const near = 5 * time.Microsecond
	least := time.Duration(math.MaxInt64)
	for tries := 0; tries <= 10 && least >= near; tries++ {
		before := since()
		m := monotonic()
		after := since()
		if after-before < least {
			least, at = after-before, m-(before+after)/2
		}
	}
	return at
}
