package executors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

// start starts the trial's process, with the readers of all that it says.
func start(job Job) (*trial, error) {
	line, err := encodeRequest(job)
	if err != nil {
		return nil, err
	}
	beforeFirst()
	if !mayStay(job) {
		dismiss()
	}
	known, err := host.Known()
	if err != nil {
		return nil, err
	}
	t := &trial{
		job:    job,
		report: newReport(len(job.Tasks), job.Workers),
		known:  known,
		use:    newUse(job.Limits),
		spent:  outOfMemory(),
		steps:  make(chan step, 8),
		ready:  make(chan struct{}),
		told:   make(chan struct{}),
	}
	ours, theirs, err := streams()
	t.streams = ours
	if err == nil {
		t.started = time.Now()
		t.child, err = t.launch(theirs)
	}
	for _, fd := range theirs {
		syscall.Close(fd)
	}
	if err != nil {
		t.closeStreams()
		return nil, err
	}
	if t.launcher == nil {
		t.bound()
	}
	delete(known, t.child.PID) // a launcher that was there before
	t.stdout.count, t.stderr.count = t.use.print, t.use.print
	go t.instruct(ours[0], line)
	t.looks.Go(t.watch)
	t.readers.Go(func() { t.stdout.follow(ours[1]) })
	t.readers.Go(func() { t.stderr.follow(ours[2]) })
	t.readers.Go(func() { t.report.listen(ours[3], t.tell) })
	return t, nil
}

// streams makes the pipes for descriptors 0 to 3 of the trial's process.
func streams() (ours []*os.File, theirs []int, err error) {
	for i := range 4 {
		here, there, err := pipe()
		if err != nil {
			return ours, theirs, err
		}
		if i == 0 {
			here, there = there, here
		}
		theirs = append(theirs, there)
		if err := syscall.SetNonblock(here, true); err != nil {
			syscall.Close(here)
			return ours, theirs, err
		}
		ours = append(ours, os.NewFile(uintptr(here), "stream"))
	}
	return ours, theirs, nil
}

func (t *trial) closeStreams() {
	for _, f := range t.streams {
		f.Close()
	}
}

func (t *trial) launch(files []int) (*host.Child, error) {
	if mayStay(t.job) {
		return t.engage(environment(nil, roleLauncher, goVariables...), files)
	}
	argv, role := t.job.Program, ""
	if len(argv) == 0 {
		argv, role = []string{host.Self()}, roleOf(t.job)
	}
	path, err := host.LookPath(argv[0])
	if err != nil {
		return nil, err
	}
	dir := t.job.Dir
	if len(t.job.Program) > 0 {
		dir = t.job.place()
	}
	attr := &syscall.ProcAttr{Dir: dir, Env: environment(t.job.variables(), role, t.job.Unset...), Sys: host.OfSession()}
	if len(t.job.Commands) > 0 { // which get their variables with the request; it ends with its group at the end of stdin
		attr.Env, attr.Sys = environment(nil, role, goVariables...), host.OfOwn()
	}
	attr.Env = t.bounded(attr.Env)
	for _, fd := range files {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	p, err := host.Start(path, argv, attr)
	if _, bad := os.Stat(dir); err != nil && bad != nil { // the system does not say which of the two is missing
		err = bad
	}
	return p, err
}

func encodeRequest(job Job) ([]byte, error) {
	options, err := appendMap(nil, job.Options)
	if err != nil {
		return nil, err
	}
	r := request{
		Protocol: Protocol, Cell: job.Cell.Key(), Block: job.Block, Runtime: job.Runtime, Executor: job.Executor,
		Workers: job.Workers, Options: options, Workload: job.Workload, Dir: job.Dir, Pin: job.Pin,
	}
	if len(job.Commands) > 0 {
		r.Orders = ordersOf(job)
	} else {
		r.Tasks = make([]json.RawMessage, len(job.Tasks))
	}
	for i, args := range job.Tasks[:len(r.Tasks)] {
		if r.Tasks[i], err = appendMap(nil, args); err != nil {
			return nil, fmt.Errorf("task %d: %w", i, err)
		}
	}
	var line bytes.Buffer
	err = json.NewEncoder(&line).Encode(r)
	return line.Bytes(), err
}
