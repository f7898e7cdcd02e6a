package executors

import (
	"context"
	"path"
	"strconv"
	"syscall"

	"bench/runner/internal/host"
	"bench/runner/results"
)

// commandHand is a worker that starts commands. A chunk names tasks of the job, which each machine has as they are to be run
// there: no argument of them matters.
type commandHand struct {
	starter
	record *record // of all tasks of the job
	info   results.RuntimeInfo
	home   thread
	trial  *Record
}

func newCommandHand(r *Record, job Job, number int) (Hand, []string, error) {
	job.Executor = "procs"
	c, err := prepareCommands(job)
	if err != nil {
		return nil, nil, err
	}
	job.Dir = path.Join(job.Dir, strconv.Itoa(number)) // what it keeps of outputs is its own
	if err := syscall.Mkdir(job.Dir, 0o700); err != nil {
		return nil, nil, err
	}
	job.Env = job.variables()
	out := outputOf(job)
	if err := out.make(); err != nil {
		return nil, nil, err
	}
	all, _ := open(context.Background(), job)
	all.zero = r.r.zero
	h := &commandHand{
		starter: starter{job: job, programs: c.programs, env: environment(job.Env, ""), out: out, number: number},
		record:  all, home: newThread(), trial: r,
		info: results.RuntimeInfo{Name: RuntimeCommand, Path: c.programs[job.Commands[0]]},
	}
	h.home.do(h.settle)
	return h, h.warnings, nil
}

func (h *commandHand) Runtime() results.RuntimeInfo { return h.info }

func (h *commandHand) Do(chunk []byte) (answer []byte, err error) {
	h.home.do(func() { answer, err = h.run(chunk) })
	return answer, err
}

func (h *commandHand) run(tasks []byte) ([]byte, error) {
	b := body{rest: tasks}
	from, n := b.u32(), b.u32()
	if b.bad || n < 0 || from+n > len(h.job.Commands) {
		return nil, errFrame
	}
	f := frames{out: []byte{frameResults}}
	f.u32(from)
	f.u32(n)
	for task := from; task < from+n; task++ {
		if err := h.perform(h.record, task); err != nil {
			return FailedAnswer(task, err.Error()), nil
		}
		span, value := h.record.spans[task], h.record.results[task]
		if h.out != nil {
			kept, err := h.out.read(context.Background(), task, make([]byte, 64<<10))
			if err != nil {
				return FailedAnswer(task, "what it wrote cannot be read: "+err.Error()), nil
			}
			_ = syscall.Unlink(h.out.path(task)) // it may be given out again
			kept["exit"] = value.(map[string]any)["exit"]
			value = kept
		}
		f.u64(int64(span.Start))
		f.u64(int64(span.End))
		f.u64(int64(span.CPU))
		if err := f.value(value); err != nil {
			return FailedAnswer(task, err.Error()), nil
		}
	}
	return f.out, nil
}

func (h *commandHand) End(err error) string {
	close(h.home)
	h.out.remove()
	if !inherited(h.peak, host.Peak()) { // else it is not known, and adds nothing to what the member itself uses
		h.trial.remember(h.peak)
	}
	if err != nil {
		return ": " + err.Error()
	}
	return ""
}
