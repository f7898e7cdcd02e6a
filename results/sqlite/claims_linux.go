package sqlite

import "golang.org/x/sys/unix"

// Locks that belong to the open descriptor.
const (
	setLock = unix.F_OFD_SETLK
	getLock = unix.F_OFD_GETLK
)
