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
	Group   int
	Session int
	State   byte // R, S, D, Z, … ; Z has ended and waits to be reaped
	Name    string
	Began   uint64        // when it was started, as the system counts; 0 where it does not tell
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

// Sweep ends every stray with all that it started, reaps it, and goes on with the children that it leaves, until there
// are none; it gives up after patience. Those that still run after a moment in which they could end by themselves are
// outlived. The moment is longer on a machine so full that they had next to no CPU time in it; that in which the whole
// machine stands still does not count.
func Sweep(known map[int]bool, moment, patience time.Duration) (outlived int, err error) {
	defer forgetGroups()
	if !HasChildren() {
		return 0, nil
	}
	s := sweep{known: known, found: map[int]bool{}, had: had{}}
	awake := newAwake(25 * time.Millisecond)
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		strays, err := s.look()
		if err != nil || len(strays) == 0 {
			return len(s.found), err
		}
		starved := s.had.little(s.tree, moment/fair)
		since := awake.look()
		if since >= moment && !starved || since >= moment+starving {
			if err := s.freeze(); err != nil {
				return len(s.found), err
			}
			s.signal(syscall.SIGKILL)
		}
		if since > moment+starving+patience {
			return len(s.found), errSurvivors(strays)
		}
		time.Sleep(pause)
	}
}

// sweep is one sweep on its way.
type sweep struct {
	known map[int]bool
	self  Process
	tree  []Process    // the strays and their descendants, as they were seen last
	found map[int]bool // all that outlived
	had   had
}

// fair is the part of a core, as one in so many, that lets a process do in a moment what it has to.
const fair = 4

// starving is how much longer than the moment a process may have that is not let run.
const starving = 5 * time.Second

// had is the CPU time that processes had used when they were first seen.
type had map[int]time.Duration

// little tells whether one of those that would run, or that wait for the disk, has used less than enough since the first look.
// Who came later does not count: what goes on forking always has a process that is new.
func (h had) little(of []Process, enough time.Duration) (found bool) {
	first := len(h) == 0
	for _, p := range of {
		if first {
			h[p.PID] = p.CPU
		}
		before, seen := h[p.PID]
		found = found || seen && (p.State == 'R' || p.State == 'D') && p.CPU-before < enough
	}
	return found
}

// look reaps the strays that have ended, and gives all that there are.
func (s *sweep) look() (strays []Process, err error) {
	self, table, err := Table()
	if err != nil {
		return nil, err
	}
	s.self = self
	strays, s.tree = Strays(self, table, s.known), nil
	for _, p := range strays {
		if p.State == 'Z' {
			reap(p.PID)
			continue
		}
		s.tree = append(s.tree, p)
		s.tree = append(s.tree, Descendants(p, table)...)
	}
	return strays, nil
}

// freeze stops all of them, again and again until no more come: who is killed one by one starts others meanwhile.
func (s *sweep) freeze() error {
	for range maxLooks {
		s.catch()
		before := len(s.found)
		for _, p := range s.tree {
			if p.State != 'Z' {
				s.found[p.PID] = true
			}
		}
		if len(s.found) == before {
			break
		}
		s.signal(syscall.SIGSTOP)
		if _, err := s.look(); err != nil {
			return err
		}
	}
	return nil
}

// catch stops strays as soon as they are seen. In a chain of which each starts the next and ends at once, who is in a table has
// gone before the whole of it is read.
func (s *sweep) catch() {
	for p := range newcomers {
		if len(Strays(s.self, []Process{p}, s.known)) > 0 && p.Group > 1 {
			_ = syscall.Kill(-p.Group, syscall.SIGSTOP)
			s.tree = append(s.tree, p)
		}
	}
}

// maxLooks is how often is looked for more at most, before those that were found are killed.
const maxLooks = 50

// signal goes to their groups, since who is just being started is in one already: the strays' sessions have no others in
// them.
func (s *sweep) signal(sig syscall.Signal) {
	sent := map[int]bool{}
	for _, p := range s.tree {
		switch {
		case p.Group <= 1: // of another namespace
			_ = syscall.Kill(p.PID, sig)
		case !sent[p.Group]:
			sent[p.Group] = true
			_ = syscall.Kill(-p.Group, sig)
		}
	}
}

// Reap waits for the children that have ended, and tells whether there are others.
func Reap() (left bool) {
	for {
		switch pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); {
		case err == syscall.EINTR || pid > 0:
		case err != nil:
			return false
		default:
			return true
		}
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

// Ask asks a child and its tree to end, and what it has lost to this process as a stray: each is sent TERM once, whatever
// its group or session, and CONT, since who is stopped does not hear it. Where the tree is not known, only the group is
// asked.
func (c *Child) Ask(known map[int]bool) {
	self, table, _ := Table()
	tree := Descendants(Process{PID: c.PID}, table)
	for _, p := range Strays(self, table, known) {
		if p.PID != c.PID {
			tree = append(append(tree, p), Descendants(p, table)...)
		}
	}
	c.Signal(syscall.SIGTERM)
	c.Signal(syscall.SIGCONT)
	for _, p := range tree {
		if p.Group != c.PID && p.Group != self.Group {
			_ = syscall.Kill(p.PID, syscall.SIGTERM)
			_ = syscall.Kill(p.PID, syscall.SIGCONT)
		}
	}
}
