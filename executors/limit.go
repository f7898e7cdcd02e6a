package executors

import (
	"fmt"
	"sync/atomic"

	"bench/runner/internal/host"
)

// Limits are what a trial may use with all its processes; 0: any amount.
type Limits struct {
	Memory    int64 // B that are resident at once, pages that processes share counted once
	Processes int   // at once, the trial's own among them
	Output    int64 // B that it writes to stdout and stderr
	OpenFiles int   // descriptors of each process
}

// beyond is how many times a limit may be used before no time is left for TERM and a grace.
const beyond = 2

// use is the most that a trial was seen to use. Its methods may be called from several goroutines.
type use struct {
	limits    Limits
	memory    atomic.Int64
	processes atomic.Int64
	printed   atomic.Int64 // B that came through the pipes
	kept      atomic.Int64 // B in the files of commands
	signal    chan bool    // a limit is passed; true: there is no time to lose
}

func newUse(l Limits) *use { return &use{limits: l, signal: make(chan bool, 1)} }

// raise notes the highest value.
func raise(to *atomic.Int64, n int64) {
	for old := to.Load(); n > old && !to.CompareAndSwap(old, n); old = to.Load() {
	}
}

// print counts what was read from one of the streams.
func (u *use) print(n int) {
	if u.limits.Output > 0 {
		u.printed.Add(int64(n))
		u.tell()
	}
}

// tell wakes who waits for the signal.
func (u *use) tell() {
	passed, far := u.passed()
	if passed == nil {
		return
	}
	for sent := false; !sent; {
		select {
		case u.signal <- far:
			sent = true
		case before := <-u.signal: // not heard yet
			far = far || before
		}
	}
}

// passed is the first limit that is, nil for none; far tells that there is no time to lose, whichever of them says so: what
// multiplies would be faster than any grace.
func (u *use) passed() (reason func() string, far bool) {
	l, memory, processes, output := u.limits, u.memory.Load(), u.processes.Load(), u.printed.Load()+u.kept.Load()
	past := func(used, most int64) bool { return most > 0 && used > most }
	twice := func(used, most int64) bool { return most > 0 && used/beyond >= most }
	far = twice(memory, l.Memory) || past(processes, int64(l.Processes)) || twice(output, l.Output)
	switch {
	case past(memory, l.Memory):
		return func() string {
			return fmt.Sprintf("memory: %s in use, limits.memory is %s", sizeAbove(memory, l.Memory), sizeText(l.Memory))
		}, far
	case past(processes, int64(l.Processes)):
		return func() string {
			return fmt.Sprintf("processes: %d at once, limits.processes is %d", processes, l.Processes)
		}, far
	case past(output, l.Output):
		return func() string { return fmt.Sprintf("output: wrote more than limits.output, %s", sizeText(l.Output)) }, far
	}
	return nil, false
}

// inherited tells whether the peak of a process may be that of this one, which started it: Linux hands it down (exec_mmap),
// so that no less can be told. The kernel counts pages per CPU and hands down the rough sum, while /proc/self/status adds them
// up: on two CPUs they were up to 290 KiB apart. An eighth is a margin and no bound, since more CPUs may be further apart. Both
// are in B; an own peak of 0 is not known.
func inherited(peak, own int64) bool { return own == 0 || peak <= own+own/8 }

// settle adds what is known in the end: the files of commands, and the peak in B of the largest process. Where no files are
// kept, kept is nil.
func (u *use) settle(kept func() int64, peak int64) {
	if kept != nil && u.limits.Output > 0 {
		raise(&u.kept, kept())
	}
	if u.limits.Memory > 0 && !inherited(peak, host.Peak()) {
		raise(&u.memory, peak)
	}
}

var sizeUnits = []struct {
	name string
	of   int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// sizeText is a size in the largest unit of which it is a whole number: 512 MiB.
func sizeText(n int64) string {
	for _, u := range sizeUnits {
		if n >= u.of && n%u.of == 0 {
			return fmt.Sprintf("%d %s", n/u.of, u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}

// sizeAbove is a size in whole units, so small that it shows to be above another: 812 MiB.
func sizeAbove(n, other int64) string {
	for _, u := range sizeUnits {
		if whole := n / u.of; whole >= 10 && whole*u.of > other {
			return fmt.Sprintf("%d %s", whole, u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}
