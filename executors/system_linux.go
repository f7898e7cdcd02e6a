package executors

import "syscall"

// ofSession starts a session and a group of its own, and dies with the thread that started it.
func ofSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// ofGroup stays in the trial's session and group, and dies with the thread that started it.
func ofGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

func pipe() (r, w int, err error) {
	var p [2]int
	err = syscall.Pipe2(p[:], syscall.O_CLOEXEC)
	return p[0], p[1], err
}

func replace(from, to int) error { return syscall.Dup3(from, to, 0) }
