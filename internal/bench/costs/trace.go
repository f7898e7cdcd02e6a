package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// traced leaves out the calls with which Go's scheduler and heap serve themselves, and those that read clocks, which depend on
// how long tasks took and on what came between. How many there are is chance: the rest is what runner asks for.
const traced = "trace=!futex,nanosleep,clock_nanosleep,epoll_pwait,sched_yield,rt_sigprocmask,rt_sigaction,rt_sigreturn,restart_syscall,sigaltstack,tgkill,gettid,getpid,mmap,munmap,madvise,mprotect,sched_getaffinity,clock_gettime"

// tally is what the processes of one role have asked of the system.
type tally struct {
	calls   map[string]int
	all     int
	read    int64 // B
	written int64 // B
	started int   // processes
}

// role is what a process of a run is.
type role int

const (
	ofRunner role = iota
	ofTrials      // trials' processes, and the warden
	ofWorkers
	ofOthers // commands
)

// strace is the command that records system calls of what follows it in a file.
func strace(file string) []string {
	return []string{"strace", "-f", "--seccomp-bpf", "-q", "-s", "256", "-e", "signal=none", "-o", file, "-e", traced}
}

// cannotTrace is why system calls cannot be counted here, or "". That strace is there is not enough: a container may forbid it.
func cannotTrace() string {
	if _, err := exec.LookPath("strace"); err != nil {
		return "strace is not installed"
	}
	if said, err := exec.Command("strace", append(strace(os.DevNull)[1:], "true")...).CombinedOutput(); err != nil {
		return fmt.Sprintf("strace does not trace here: %v %s", err, bytes.TrimSpace(said))
	}
	return ""
}

// trace is as, and sums up the system calls where they can be traced.
func (l *lab) trace(args ...string) (a allocated, by map[role]*tally, err error) {
	if l.untraced != "" {
		a, err = l.as(nil, args...)
		return a, nil, err
	}
	file := filepath.Join(l.dir, "trace.txt")
	if a, err = l.as(strace(file), args...); err != nil {
		return a, nil, err
	}
	by, err = readTrace(file, l.self)
	return a, by, err
}

var (
	whole   = regexp.MustCompile(`^(\d+) +(\w+)\((.*?)(?:\) += (-?\d+|\?)(.*)| <unfinished \.\.\.>)$`)
	resumed = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+|\?)(.*)$`)
)

// again is the result of a call that had nothing to do yet, or was interrupted. That is chance, as is what the heap says of
// itself.
var again = regexp.MustCompile(`EAGAIN|EINTR|ERESTART`)

// process is one process of the trace.
type process struct {
	parent  *process
	leader  *process // of a thread: its process
	program string   // of its last execve; "" before
	ended   bool
}

// readTrace sums the calls of a trace up by roles. The first process of it is runner.
func readTrace(file, self string) (map[role]*tally, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	type call struct {
		of   *process
		name string
		n    int64
	}
	var calls []call
	threads := map[string]*process{}
	begun := map[string]string{} // by thread: the arguments of its unfinished call
	of := func(thread string) *process {
		if p := threads[thread]; p == nil || p.ended { // a number may come again
			threads[thread] = &process{}
		}
		return threads[thread]
	}
	// born is the process or thread that a call has made. It may have come to something, and even have ended, before its
	// maker's line is written.
	born := func(thread string) *process {
		if p := threads[thread]; p == nil || p.parent != nil || p.leader != nil {
			threads[thread] = &process{}
		}
		return threads[thread]
	}
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		thread, name, args, result, rest, ended := parse(scan.Text())
		if name == "" {
			if strings.Contains(scan.Text(), " +++ ") {
				of(strings.Fields(scan.Text())[0]).ended = true
			}
			continue
		}
		if !ended {
			begun[thread] = args
			continue
		}
		args = begun[thread] + args
		delete(begun, thread)
		p := of(thread)
		n, _ := strconv.ParseInt(result, 10, 64)
		if strings.HasPrefix(name, "clone") || strings.HasSuffix(name, "fork") {
			switch {
			case n <= 0:
				continue
			case strings.Contains(args, "CLONE_THREAD"): // as many as the scheduler likes
				born(result).leader = p
				continue
			default:
				born(result).parent = p
			}
		}
		if name == "execve" && result == "0" {
			p.program = strings.SplitN(strings.TrimPrefix(args, `"`), `"`, 2)[0]
		}
		if !strings.HasPrefix(args, "PR_SET_VMA") && !again.MatchString(rest) {
			calls = append(calls, call{p, name, n})
		}
	}
	tallies := map[role]*tally{}
	for r := ofRunner; r <= ofOthers; r++ {
		tallies[r] = &tally{calls: map[string]int{}}
	}
	for _, c := range calls {
		tallies[c.of.role(self)].add(c.name, c.n)
	}
	return tallies, scan.Err()
}

func parse(line string) (thread, name, args, result, rest string, ended bool) {
	if m := whole.FindStringSubmatch(line); m != nil {
		return m[1], m[2], m[3], m[4], m[5], m[4] != ""
	}
	if m := resumed.FindStringSubmatch(line); m != nil {
		return m[1], m[2], m[3], m[4], m[5], true
	}
	return "", "", "", "", "", false
}

func (p *process) role(self string) role {
	switch p = p.first(); {
	case p.parent == nil:
		return ofRunner
	case p.program != self && p.program != "/proc/self/exe":
		return ofOthers
	case p.parent.first().parent == nil:
		return ofTrials
	}
	return ofWorkers
}

// first is the process that a thread belongs to.
func (p *process) first() *process {
	for p.leader != nil {
		p = p.leader
	}
	return p
}

func (t *tally) add(name string, n int64) {
	t.calls[name]++
	t.all++
	switch name {
	case "read", "pread64", "readv", "preadv":
		t.read += max(n, 0)
	case "write", "pwrite64", "writev", "pwritev":
		t.written += max(n, 0)
	case "clone", "clone3", "fork", "vfork":
		t.started++
	}
}
