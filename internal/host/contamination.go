package host

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Counters are what the system had counted at one moment. What it does not count, or hides, stays 0, and then nothing
// is ever blamed on it.
type Counters struct {
	At        time.Duration // monotonic
	Waited    time.Duration // in which a thread that could have run had no core; averaged over the cores in use
	Busy      time.Duration // CPU time of everybody on the usable cores
	Ours      time.Duration // that of this process and its descendants
	Stolen    time.Duration // by the hypervisor, from the usable cores
	Throttled time.Duration // in which a CPU quota stopped a group that this process is in
	Quota     float64       // that quota, in cores; 0: none
	Swapped   int64         // B, in and out
}

// The bounds of what is put down to chance. They come from runs on two cores: alone, where two workers of a short trial
// wait up to a quarter of the time, for each other's start, but others use 0.1 cores at most, as ticks tell it; beside a
// neighbour that is always busy on one core, and beside one that is 28 % of the time, which makes threads wait 14 %.
const (
	tick      = 10 * time.Millisecond  // what the kernel counts CPU time in, for programs to read: USER_HZ is 100
	enough    = 500 * time.Millisecond // in which ticks tell what others use
	little    = 200 * time.Millisecond // in which they tell nothing
	muchCPU   = 0.15                   // cores
	muchSteal = 0.01                   // of each core
	muchSwap  = 1 << 20                // B: a few pages come and go on any machine

	muchThrottling = 0.01 // of the time

	justNow = 2 * time.Millisecond // takes what keeps a trial, or little more
)

// muchWaiting is the share of the time in which some thread waits that is not put down to chance: a tenth, and less where
// many cores are in use, since the kernel averages over them and the slowest worker ends a trial. 2 % is always around.
func muchWaiting(atOnce int) float64 { return min(max(0.2/float64(atOnce), 0.02), 0.10) }

// Monitor says of each trial what else took part of the machine. It is not safe for use by several goroutines at once.
type Monitor struct {
	past  []Counters // back to the last that lies enough before the end of the next trial
	count func() Counters
	cores int
}

// NewMonitor begins now.
func NewMonitor() *Monitor { return &Monitor{past: []Counters{Count()}, count: Count, cores: Cores()} }

// Trial takes the counters before a trial, and the function that it returns takes them after it, and says what else took
// part of the machine in between; "" if nothing is known to have. workers is how many of our threads wanted to run at
// once, 0 if that is not known.
//
// Between the two lies all of a trial: the start of its process too, in which one thread of ours runs. Where one trial follows
// another at once, the counters after that one are those before this one.
func (w *Monitor) Trial() func(workers int) string {
	before := w.past[len(w.past)-1]
	if Monotonic()-before.At > justNow {
		before = w.take()
	}
	return func(workers int) string {
		after := w.take()
		return before.Until(after, w.past[0], workers, w.cores)
	}
}

// take keeps what the next trials may need: one that is old enough, and all younger ones.
func (w *Monitor) take() Counters {
	now := w.count()
	w.past = append(w.past, now)
	for len(w.past) > 2 && now.At-w.past[1].At >= enough {
		w.past = w.past[1:]
	}
	return now
}

// Until says what else took part of a machine with that many usable cores until later; see Monitor.Trial. In a short trial
// ticks do not tell what others used, so that is counted from recent on, which is no later than c.
//
// Threads that wait are not enough: a workload with more threads than cores waits by its own doing, and one with as many
// does while they start. Nor is the CPU time of others, who may have found a core that was free. In the same way who has
// more threads than cores is throttled by its own doing.
func (c Counters) Until(later, recent Counters, workers, cores int) string {
	window, span := later.At-c.At, later.At-recent.At
	if window >= enough {
		recent, span = c, window
	}
	if window <= 0 {
		return ""
	}
	fits := workers >= 1 && workers <= cores
	atOnce := max(cores, 1)
	if fits {
		atOnce = workers
	}
	var (
		waiting = min(share(later.Waited-c.Waited, window), 1)
		others  = (later.Busy - recent.Busy) - (later.Ours - recent.Ours)
		known   = later.Busy > 0 && recent.Busy > 0 && span >= little
		stolen  = later.Stolen - c.Stolen
		steal   = share(stolen, window) / float64(max(cores, 1))
		swapped = later.Swapped - c.Swapped

		throttled = later.Throttled - c.Throttled
	)
	switch {
	case waiting > muchWaiting(atOnce) && known && share(others, span) > muchCPU:
		return fmt.Sprintf("another program used %.2f cores while threads waited %.0f %% of the time", share(others, span), 100*waiting)
	case stolen >= 2*tick && steal > muchSteal:
		return fmt.Sprintf("the hypervisor took %.1f %% of the time (steal)", 100*steal)
	case fits && workers <= int(later.Quota) && share(throttled, window) > muchThrottling:
		return fmt.Sprintf("the cgroup's CPU quota stopped it for %.1f %% of the time", 100*share(throttled, window))
	case swapped >= muchSwap:
		return fmt.Sprintf("the system swapped %d MiB", swapped>>20)
	}
	return ""
}

func share(part, window time.Duration) float64 { return float64(part) / float64(window) }

// pressure reads the total of the line "some", in µs, of a file such as /proc/pressure/cpu. The kernel brings it up to
// date for each reader. Threads that have ended are in it, which per-thread counts lose.
func pressure(text string) time.Duration {
	for line := range strings.Lines(text) {
		if rest, some := strings.CutPrefix(line, "some "); some {
			_, total, _ := strings.Cut(rest, "total=")
			return time.Duration(number(total)) * time.Microsecond
		}
	}
	return 0
}

// runDelay sums the eighth number of each processor in /proc/schedstat: ns that threads have waited there for it.
func runDelay(text string, cpus map[string]bool) (sum time.Duration) {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 8 && cpus[f[0]] {
			sum += time.Duration(number(f[8]))
		}
	}
	return sum
}

// cpuTimes sums the lines of the given processors in /proc/stat. Waiting for a disk is no work, and a guest's time is in
// user and nice already.
func cpuTimes(text string, cpus map[string]bool) (busy, stolen time.Duration) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "cpu") {
			break // the lines of processors come first
		}
		f := strings.Fields(line)
		if len(f) < 9 || !cpus[f[0]] {
			continue
		}
		for _, i := range []int{1, 2, 3, 6, 7} { // user nice system irq softirq; 4 and 5 are idle and iowait
			busy += tick * time.Duration(number(f[i]))
		}
		stolen += tick * time.Duration(number(f[8]))
	}
	return busy, stolen
}

// value is the number behind a key at the start of a line: "pswpin 12".
func value(text, key string) int64 {
	for line := range strings.Lines(text) {
		if name, rest, _ := strings.Cut(line, " "); name == key {
			return number(rest)
		}
	}
	return 0
}

// number is 0 for what is none.
func number(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
