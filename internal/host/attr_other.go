//go:build unix && !linux

package host

import "syscall"

// OfSession is for a process that starts a session and a group of its own; the end of its stdin tells it that this
// process is gone.
func OfSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// OfGroup is for a process that stays in the session and group of this one; the end of what it reads tells it that this
// one is gone.
func OfGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// OfAside is OfGroup in a group of its own, which no Ctrl-C reaches.
func OfAside() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// OfServer is OfSession too: the warden ends it.
func OfServer() *syscall.SysProcAttr { return OfSession() }

// OfOwn is OfSession: no process is told here.
func OfOwn() *syscall.SysProcAttr { return OfSession() }
