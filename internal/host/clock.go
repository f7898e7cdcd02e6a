//go:build unix

package host

import (
	"time"

	"golang.org/x/sys/unix"
)

// Monotonic is the system's monotonic clock, whose zero all processes share. It costs a system call: take it once and
// count on with time.Since.
func Monotonic() time.Duration { return clock(unix.CLOCK_MONOTONIC) }

// ThreadCPU is the CPU time that the calling thread has used; 0 where it cannot be told. Lock the thread first.
func ThreadCPU() time.Duration { return clock(unix.CLOCK_THREAD_CPUTIME_ID) }

func clock(id int32) time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(id, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
