package host

import (
	"os"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// newNotes is a file without a name: nothing is left of it.
func newNotes() (*os.File, error) {
	fd, err := unix.MemfdCreate("notes", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	return os.NewFile(uintptr(fd), "notes"), nil
}

// abandoning does something during which orphaned descendants do not become children of this process, though it has
// adopted them otherwise.
func abandoning(do func() (syscall.WaitStatus, error)) (syscall.WaitStatus, error) {
	if adopted.Load() && unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) == nil {
		defer func() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }()
	}
	return do()
}

// ask asks all processes of the run to end, those that are stopped too.
func (l left) ask() {
	found := l.processes()
	send(found, syscall.SIGTERM)
	send(found, syscall.SIGCONT)
}

// lives tells whether there are any, whether one of them does not sleep, and whether such a one has had little CPU time.
func (l left) lives(cpu had) (any, works, starved bool) {
	found := l.processes()
	awake := func(p Process) bool { return p.State == 'R' || p.State == 'D' }
	return len(found) > 0, slices.ContainsFunc(found, awake), cpu.little(found, wardenEnough)
}

// kill kills what is found, and tells whether that was any. All are stopped first: what is stopped starts no others, and
// leaves no children to strangers.
func (l left) kill() (any bool) {
	penAt(l.Pen).kill()
	found := l.processes()
	for stopped := 0; len(found) > stopped; found = l.processes() {
		stopped = len(found)
		send(found, syscall.SIGSTOP)
	}
	send(found, syscall.SIGKILL)
	return len(found) > 0
}

// processes are those of the run: who is in its cgroup, who has its variable, who is in a session that it started, and
// the descendants of those.
func (l left) processes() (found []Process) {
	self, table, err := Table()
	if err != nil {
		return nil
	}
	penned, seen := penAt(l.Pen).members(), map[int]bool{self.PID: true}
	add := func(p Process) {
		if !seen[p.PID] && p.State != 'Z' {
			seen[p.PID] = true
			found = append(found, p)
		}
	}
	sessions := l.sessions(table)
	for _, p := range table {
		if penned[p.PID] || sessions[p.Session] || l.holds(environ(p.PID)) {
			add(p)
		}
	}
	for _, p := range found {
		for _, d := range Descendants(p, table) {
			add(d)
		}
	}
	return found
}

// sessions are the numbers of those that the run started. One whose leader was started at another time than ours is a
// stranger's: the number was given away again.
func (l left) sessions(table []Process) map[int]bool {
	ours := map[int]bool{}
	for _, g := range l.Groups {
		strange := func(p Process) bool { return p.PID == g.Leader && g.Began != 0 && p.Began != g.Began }
		if !slices.ContainsFunc(table, strange) {
			ours[g.Leader] = true
		}
	}
	return ours
}

// environ is the environment with which a process was started; "" if we may not read it.
func environ(pid int) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	return string(text)
}

func send(to []Process, sig syscall.Signal) {
	for _, p := range to {
		_ = syscall.Kill(p.PID, sig)
	}
}
