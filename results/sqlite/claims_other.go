//go:build !linux && !darwin

package sqlite

import "golang.org/x/sys/unix"

// Without locks that belong to the open descriptor, those that belong to the process: other processes are kept out,
// goroutines of this one are not.
const (
	setLock = unix.F_SETLK
	getLock = unix.F_GETLK
)
