package executors

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// process is a child process. status, usage and at may be read once ended is closed.
type process struct {
	pid    int
	ended  chan struct{}
	status syscall.WaitStatus
	usage  syscall.Rusage
	at     time.Time // when it was reaped
	killed atomic.Bool
}

// launch starts a process from a thread that lives exactly as long as the process does: Linux sends the parent-death
// signal when the thread that forked ends, not when the process does.
func launch(path string, argv []string, attr *syscall.ProcAttr) (*process, error) {
	p := &process{ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		pid, err := syscall.ForkExec(path, argv, attr)
		p.pid = pid
		started <- err
		if err == nil {
			p.status, p.usage = wait(pid)
			p.at = time.Now()
			close(p.ended)
		}
	}()
	return p, <-started
}

// signal goes to the process and its group. A group's number is not given to another while the group has a member.
func (p *process) signal(sig syscall.Signal) {
	select {
	case <-p.ended:
	default:
		p.killed.Store(p.killed.Load() || sig == syscall.SIGKILL)
	}
	_ = syscall.Kill(-p.pid, sig)
}

func (p *process) endsWithin(d time.Duration) bool {
	select {
	case <-p.ended:
		return true
	case <-time.After(d):
		return false
	}
}

// wait reaps a child.
func wait(pid int) (status syscall.WaitStatus, usage syscall.Rusage) {
	for {
		if _, err := syscall.Wait4(pid, &status, 0, &usage); err != syscall.EINTR {
			return status, usage
		}
	}
}

// self is the path of this program, even after its file was replaced.
func self() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// lookPath finds a program from here: its process starts in another directory.
func lookPath(name string) (string, error) {
	if name == self() {
		return name, nil
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}
