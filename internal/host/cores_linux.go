package host

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// CPUs are the numbers of the processors that this process may run on, ascending; as they were at the first call, since
// a pinned thread sees fewer.
var CPUs = sync.OnceValue(func() []int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(os.Getpid(), &set) != nil {
		return []int{0}
	}
	var cpus []int
	for i := 0; len(cpus) < set.Count(); i++ {
		if set.IsSet(i) {
			cpus = append(cpus, i)
		}
	}
	return cpus
})

func quota() float64 {
	return quotaOf(read("/proc/self/cgroup"), func(path string) string { return read("/sys/fs/cgroup" + path) })
}

// Pin binds the calling thread, which the caller has locked, to one processor. Processes that it starts inherit this.
func Pin(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	return unix.SchedSetaffinity(0, &set)
}

// Unpin lets the calling thread run on every usable processor again.
func Unpin() error {
	var set unix.CPUSet
	for _, c := range CPUs() {
		set.Set(c)
	}
	return unix.SchedSetaffinity(0, &set)
}
