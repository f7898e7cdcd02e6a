package executors

import (
	"errors"
	"runtime"
	"strings"
	"syscall"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
)

// What a trial uses is looked at so often, and less often where a look takes long: a twentieth of a core is spent on it
// at most.
//
// The system's own limit on memory (RLIMIT_DATA) is no help: it is of one process, and of what is reserved. Twenty threads
// of CPython reserve 170 MB, and use 14; a Go program that does nothing reserves 45 MB, and uses 2.
const (
	lookEvery = 20 * time.Millisecond
	lookShare = 20
	lookAtAll = 10_000 // processes, where their number has no limit
)

// outOfMemory tells how many processes the system has ended for want of memory; tests have another.
var outOfMemory = host.OutOfMemory

// bound is done to the trial's process when it has just been started, before it is asked anything.
func (t *trial) bound() {
	defer host.Expendable(t.child.PID)
	most := t.job.Limits.OpenFiles
	if most == 0 || len(t.job.Program) == 0 { // a process of this program bounds itself
		return
	}
	allowed, err := host.LimitFiles(t.child.PID, most)
	switch {
	case errors.Is(err, syscall.ESRCH): // it has ended
	case err != nil:
		t.trouble = append(t.trouble, "limits.open-files could not be set: "+err.Error())
	case allowed < most:
		t.trouble = append(t.trouble, fewerFiles(most, uint64(allowed)))
	}
}

// watch looks at what the trial uses until its process has ended.
func (t *trial) watch() {
	u, kept := t.use, keptFiles(t.job)
	tree, files := u.limits.Memory > 0 || u.limits.Processes > 0, kept != nil && u.limits.Output > 0
	most := lookAtAll
	if u.limits.Processes > 0 {
		most = u.limits.Processes * beyond
	}
	if !tree && !files {
		return
	}
	runtime.LockOSThread() // whose CPU time is read
	defer runtime.UnlockOSThread()
	for next := time.After(lookEvery); ; {
		select {
		case <-t.child.Ended:
			return
		case <-next:
		}
		begin := host.ThreadCPU()
		if tree {
			load, err := host.LoadOf(t.known, u.limits.Memory, most)
			if err != nil {
				t.blind = "limits.memory and limits.processes were not watched: " + err.Error()
			}
			raise(&u.memory, load.Memory)
			raise(&u.processes, int64(load.Processes))
		}
		if files {
			raise(&u.kept, kept())
		}
		u.tell()
		next = time.After(max(lookEvery, lookShare*(host.ThreadCPU()-begin)))
	}
}

// exhausted says of a trial that went wrong whether it did for want of descriptors, which then is its status, or of
// memory.
func (t *trial) exhausted(status results.Status, reason string) (results.Status, string) {
	if status != results.Crash && status != results.Unavailable {
		return status, reason
	}
	if most := t.job.Limits.OpenFiles; most > 0 && (noFiles(reason) || noFiles(t.stderr.why())) {
		return results.Limit, filesReason(reason, most)
	}
	if t.spent >= 0 && strings.Contains(reason, killedBy+"9 ") && outOfMemory() > t.spent {
		reason += ": the system ran out of memory"
	}
	return status, reason
}
