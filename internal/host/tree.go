//go:build unix

package host

import (
	"syscall"
	"time"
)

// Process is one process as the system's table has it.
type Process struct {
	PID     int
	Parent  int
	Session int
	State   byte // R, S, D, Z, … ; Z has ended and waits to be reaped
	Name    string
	CPU     time.Duration // user and system time of its own, in ticks of 10 ms
	Reaped  time.Duration // that of its children that it has waited for, with theirs
}

// Descendants are the children of a process, their children, and so on.
func Descendants(of Process, table []Process) (found []Process) {
	children := map[int][]Process{}
	for _, p := range table {
		children[p.Parent] = append(children[p.Parent], p)
	}
	for next := []Process{of}; len(next) > 0; next = next[1:] {
		pid := next[0].PID
		found = append(found, children[pid]...)
		next = append(next, children[pid]...)
		delete(children, pid) // numbers are used again: the table, read one by one, might show a circle
	}
	return found
}

// Strays are the processes of a tree that this process did not start itself, and that became its children when their
// own parent ended (see Adopt): children in another session. known are left out, and what is in the session of one: a
// server that was started before may lose children of its own.
func Strays(self Process, table []Process, known map[int]bool) []Process {
	var strays []Process
	for _, p := range table {
		if p.Parent == self.PID && p.Session != self.Session && !known[p.PID] && !known[p.Session] {
			strays = append(strays, p)
		}
	}
	return strays
}

// Sweep ends every stray, reaps it, and goes on with the children that it leaves, until there are none; it gives up
// after patience. Those that still run after a moment in which they could end by themselves are outlived; table reads
// the system's processes.
func Sweep(known map[int]bool, moment, patience time.Duration) (outlived int, err error) {
	if !HasChildren() {
		return 0, nil
	}
	counted := map[int]bool{}
	for begin, pause := time.Now(), time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		self, table, err := Table()
		if err != nil {
			return outlived, err
		}
		strays := Strays(self, table, known)
		if len(strays) == 0 {
			return outlived, nil
		}
		late := time.Since(begin) >= moment
		for _, p := range strays {
			switch {
			case p.State == 'Z':
				reap(p.PID)
			case late:
				if !counted[p.PID] {
					counted[p.PID] = true
					outlived++
				}
				_ = syscall.Kill(p.PID, syscall.SIGKILL)
			}
		}
		if time.Since(begin) > moment+patience {
			return outlived, errSurvivors(strays)
		}
		time.Sleep(pause)
	}
}

// reap waits for a child that has ended.
func reap(pid int) {
	for {
		if _, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil); err != syscall.EINTR {
			return
		}
	}
}
