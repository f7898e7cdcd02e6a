//go:build unix

package host

import (
	"syscall"
	"time"
)

// Usage is what processes have used: CPU time, context switches, page faults. Peak is the resident peak in B of the
// largest of them, 0 where it is not known.
type Usage struct {
	User, System             time.Duration
	Voluntary, Involuntary   int64
	MajorFaults, MinorFaults int64
	Peak                     int64
}

// UsageNow is what this process and its children that it has waited for have used until now. Peak is not filled in.
func UsageNow() Usage {
	var self, children syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &self) // fails only on a bad argument
	_ = syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children)
	u := UsageOf(&self).plus(UsageOf(&children), 1)
	u.Peak = 0
	return u
}

// UsageOf reads what wait4 tells of one process and of the children that it waited for.
//
// Peak then is an upper bound: Linux hands the peak of the process that forked down to the child.
func UsageOf(r *syscall.Rusage) Usage {
	return Usage{
		User:        time.Duration(r.Utime.Nano()),
		System:      time.Duration(r.Stime.Nano()),
		Voluntary:   int64(r.Nvcsw),
		Involuntary: int64(r.Nivcsw),
		MajorFaults: int64(r.Majflt),
		MinorFaults: int64(r.Minflt),
		Peak:        int64(r.Maxrss) * peakUnit,
	}
}

// Since is what was used after before was taken. Peak stays.
func (u Usage) Since(before Usage) Usage { return u.plus(before, -1) }

func (u Usage) plus(v Usage, sign int64) Usage {
	u.User += time.Duration(sign) * v.User
	u.System += time.Duration(sign) * v.System
	u.Voluntary += sign * v.Voluntary
	u.Involuntary += sign * v.Involuntary
	u.MajorFaults += sign * v.MajorFaults
	u.MinorFaults += sign * v.MinorFaults
	return u
}
