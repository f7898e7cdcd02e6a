package runtimes

import "syscall"

// ofGroup is a process group of its own that dies with the thread that started it.
func ofGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
