//go:build unix

package host

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Child is a process that this one started. Status, Usage and At may be read once Ended is closed.
type Child struct {
	PID    int
	Ended  chan struct{}
	Status syscall.WaitStatus
	Usage  syscall.Rusage
	At     time.Time // when it was reaped

	killed atomic.Bool
}

// alive are the children that have not ended, by number.
var alive sync.Map

// EndAll kills all children and their groups, for the moment before this process ends itself. Where a warden will do it,
// they are left to that: it gives them a moment to tidy up.
func EndAll() {
	if Guarded() {
		return
	}
	alive.Range(func(_, c any) bool {
		c.(*Child).Signal(syscall.SIGKILL)
		return true
	})
}

// Start starts a process from a thread that lives exactly as long as the process does: Linux sends the parent-death
// signal when the thread that forked ends, not when the process does.
func Start(path string, argv []string, attr *syscall.ProcAttr) (*Child, error) {
	c := &Child{Ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		pid, err := fork(path, argv, attr)
		c.PID = pid
		starts.Add(1)
		if err == nil {
			alive.Store(pid, c)
			if attr.Sys != nil && attr.Sys.Setsid {
				noteGroup(pid)
			}
		}
		started <- err
		if err == nil {
			c.Status, c.Usage = Wait(pid)
			c.At = time.Now()
			alive.Delete(pid)
			close(c.Ended)
		}
	}()
	return c, <-started
}

// fork starts a process in the cgroup of the run, if there is one.
func fork(path string, argv []string, attr *syscall.ProcAttr) (pid int, err error) {
	w := guarding.Load()
	if w == nil || attr.Sys == nil || !w.pen.admit(attr.Sys) {
		return syscall.ForkExec(path, argv, attr)
	}
	pid, err = syscall.ForkExec(path, argv, attr)
	dismiss(attr.Sys)
	switch err {
	case syscall.EBADF, syscall.EINVAL, syscall.ENODEV, syscall.EPERM, syscall.EACCES, syscall.EBUSY, syscall.EOPNOTSUPP, syscall.ENOSYS:
		if pid, err = syscall.ForkExec(path, argv, attr); err == nil {
			w.pen.off.Store(true) // here a process cannot be started in another cgroup
		}
	}
	return pid, err
}

// Signal goes to the process and its group, of which it must be the leader. A group's number is not given to another
// while the group has a member.
func (c *Child) Signal(sig syscall.Signal) {
	select {
	case <-c.Ended:
	default:
		c.killed.Store(c.killed.Load() || sig == syscall.SIGKILL)
	}
	_ = syscall.Kill(-c.PID, sig)
}

// Kill ends the process alone, not its group, unless it has ended.
func (c *Child) Kill() {
	select {
	case <-c.Ended:
	default:
		c.killed.Store(true)
		_ = syscall.Kill(c.PID, syscall.SIGKILL)
	}
}

// Killed tells whether it was sent KILL before it ended.
func (c *Child) Killed() bool { return c.killed.Load() }

// EndsWithin waits for the end, for so long at most.
func (c *Child) EndsWithin(d time.Duration) bool {
	select {
	case <-c.Ended:
		return true
	case <-time.After(d):
		return false
	}
}

// Wait reaps a child.
func Wait(pid int) (status syscall.WaitStatus, usage syscall.Rusage) {
	for {
		if _, err := syscall.Wait4(pid, &status, 0, &usage); err != syscall.EINTR {
			return status, usage
		}
	}
}

// Self is the path of this program, even after its file was replaced.
func Self() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// LookPath finds a program from here, as an absolute path: its process starts in another directory.
func LookPath(name string) (string, error) {
	if name == Self() {
		return name, nil
	}
	if strings.Contains(name, "/") {
		if err := executable(name); err != nil {
			return "", err
		}
		return absolute(name)
	}
	for dir := range strings.SplitSeq(os.Getenv("PATH"), ":") {
		if at := path.Join(cmp.Or(dir, "."), name); executable(at) == nil {
			return absolute(at)
		}
	}
	return "", fmt.Errorf("%s: %w", name, ErrNotOnPath)
}

// ErrNotOnPath says that there is no program of a name. os/exec has all of this too, but a worker would wait for libraries
// that are initialised before it.
var ErrNotOnPath = errors.New("no such program on PATH")

func executable(at string) error {
	info, err := os.Stat(at)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return &fs.PathError{Op: "start", Path: at, Err: syscall.EISDIR}
	}
	if err := unix.Access(at, unix.X_OK); err != nil {
		return &fs.PathError{Op: "start", Path: at, Err: err}
	}
	return nil
}

func absolute(at string) (string, error) {
	if path.IsAbs(at) {
		return at, nil
	}
	here, err := os.Getwd()
	return path.Join(here, at), err
}
