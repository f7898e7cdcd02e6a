package host

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// pen is a cgroup (version 2) in which all processes of a run are, whatever they do to get away. nil is none.
type pen struct {
	dir  string
	file *os.File    // open while processes are started in it
	off  atomic.Bool // none can be
}

const penPrefix = "runner-"

// newPen is one below the cgroup of this process that is still to be made; nil where that cannot be.
func newPen() *pen {
	home := penHome(read("/proc/self/mountinfo"), read("/proc/self/cgroup"))
	if home == "" || !unlimited(home) {
		return nil
	}
	removePens(home)
	return &pen{dir: path.Join(home, fmt.Sprintf("%s%d-%08x", penPrefix, os.Getpid(), rand.Uint32()))}
}

// make makes it; false where that cannot be.
func (p *pen) make() bool {
	if os.Mkdir(p.dir, 0o755) != nil {
		return false
	}
	var err error
	if p.file, err = os.Open(p.dir); err != nil {
		p.remove(time.Second)
		return false
	}
	// Another level of pressure statistics would cost time at each switch of a thread.
	_ = os.WriteFile(path.Join(p.dir, "cgroup.pressure"), []byte("0"), 0)
	return true
}

// penHome is the directory of this process's cgroup, "" if it is not to be found: what /proc says may be of another
// namespace.
func penHome(mounts, cgroups string) string {
	own, there := "", false
	for line := range strings.Lines(cgroups) {
		if path, second := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); second {
			own, there = path, true
		}
	}
	for line := range strings.Lines(mounts) {
		f := strings.Fields(line) // ID parent device root mount-point options … - type source options
		i := slices.Index(f, "-")
		if !there || i < 0 || len(f) < i+2 || len(f) < 5 || f[i+1] != "cgroup2" {
			continue
		}
		inside, under := strings.CutPrefix(own, strings.TrimSuffix(f[3], "/"))
		home := path.Join(f[4], inside)
		if under && slices.Contains(strings.Fields(read(path.Join(home, "cgroup.procs"))), strconv.Itoa(os.Getpid())) {
			return home
		}
	}
	return ""
}

// unlimited tells whether a group below this one is like it: programs look for limits of theirs in the innermost group
// alone, and where a controller is handed down, a group of its own gets a share of its own.
func unlimited(home string) bool {
	if read(path.Join(home, "cgroup.subtree_control")) != "" {
		return false
	}
	for _, name := range []string{"cpu.max", "memory.max", "memory.high", "pids.max"} {
		if limit := strings.Fields(read(path.Join(home, name))); len(limit) > 0 && limit[0] != "max" {
			return false
		}
	}
	return true
}

// removePens removes those of runners that are gone, with their wardens.
func removePens(home string) {
	entries, _ := os.ReadDir(home)
	for _, e := range entries {
		rest, is := strings.CutPrefix(e.Name(), penPrefix)
		number, _, _ := strings.Cut(rest, "-")
		if pid, err := strconv.Atoi(number); is && err == nil && pid > 1 && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = syscall.Rmdir(path.Join(home, e.Name())) // fails if there is somebody in it
		}
	}
}

// penAt is the pen of another process; nil for "".
func penAt(dir string) *pen {
	if dir == "" || !strings.HasPrefix(path.Base(dir), penPrefix) {
		return nil
	}
	return &pen{dir: dir}
}

// admit makes a process that is to be started start in the pen.
func (p *pen) admit(sys *syscall.SysProcAttr) bool {
	if p == nil || p.off.Load() {
		return false
	}
	sys.UseCgroupFD, sys.CgroupFD = true, int(p.file.Fd())
	return true
}

// dismiss undoes admit.
func dismiss(sys *syscall.SysProcAttr) { sys.UseCgroupFD, sys.CgroupFD = false, 0 }

// kill kills all that are in it; members tells of those who are left where the system cannot do that at once.
func (p *pen) kill() {
	if p != nil {
		_ = os.WriteFile(path.Join(p.dir, "cgroup.kill"), []byte("1"), 0)
	}
}

// groups are its directories, the inner ones first.
func (p *pen) groups() (dirs []string) {
	if p == nil {
		return nil
	}
	return append(below(p.dir), p.dir)
}

// below are the directories below one, the inner ones first.
func below(dir string) (dirs []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.IsDir() {
			inner := path.Join(dir, e.Name())
			dirs = append(append(dirs, below(inner)...), inner)
		}
	}
	return dirs
}

// members are the processes in it and in the groups below.
func (p *pen) members() map[int]bool {
	found := map[int]bool{}
	for _, dir := range p.groups() {
		for _, field := range strings.Fields(read(path.Join(dir, "cgroup.procs"))) {
			if pid, err := strconv.Atoi(field); err == nil && pid > 0 { // 0 is one of another namespace
				found[pid] = true
			}
		}
	}
	return found
}

// remove takes it away. What has just ended may still be in it for a moment.
func (p *pen) remove(patience time.Duration) {
	if p == nil {
		return
	}
	if p.file != nil {
		p.file.Close()
	}
	for range patience / wardenPause { // and not until a time: the machine may stand still meanwhile
		for _, dir := range p.groups() {
			_ = syscall.Rmdir(dir)
		}
		if _, err := os.Lstat(p.dir); err != nil {
			return
		}
		time.Sleep(wardenPause)
	}
}
