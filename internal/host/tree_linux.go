package host

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Adopt makes orphaned descendants children of this process, so that they can be found and reaped. It is called often
// and acts once.
var Adopt = sync.OnceValue(func() error {
	err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	adopted.Store(err == nil)
	return err
})

var adopted atomic.Bool

// HasChildren tells whether this process has children at all, ended ones too: one system call, where Table reads all
// of /proc.
func HasChildren() bool {
	for {
		err := unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return err != unix.ECHILD
		}
	}
}

// Table is all processes that can be seen, and this one among them. A table with a gap is an error: who is whose child
// would be told wrongly.
func Table() (self Process, all []Process, err error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return self, nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return self, nil, err
	}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		data, err := slurp("/proc/" + name + "/stat")
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ESRCH), errors.Is(err, fs.ErrPermission):
			continue // ended meanwhile, or hidden from us
		case err != nil:
			return self, nil, err
		}
		if p, ok := parseStat([]byte(data)); ok {
			all = append(all, p)
			if pid == os.Getpid() {
				self = p
			}
		}
	}
	if self.PID == 0 {
		return self, nil, errors.New("/proc does not show this process")
	}
	return self, all, nil
}

// newcomers are those of this process's children that came last and run, the last first: orphans that it has adopted come
// to its first thread. There are none where the kernel does not list children.
func newcomers(yield func(Process) bool) {
	pids := strings.Fields(read("/proc/self/task/" + strconv.Itoa(os.Getpid()) + "/children"))
	for _, pid := range slices.Backward(pids[max(0, len(pids)-few):]) { // before them there may be thousands that have ended
		if p, ok := parseStat([]byte(read("/proc/" + pid + "/stat"))); ok && p.State != 'Z' && !yield(p) {
			return
		}
	}
}

// few are read in less time than one that starts another and ends takes for it.
const few = 20

// parseStat reads /proc/PID/stat; the name may hold spaces and parentheses.
func parseStat(data []byte) (Process, bool) {
	open, end := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
	if open < 0 || end < open {
		return Process{}, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data[:open])))
	rest := strings.Fields(string(data[end+1:]))
	if err != nil || len(rest) < 4 {
		return Process{}, false
	}
	p := Process{PID: pid, Name: string(data[open+1 : end]), State: rest[0][0]}
	parent, err1 := strconv.Atoi(rest[1])
	group, err2 := strconv.Atoi(rest[2])
	session, err3 := strconv.Atoi(rest[3])
	p.Parent, p.Group, p.Session = parent, group, session
	if len(rest) > 14 { // utime stime cutime cstime
		p.CPU = tick * time.Duration(number(rest[11])+number(rest[12]))
		p.Reaped = tick * time.Duration(number(rest[13])+number(rest[14]))
	}
	if len(rest) > 19 {
		p.Began, _ = strconv.ParseUint(rest[19], 10, 64) // clock ticks since the system was started
	}
	return p, errors.Join(err1, err2, err3) == nil
}

// began is when a process was started; 0 if it cannot be seen.
func began(pid int) uint64 {
	p, _ := parseStat([]byte(read("/proc/" + strconv.Itoa(pid) + "/stat")))
	return p.Began
}

func errSurvivors(left []Process) error {
	return fmt.Errorf("%d processes could not be ended, %q (%d) first", len(left), left[0].Name, left[0].PID)
}
