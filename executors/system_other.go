//go:build unix && !linux

package executors

import "syscall"

// ofSession starts a session and a group of its own; the end of its stdin tells it that the runner is gone.
func ofSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// ofGroup stays in the trial's session and group; the end of its tasks tells it that the trial is gone.
func ofGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

func pipe() (r, w int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	var p [2]int
	if err = syscall.Pipe(p[:]); err == nil {
		syscall.CloseOnExec(p[0])
		syscall.CloseOnExec(p[1])
	}
	return p[0], p[1], err
}

func replace(from, to int) error { return syscall.Dup2(from, to) }
