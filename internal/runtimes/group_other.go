//go:build !linux

package runtimes

import "syscall"

// ofGroup is a process group of its own. Nothing ends it with us: its patience does.
func ofGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
