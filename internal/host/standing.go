//go:build unix

package host

import "sync/atomic"

// standing is the child that stays while trials come and go, where this process had no other when it was started.
var standing atomic.Pointer[stand]

type stand struct {
	child  *Child
	starts int64
}

// starts counts the processes that Start has started.
var starts atomic.Int64

// StartStanding starts a process that stays while trials come and go. As long as it is the only one, nobody has to read the
// table of all processes to know whose work is ours. Processes that were not started by Start are not noticed meanwhile: none
// is, between one trial and the next.
func StartStanding(start func() (*Child, error)) (*Child, error) {
	alone := !HasChildren()
	c, err := start()
	if err == nil && alone {
		standing.Store(&stand{c, starts.Load()})
	}
	return c, err
}

// alone gives the one child that this process has, if it is known to have no other.
func alone() (*Child, bool) {
	s := standing.Load()
	if s == nil || s.starts != starts.Load() {
		return nil, false
	}
	select {
	case <-s.child.Ended:
		return nil, false
	default:
		return s.child, true
	}
}
