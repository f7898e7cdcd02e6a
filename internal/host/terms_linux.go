package host

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Terms are the terms on which this process and the calling thread run, and with it what it starts: what another process may
// have changed.
type Terms struct {
	nice   [2]int
	cpus   [2]unix.CPUSet
	limits [rlimits]syscall.Rlimit
}

const rlimits = 16 // as many as there are

// TermsNow reads them. Those that are not told stay zero.
func TermsNow() (t Terms) {
	for i, who := range []int{0, os.Getpid()} { // the number of a process stands for its first thread
		t.nice[i], _ = syscall.Getpriority(syscall.PRIO_PROCESS, who)
		_ = unix.SchedGetaffinity(who, &t.cpus[i])
	}
	for i := range t.limits {
		_ = syscall.Getrlimit(i, &t.limits[i])
	}
	return t
}
