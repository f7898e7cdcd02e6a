package host

import (
	"os"
	"path"
	"strconv"
	"sync"
	"time"
)

// Count takes the counters now. It reads four small files or a few more, and the table of processes where this one has
// children.
func Count() Counters {
	c := countersOf(sourcesHere(), read)
	ours, known := ours()
	if c.Ours = ours; !known {
		c.Busy = 0
	}
	return c
}

func countersOf(from sources, file func(path string) string) Counters {
	c := Counters{At: Monotonic()}
	if from.pressure != "" {
		c.Waited = pressure(file(from.pressure))
	} else {
		// It counts each thread that waits, and is averaged over all cores where pressure leaves idle ones out.
		c.Waited = runDelay(file("/proc/schedstat"), from.cpus) / time.Duration(max(len(from.cpus), 1))
	}
	c.Busy, c.Stolen = cpuTimes(file("/proc/stat"), from.cpus)
	for _, path := range from.throttle {
		stat := file(path) // version 2 counts in µs, version 1 in ns
		c.Throttled += time.Duration(value(stat, "throttled_usec"))*time.Microsecond + time.Duration(value(stat, "throttled_time"))
	}
	c.Quota = from.quota
	vm := file("/proc/vmstat")
	c.Swapped = (value(vm, "pswpin") + value(vm, "pswpout")) * int64(os.Getpagesize())
	return c
}

// sources are where the counters are read, chosen once: two readings can only be compared if they come from one place.
type sources struct {
	pressure string // "": none, or the kernel does not keep it
	throttle []string
	quota    float64         // in cores; 0: none
	cpus     map[string]bool // usable, by their names in /proc: cpu0
}

var sourcesHere = sync.OnceValue(func() sources { return sourcesOf(read("/proc/self/cgroup"), CPUs(), read) })

// sourcesOf prefers the pressure in our own cgroup: on a large machine, of which this process has a part, what waits
// elsewhere is no matter.
func sourcesOf(cgroups string, cpus []int, file func(path string) string) sources {
	s := sources{cpus: map[string]bool{}}
	s.quota = quotaOf(cgroups, func(path string) string { return file("/sys/fs/cgroup" + path) })
	for _, c := range cpus {
		s.cpus["cpu"+strconv.Itoa(c)] = true
	}
	for _, g := range groupsOf(cgroups) {
		dir := path.Join("/sys/fs/cgroup", g.dir)
		if stat := path.Join(dir, "cpu.stat"); file(stat) != "" {
			s.throttle = append(s.throttle, stat)
		}
		if own := path.Join(dir, "cpu.pressure"); g.second && s.pressure == "" && file(own) != "" {
			s.pressure = own // of the innermost that keeps it
		}
	}
	if s.pressure == "" && file("/proc/pressure/cpu") != "" {
		s.pressure = "/proc/pressure/cpu"
	}
	return s
}

// ours is the CPU time of this process, of the descendants that were waited for, and of those that live; known is false
// where these cannot be seen. What a program leaves to the system to wait for (it ignores SIGCHLD) is lost.
func ours() (sum time.Duration, known bool) {
	u := UsageNow()
	sum = u.User + u.System
	if c, only := alone(); only {
		p, ok := parseStat([]byte(read("/proc/" + strconv.Itoa(c.PID) + "/stat")))
		return sum + p.CPU + p.Reaped, ok
	}
	if !HasChildren() {
		return sum, true
	}
	self, table, err := Table()
	for _, p := range Descendants(self, table) {
		sum += p.CPU + p.Reaped
	}
	return sum, err == nil
}
