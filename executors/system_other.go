//go:build unix && !linux

package executors

import "syscall"

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

// unblock is for Linux: here a process gets the signals that the runner lets through.
func unblock() {}
