package executors

import (
	"syscall"

	"golang.org/x/sys/unix"
)

func pipe() (r, w int, err error) {
	var p [2]int
	err = syscall.Pipe2(p[:], syscall.O_CLOEXEC)
	return p[0], p[1], err
}

func replace(from, to int) error { return syscall.Dup3(from, to, 0) }

// unblock lets every signal through to the calling thread, which the caller has locked, and to what it starts.
func unblock() { _ = unix.PthreadSigmask(unix.SIG_SETMASK, &unix.Sigset_t{}, nil) }
