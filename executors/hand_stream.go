package executors

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
)

// executorStream is the executor of a shim that gets its tasks while it runs: see "A stream of tasks" in
// docs/shim-protocol.md.
const executorStream = "stream"

// streamHand is a process of the job's own program, such as an interpreter, kept for all its tasks.
type streamHand struct {
	pid    int
	tasks  *os.File
	events *os.File
	lines  *bufio.Reader
	since  time.Duration // when its clock started, by that of the record
	info   results.RuntimeInfo
	home   thread
	trial  *Record
}

func newStreamHand(r *Record, job Job, number int) (Hand, []string, error) {
	h := &streamHand{home: newThread(), trial: r}
	var warnings []string
	var err error
	h.home.do(func() {
		if warnings = pin(job, number); job.Pin {
			defer host.Unpin()
		}
		err = h.start(job)
	})
	var said []string
	if err == nil {
		said, err = h.greet(job)
	}
	if err == nil {
		return h, append(warnings, said...), nil
	}
	if failed := (Failed{}); errors.As(err, &failed) {
		_ = h.End(err)
		return nil, nil, err
	}
	if h.pid != 0 && !errors.Is(err, errUnable) {
		err = Failed{fmt.Sprintf("worker %d%s", number, h.End(err))}
	} else if h.pid != 0 {
		_ = h.End(err)
	}
	return nil, nil, err
}

// start runs on the thread that the process lives with.
func (h *streamHand) start(job Job) error {
	path, err := host.LookPath(job.Program[0])
	if err != nil {
		return err
	}
	taskR, taskW, err := os.Pipe()
	if err != nil {
		return err
	}
	defer taskR.Close()
	eventR, eventW, err := os.Pipe()
	if err != nil {
		taskW.Close()
		return err
	}
	defer eventW.Close()
	h.tasks, h.events = taskW, eventR
	for _, f := range []*os.File{taskR, eventW} {
		if err := syscall.SetNonblock(int(f.Fd()), false); err != nil {
			return err
		}
	}
	h.lines = bufio.NewReaderSize(eventR, 64<<10)
	h.pid, err = syscall.ForkExec(path, job.Program, &syscall.ProcAttr{
		Dir: job.place(), Env: environment(job.variables(), "", job.Unset...),
		Files: []uintptr{taskR.Fd(), 1, 2, eventW.Fd()}, Sys: host.OfGroup(),
	})
	runtime.KeepAlive(taskR)
	return err
}

// errUnable is an error that says why a shim cannot run the job at all.
var errUnable = errors.New("unavailable")

// greet asks for the workload, and lets the clock of the process start.
func (h *streamHand) greet(job Job) (warnings []string, err error) {
	job.Executor, job.Workers, job.Tasks, job.Options, job.Pin, job.Commands = executorStream, 1, nil, nil, false, nil
	line, err := encodeRequest(job)
	if err == nil {
		_, err = h.tasks.Write(line)
	}
	for err == nil {
		var e event
		if e, err = h.next(); err != nil {
			break
		}
		switch e.Event {
		case "hello":
			if e.Protocol != Protocol {
				return nil, Failed{fmt.Sprintf("it speaks version %d, this runner version %d", e.Protocol, Protocol)}
			}
			h.info = results.RuntimeInfo{Name: printable(e.Runtime), Version: printable(e.Version), GIL: printable(e.GIL), Path: printable(e.Path)}
		case "warning":
			warnings = append(warnings, printable(e.Text))
		case "unavailable":
			return nil, fmt.Errorf("%w: %s", errUnable, orElse(printable(e.Text), "it did not say why"))
		case "error":
			return nil, Failed{orElse(printable(e.Text), "it did not say why")}
		case "ready":
			h.info.GIL = orElse(printable(e.GIL), h.info.GIL)
			_, err = h.tasks.WriteString("go\n")
			h.since = h.trial.Now()
			return warnings, err
		default:
			err = errFrame
		}
	}
	return warnings, err
}

// next reads an event.
func (h *streamHand) next() (e event, err error) {
	line, err := readLine(h.lines)
	if err != nil || quickTask(line, &e) {
		return e, err
	}
	if err = json.Unmarshal(line, &e); err == nil && e.Event == "task" && len(e.Result) > 0 {
		e.value, err = decodeValue(e.Result)
	}
	return e, err
}

func (h *streamHand) Runtime() results.RuntimeInfo { return h.info }

func (h *streamHand) Do(chunk []byte) ([]byte, error) {
	b := body{rest: chunk}
	from, n := b.u32(), b.u32()
	line, err := lineOf(&b, from, n)
	if err != nil {
		return nil, err
	}
	if _, err := h.tasks.Write(line); err != nil {
		return nil, err
	}
	f := frames{out: []byte{frameResults}}
	f.u32(from)
	f.u32(n)
	for task := from; task < from+n; {
		e, err := h.next()
		switch {
		case err != nil:
			return nil, err
		case e.Event == "warning":
		case e.Event == "error":
			failed := -1
			if e.Task != nil {
				failed = *e.Task
			}
			return FailedAnswer(failed, e.Text), nil
		case e.Event != "task" || e.Task == nil || *e.Task != task || e.Start == nil || e.End == nil || *e.End < *e.Start:
			return nil, errFrame
		default:
			f.u64(int64(h.since + *e.Start))
			f.u64(int64(h.since + *e.End))
			f.u64(int64(e.CPU))
			if err := f.value(e.value); err != nil {
				return nil, err
			}
			task++
		}
	}
	return f.out, nil
}

// lineOf is a chunk as a line of JSON: a list of pairs of a task and its arguments.
func lineOf(b *body, from, n int) ([]byte, error) {
	line, args := []byte{'['}, []byte("{}")
	for task := from; task < from+n && !b.bad; task++ {
		if own := b.bytes(b.u32()); len(own) > 0 { // else those of the task before
			args = own
		}
		if task > from {
			line = append(line, ',')
		}
		line = fmt.Appendf(line, "[%d,%s]", task, args)
	}
	if b.bad {
		return nil, errFrame
	}
	return append(line, "]\n"...), nil
}

func (h *streamHand) End(err error) string {
	if h.tasks != nil {
		h.tasks.Close()
		defer h.events.Close()
	}
	defer close(h.home)
	if h.pid == 0 {
		return ": could not be started: " + err.Error()
	}
	slow := time.AfterFunc(5*defaultGrace, func() { _ = syscall.Kill(h.pid, syscall.SIGKILL) })
	defer slow.Stop()
	done := false
	for err == nil {
		var e event
		if e, err = h.next(); err == nil && e.Event == "done" {
			done = true
			if e.Usage != nil && e.Usage.Memory > 0 && e.Usage.Memory < mostCounted {
				h.trial.remember(e.Usage.Memory)
			}
		}
	}
	if err != io.EOF && !errors.Is(err, syscall.EPIPE) && !errors.As(err, new(Failed)) {
		_ = syscall.Kill(h.pid, syscall.SIGKILL)
		host.Wait(h.pid)
		return ": " + err.Error()
	}
	switch status, _ := host.Wait(h.pid); {
	case status != 0:
		return ": " + ended(status)
	case !done:
		return " ended by itself"
	}
	return ""
}
