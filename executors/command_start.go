package executors

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"unicode"

	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/workloads"
)

// starter is one worker: it starts commands from the queue, one after the other.
type starter struct {
	job      Job
	programs map[*Command]string
	env      []string // of a command that has none of its own
	out      *output
	number   int
	warnings []string
	started  bool
	peak     int64 // B, of the largest command
	values   [256]workloads.Result
}

// lasting tells that this process is a launcher, whose first worker has the same thread in all trials, and settled that
// this thread was made ready.
var lasting, settled bool

// settle makes the thread of a worker ready. It goes through a start that fails, so that the first one that counts does
// not pay for what is done for the first time.
func (s *starter) settle() {
	if s.number == 0 && lasting {
		if settled {
			return
		}
		settled = true
	}
	runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and its affinity with it
	unblock()
	s.warnings = pin(s.job, s.number)
	_, _ = syscall.ForkExec("", []string{""}, &syscall.ProcAttr{Dir: s.job.place(), Env: s.env, Files: []uintptr{0, 1, 2}, Sys: host.OfGroup()})
}

func (s *starter) work(r *record) {
	for {
		task, end := r.take(1)
		if task == end {
			return
		}
		if err := s.perform(r, task); err != nil {
			r.fail(failure{task, s.number, err.Error()})
			return
		}
	}
}

// perform runs one command. Its span is from just before the fork until it is reaped.
func (s *starter) perform(r *record, task int) error {
	c := s.job.Commands[task]
	files, err := s.redirect(c, task)
	if err != nil {
		return err
	}
	env := s.env
	if len(c.Env) > 0 {
		all := maps.Clone(s.job.Env)
		maps.Copy(all, c.Env)
		env = environment(all, "")
	}
	attr := &syscall.ProcAttr{Dir: s.job.place(), Env: env, Files: files.list(), Sys: host.OfGroup()}
	start := r.now()
	pid, err := syscall.ForkExec(s.programs[c], c.Argv, attr)
	if err != nil {
		files.close()
		return s.explain(s.programs[c], err)
	}
	if listener.told() { // before the fork perhaps, so that the command was not in the group yet; else it is told twice
		_ = syscall.Kill(pid, syscall.SIGTERM)
	}
	status, rusage := host.Wait(pid)
	stop := r.now()
	files.close()
	used := host.UsageOf(&rusage)
	s.started, s.peak = true, max(s.peak, used.Peak)
	if status.Signaled() || !c.succeeds(status.ExitStatus()) {
		return fmt.Errorf("%s", ended(status))
	}
	span := results.TaskSpan{Task: task, Worker: s.number, Start: start, End: stop, CPU: used.User + used.System}
	r.put(span, s.value(status.ExitStatus()))
	return nil
}

func (c *Command) succeeds(status int) bool {
	return status == 0 && len(c.Success) == 0 || slices.Contains(c.Success, status)
}

// value is the result of a command whose output is not kept; tasks share it.
func (s *starter) value(status int) workloads.Result {
	if s.values[status] == nil {
		s.values[status] = map[string]any{"exit": status}
	}
	return s.values[status]
}

// redirections are the descriptors that a command gets as its standard input and output; -1: none of its own.
type redirections struct{ in, out int }

func (s *starter) redirect(c *Command, task int) (_ redirections, err error) {
	got := redirections{-1, -1}
	if got.in, err = reopen(s.job.at(orElse(c.Stdin, os.DevNull))); err != nil {
		return got, fmt.Errorf("its standard input %s cannot be read: %w", shown(c.Stdin), err)
	}
	if s.job.Output {
		if got.out, err = s.out.create(task); err != nil {
			got.close()
			return got, fmt.Errorf("its standard output cannot be kept: %w", err)
		}
	}
	return got, nil
}

func reopen(path string) (int, error) {
	for {
		fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err != syscall.EINTR {
			return fd, err
		}
	}
}

func (r redirections) list() []uintptr {
	out := 1
	if r.out >= 0 {
		out = r.out
	}
	return []uintptr{uintptr(r.in), uintptr(out), 2}
}

func (r redirections) close() {
	for _, fd := range []int{r.in, r.out} {
		if fd >= 0 {
			syscall.Close(fd)
		}
	}
}

// explain says why a program could not be started, and what to do.
func (s *starter) explain(program string, err error) error {
	if _, bad := os.Stat(s.job.place() + "/."); bad != nil {
		return fmt.Errorf("cannot be started in the directory %s: %w", shown(s.job.place()), underlying(bad))
	}
	info, _ := os.Stat(s.job.at(program))
	hint := ""
	switch {
	case info != nil && info.IsDir():
		hint = ": a directory is no program"
	case err == syscall.EACCES:
		hint = ": make it executable (chmod +x), and its directories and its file system open to that"
	case err == syscall.ENOEXEC:
		hint = ": begin it with a line such as #!/bin/sh, or build it for this machine"
	case err == syscall.ENOENT && info != nil:
		hint = ": the interpreter that it names, in its first line or as its loader, is not there"
	case err == syscall.E2BIG:
		hint = ": give it shorter or fewer arguments and variables"
	case err == syscall.EAGAIN || err == syscall.ENOMEM || err == syscall.EMFILE || err == syscall.ENFILE:
		hint = ": this machine is short of it now"
	}
	return fmt.Errorf("cannot be started: %w%s: %s", err, hint, shown(program))
}

// shown is a path as a message can hold it: one with strange letters in quotes.
func shown(path string) string {
	strange := func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }
	if path == "" || strings.ContainsFunc(path, strange) {
		return fmt.Sprintf("%q", path)
	}
	return path
}
