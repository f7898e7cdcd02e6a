package host

import "syscall"

// OfSession is for a process that starts a session and a group of its own, and dies with the thread that started it.
func OfSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// OfGroup is for a process that stays in the session and group of this one, and dies with the thread that started it.
func OfGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// OfAside is OfGroup in a group of its own, which no Ctrl-C reaches.
func OfAside() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// OfServer is for a process that starts a session and a group of its own. Where a warden will end it with all that is in its
// session, it outlives this process for that moment: who dies at once leaves children that nobody can be asked for.
func OfServer() *syscall.SysProcAttr {
	if Guarded() {
		return OfOwn()
	}
	return OfSession()
}

// OfOwn is for a process that starts a session and a group of its own, and finds out by itself that this one has ended.
func OfOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
