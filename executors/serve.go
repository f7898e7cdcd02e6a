package executors

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/workloads"
)

// roleVariable tells a process of this program that it is not the runner.
const (
	roleVariable = "RUNNER_ROLE"
	roleTrial    = "trial"
	roleWorker   = "worker"
	roleLauncher = "launcher" // starts the commands of trials
	roleBear     = "bear"     // a warden
	roleWarden   = "warden"

	// whole goes before a role that needs all of this program: package workloads/network, say.
	whole = "whole "
)

// serves tells that this program plays these roles, if it is started again.
var serves bool

// lookup finds the workloads; tests add their own.
var lookup = workloads.Lookup

// ServeEarly does what Serve does, if the role of this process needs nothing but this package and what it imports, and
// else returns. It may be called before main.
func ServeEarly() {
	if role := os.Getenv(roleVariable); role != "" && !strings.HasPrefix(role, whole) {
		Serve()
	}
}

// Serve must be the first thing that main does. In the runner it returns at once. In a process that Run started it
// plays that process's role, and never returns.
func Serve() {
	role := os.Getenv(roleVariable)
	if role == "" {
		serves = true
		return
	}
	role = strings.TrimPrefix(role, whole)
	os.Unsetenv(roleVariable) // the workload may start this program for itself
	switch role {
	case roleTrial:
		os.Exit(serveTrial())
	case roleWorker:
		os.Exit(serveWorker())
	case roleLauncher:
		os.Exit(serveLauncher())
	case roleBear:
		os.Exit(serveBear())
	case roleWarden:
		os.Exit(host.BeWarden())
	}
	fmt.Fprintf(os.Stderr, "%s=%q is no role: unset it\n", roleVariable, role)
	os.Exit(2)
}

// speaker writes events.
type speaker struct {
	mu  sync.Mutex
	out *bufio.Writer
	err error
}

func (s *speaker) say(e event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line, err := json.Marshal(e)
	if err == nil {
		_, err = s.out.Write(append(line, '\n'))
	}
	if err == nil {
		err = s.out.Flush()
	}
	if err != nil && s.err == nil {
		s.err = err
	}
}

func (s *speaker) fail(f failure) {
	e := event{Event: "error", Text: f.text, Worker: max(f.worker, 0)}
	if f.task >= 0 {
		e.Task = &f.task
	}
	s.say(e)
}

// refuse says why the trial cannot be run, or that it went wrong before its clock started.
func (s *speaker) refuse(err error) {
	if failed := (Failed{}); errors.As(err, &failed) {
		s.fail(failure{-1, 0, failed.Reason})
		return
	}
	s.say(event{Event: "unavailable", Text: err.Error()})
}

// serveTrial is the trial's process: it does what one request asks for, and returns the exit status.
func serveTrial() int {
	in, err1 := claim(0)
	out, err2 := claim(3)
	if err := cmp.Or(err1, err2); err != nil {
		fmt.Fprintf(os.Stderr, "the trial's process needs descriptors 0 and 3, which only the runner gives it: %v\n", err)
		return 2
	}
	requests, events := spaces()
	requests.Reset(os.NewFile(uintptr(in), "requests"))
	events.Reset(os.NewFile(uintptr(out), "events"))
	return serve(requests, events, false)
}

// spaces are what requests are read to, and events written to before they are sent.
func spaces() (*bufio.Reader, *bufio.Writer) {
	return bufio.NewReaderSize(nil, 64<<10), bufio.NewWriterSize(nil, 64<<10)
}

// serve does what one request asks for, and returns the exit status. A launcher sees to it itself that the runner's end is
// noticed.
func serve(requests *bufio.Reader, events *bufio.Writer, launcher bool) int {
	s := &speaker{out: events}
	job, executor, err := prepare(requests)
	s.say(hello(executor, job))
	if err != nil {
		s.refuse(err)
		return 1
	}
	job.failed = s.fail
	s.say(event{Event: "ready"})
	if line, err := requests.ReadString('\n'); err != nil || line != goLine {
		return 1 // the runner is gone, or changed its mind
	}
	if !launcher && (runtime.GOOS != "linux" || len(job.Commands) > 0) { // else the kernel ends this process when the runner ends
		go func() {
			_, _ = requests.ReadByte()
			_ = syscall.Kill(0, syscall.SIGKILL)
		}()
	}
	o, err := executor.Execute(context.Background(), job)
	if err != nil {
		s.refuse(err)
		return 1
	}
	s.tell(o)
	return 0
}

// hello says what runs the tasks: Go, or the program that the first of the commands is; nothing, if one is not there.
func hello(e Executor, job Job) event {
	if c, is := e.(*commands); is {
		return event{Event: "hello", Protocol: Protocol, Runtime: RuntimeCommand, Path: c.programs[job.Commands[0]]}
	}
	if len(job.Commands) > 0 {
		return event{Event: "hello", Protocol: Protocol}
	}
	if host, is := e.(interface{ Runtime() results.RuntimeInfo }); is {
		r := host.Runtime()
		return event{Event: "hello", Protocol: Protocol, Runtime: r.Name, Version: r.Version, GIL: r.GIL, Path: r.Path}
	}
	r := ownRuntime()
	return event{Event: "hello", Protocol: Protocol, Runtime: r.Name, Version: r.Version, Path: r.Path}
}

// ownRuntime is that of this program.
func ownRuntime() results.RuntimeInfo {
	path, _ := os.Executable()
	return results.RuntimeInfo{Name: "go", Version: strings.TrimPrefix(runtime.Version(), "go"), Path: path}
}

// tell reports an observation: a line a task, then done. What failed was said when it happened.
func (s *speaker) tell(o Observation) {
	var line []byte
	var err error
	for i, span := range o.Spans {
		if line, err = appendTask(line[:0], span, o.Results[i]); err != nil {
			s.fail(failure{span.Task, span.Worker, err.Error()})
			continue
		}
		_, _ = s.out.Write(line)
	}
	for _, w := range o.Warnings {
		s.say(event{Event: "warning", Text: w})
	}
	s.say(event{Event: "done", Phases: &o.Phases, Usage: &o.Usage, Disturbed: o.Disturbed})
}

func appendTask(b []byte, s results.TaskSpan, value workloads.Result) ([]byte, error) {
	b = strconv.AppendInt(append(b, `{"event":"task","task":`...), int64(s.Task), 10)
	b = strconv.AppendInt(append(b, `,"worker":`...), int64(s.Worker), 10)
	b = strconv.AppendInt(append(b, `,"start":`...), int64(s.Start), 10)
	b = strconv.AppendInt(append(b, `,"end":`...), int64(s.End), 10)
	b = strconv.AppendInt(append(b, `,"cpu":`...), int64(s.CPU), 10)
	b, err := appendValue(append(b, `,"result":`...), value)
	return append(b, '}', '\n'), err
}

// claim moves a descriptor to where a workload does not find it, and leaves the null device in its place.
func claim(fd int) (int, error) {
	const apart = 20 // from the low numbers that come and go, and within any limit on descriptors
	moved, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, apart)
	if errno != 0 {
		return -1, errno
	}
	null, err := syscall.Open(os.DevNull, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer syscall.Close(null)
	return int(moved), replace(null, fd)
}
