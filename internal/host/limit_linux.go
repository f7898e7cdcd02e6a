package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// tree walks down from this process, so that what else runs on the machine costs nothing; a table of all processes would
// be read at each look.
func tree(known map[int]bool, most int) (found []member, err error) {
	self, there := memberOf(os.Getpid())
	if !there {
		return nil, errors.New("/proc does not show this process")
	}
	next, err := childrenOf(self)
	if err != nil { // a kernel without such lists
		return treeOfTable(known, most)
	}
	for first, seen := len(next), map[int]bool{}; len(next) > 0 && len(found) < most; next = next[1:] {
		p, there := memberOf(next[0])
		own := first > 0 // a child of this process
		first--
		if !there || seen[p.pid] || own && (p.session == self.session || known[p.pid] || known[p.session]) {
			continue
		}
		seen[p.pid] = true
		found = append(found, p)
		if !p.ended {
			more, _ := childrenOf(p) // it may have ended meanwhile: its children are ours then, and seen at the next look
			next = append(next, more...)
		}
	}
	return found, nil
}

func treeOfTable(known map[int]bool, most int) (found []member, err error) {
	self, table, err := Table()
	for _, p := range Strays(self, table, known) {
		for _, p := range append(Descendants(p, table), p) {
			if m, there := memberOf(p.PID); there && len(found) < most {
				found = append(found, m)
			}
		}
	}
	return found, err
}

// childrenOf asks each thread: a child belongs to the one that started it.
func childrenOf(p member) (children []int, err error) {
	dir := fmt.Sprintf("/proc/%d/task/", p.pid)
	threads := []string{strconv.Itoa(p.pid)}
	if p.threads > 1 {
		if threads, err = namesIn(dir); err != nil {
			return nil, err
		}
	}
	for i, thread := range threads {
		list, err := os.ReadFile(dir + thread + "/children")
		if err != nil && i == 0 {
			return nil, err
		}
		for _, number := range bytes.Fields(list) {
			if pid, err := strconv.Atoi(string(number)); err == nil {
				children = append(children, pid)
			}
		}
	}
	return children, nil
}

func namesIn(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}

// memberOf reads /proc/PID/stat; there is false once it is reaped.
func memberOf(pid int) (m member, there bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	p, ok := parseStat(data)
	if err != nil || !ok {
		return m, false
	}
	rest := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(rest) < 22 {
		return m, false
	}
	return member{
		pid: pid, parent: p.Parent, session: p.Session, ended: p.State == 'Z' || p.State == 'X',
		threads: int(number(rest[17])), resident: number(rest[21]) * int64(os.Getpagesize()),
	}, true
}

// resident is the size of a process in B, exactly where the kernel has added up the counts of the cores.
func resident(p member) int64 {
	sizes := strings.Fields(read(fmt.Sprintf("/proc/%d/statm", p.pid)))
	if len(sizes) < 2 {
		return 0 // it has ended
	}
	return number(sizes[1]) * int64(os.Getpagesize())
}

// sameMemory is asked before the memory is read: a process that gets its own in between is missed at this look, never
// counted with the memory of its parent.
func sameMemory(a, b int) bool {
	const kcmpVM = 1
	order, _, errno := syscall.Syscall6(unix.SYS_KCMP, uintptr(a), uintptr(b), kcmpVM, 0, 0, 0)
	return errno == 0 && order == 0
}

// proportional is the size of a process in B, in which a page that n processes have counts as an n-th; its resident size
// where the kernel does not tell. A process that is just being started may still have the memory of its parent, not a
// copy of it: it has none of its own.
func proportional(p member) int64 {
	if sameMemory(p.pid, p.parent) {
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p.pid))
	switch pss := field(string(text), "Pss"); {
	case pss != "":
		return kibibytes(pss)
	case err == nil, errors.Is(err, unix.ESRCH):
		return 0 // it has ended
	}
	return resident(p)
}

// LimitFiles bounds the number of descriptors of a process and of what it starts. Where the system allows fewer than
// that, the fewer stay, and allowed says how many.
func LimitFiles(pid, most int) (allowed int, err error) {
	var now unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &now); err != nil {
		return most, err
	}
	bound := min(uint64(most), now.Max)
	err = unix.Prlimit(pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: bound, Max: bound}, nil)
	return int(bound), err
}

// Expendable says to the system that, when it runs out of memory, a process and what it starts is to end before others.
// It is no error where the system does not take that.
func Expendable(pid int) {
	const score = 500 // of 1000; more can be had without privilege, less cannot
	name := fmt.Sprintf("/proc/%d/oom_score_adj", pid)
	if number(strings.TrimSpace(read(name))) < score {
		_ = os.WriteFile(name, []byte(strconv.Itoa(score)), 0)
	}
}

// OutOfMemory is how many processes the system has ended since its start for want of memory; -1 where it does not tell.
func OutOfMemory() int64 {
	vm := read("/proc/vmstat")
	if !strings.Contains(vm, "oom_kill ") {
		return -1
	}
	return value(vm, "oom_kill")
}
