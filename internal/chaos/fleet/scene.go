//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

// scene is one repetition of a fault: a directory, the processes in it, and what was found.
type scene struct {
	fault  fault
	runner string // the command under test
	dir    string
	ctx    context.Context

	started []*process
	undo    []func()
	broken  []string
	notes   []string // what the runs said about the fault
	counts
}

// counts are what the table adds up.
type counts struct {
	struck    int // by the fault, in the middle of a trial
	trials    int // in the database, in the end
	tasks     int // of them
	lost      int // tasks without a span
	twice     int // spans too many
	again     int // times that a task was begun, beyond the first
	disturbed int // trials that say what had happened
}

// patience is how long anything may take on a busy machine before it is said to hang.
const patience = 2 * time.Minute

// play sets the scene, plays it, and clears up.
func (s *scene) play(ctx context.Context) {
	s.ctx = ctx
	err := os.MkdirAll(s.tmp(), 0o700)
	if err == nil {
		err = os.WriteFile(s.path("work.py"), []byte(workload), 0o600)
	}
	if err == nil {
		err = s.fault.play(s)
	}
	if err != nil {
		s.fails("%v", err)
	}
	for _, p := range s.started {
		if !p.ended() {
			p.send(syscall.SIGTERM)
		}
	}
	for _, p := range s.started {
		if !p.EndsWithin(patience) {
			s.fails("%s does not end", p.name)
			p.Signal(syscall.SIGKILL)
			<-p.Ended
		}
	}
	s.left()
	for i := len(s.undo) - 1; i >= 0; i-- {
		s.undo[i]()
	}
}

func (s *scene) path(name string) string { return filepath.Join(s.dir, name) }
func (s *scene) tmp() string             { return s.path("tmp") }
func (s *scene) db() string              { return s.path("results.db") }

func (s *scene) fails(format string, args ...any) {
	s.broken = append(s.broken, fmt.Sprintf(format, args...))
}

func (s *scene) finally(do func()) { s.undo = append(s.undo, do) }

// process is one that the scene has started, with its output in files.
type process struct {
	*host.Child
	name string
	out  string // files
	err  string
}

// start starts the command under test, or another program through a prefix such as `ip netns exec NAME`.
func (s *scene) start(name string, prefix []string, args ...string) (*process, error) {
	argv := append(append([]string{}, prefix...), s.runner)
	argv = append(argv, args...)
	path, err := host.LookPath(argv[0])
	if err != nil {
		return nil, err
	}
	p := &process{name: name, out: s.path(name + ".out"), err: s.path(name + ".err")}
	var files []uintptr
	for i, file := range []string{os.DevNull, p.out, p.err} {
		flags := os.O_RDONLY
		if i > 0 {
			flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
		}
		f, err := os.OpenFile(file, flags, 0o600)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		files = append(files, f.Fd())
	}
	p.Child, err = host.Start(path, argv, &syscall.ProcAttr{Dir: s.dir, Env: s.environment(), Files: files, Sys: host.OfSession()})
	if err != nil {
		return nil, err
	}
	s.started = append(s.started, p)
	return p, nil
}

// run starts `runner run` of a spec, with a database of the scene's own.
func (s *scene) run(spec string, args ...string) (*process, error) {
	if err := os.WriteFile(s.path("spec.yaml"), []byte(spec), 0o600); err != nil {
		return nil, err
	}
	return s.start("run", nil, append([]string{"--db", s.db(), "run", "--no-turns", "--no-confirm", "-v", "--report", "text=" + s.path("report.txt"), "spec.yaml"}, args...)...)
}

// environment is plain, but for where interpreters are, and has a TMPDIR of the scene's own.
func (s *scene) environment() []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "TMPDIR=" + s.tmp(), "COLUMNS=120", "LANG=C.UTF-8", "TZ=UTC", "PYTHONDONTWRITEBYTECODE=1"}
	for _, name := range []string{"PYENV_ROOT", "PYENV_VERSION"} {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func (p *process) ended() bool {
	select {
	case <-p.Ended:
		return true
	default:
		return false
	}
}

// send sends a signal to the process alone, not to its group.
func (p *process) send(sig syscall.Signal) { _ = syscall.Kill(p.PID, sig) }

// said is what a process has written to stderr.
func (p *process) said() string {
	text, _ := os.ReadFile(p.err)
	return string(text)
}

// exits waits for the end with one of these codes.
func (s *scene) exits(p *process, codes ...int) {
	if !p.EndsWithin(patience) {
		p.send(syscall.SIGQUIT) // Go prints all stacks
		p.EndsWithin(2 * time.Second)
		s.fails("%s does not end", p.name)
		return
	}
	for _, code := range codes {
		if p.Status.Exited() && p.Status.ExitStatus() == code {
			return
		}
	}
	lines := strings.Split(strings.TrimSpace(p.said()), "\n")
	s.fails("%s ended with %s: %s", p.name, ending(p.Status), strings.Join(lines[max(0, len(lines)-3):], " / "))
}

func ending(status syscall.WaitStatus) string {
	if status.Signaled() {
		return fmt.Sprintf("signal %d", status.Signal())
	}
	return fmt.Sprintf("exit code %d", status.ExitStatus())
}

// until waits for something that must come to be while p lives.
func (s *scene) until(what string, p *process, so func() bool) error {
	for begin := time.Now(); !so(); time.Sleep(5 * time.Millisecond) {
		switch {
		case s.ctx.Err() != nil:
			return s.ctx.Err()
		case p != nil && p.ended():
			if so() {
				return nil
			}
			return fmt.Errorf("%s ended (%s) before %s: %s", p.name, ending(p.Status), what, strings.TrimSpace(p.said()))
		case time.Since(begin) > patience:
			return fmt.Errorf("%s: not within %v", what, patience)
		}
	}
	return nil
}
