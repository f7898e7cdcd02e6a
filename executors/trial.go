package executors

import (
	"context"
	"os"
	"sync"
	"syscall"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
)

// How long the runner waits for what should take no time.
const (
	strayMoment   = 50 * time.Millisecond // for a process that is just ending, before it counts as outliving the trial
	sweepPatience = 5 * time.Second       // for killed processes to be gone
	drainPatience = time.Second           // for the ends of the streams, once all writers should be gone

	tidyMoment = 500 * time.Millisecond // from being asked to end to being killed, after an interruption
)

// trial is one trial's process, seen from the runner.
type trial struct {
	job     Job
	report  *report
	stdout  tail
	stderr  tail
	started time.Time
	went    time.Time // when it was told to go
	startup time.Duration
	wall    time.Duration
	cause   results.Status // why the runner ended it; "" if it did not
	strays  int
	trouble []string // warnings of the runner itself
	use     *use
	hasty   bool   // a limit is passed in a way that leaves no time
	blind   string // why a limit could not be watched
	spent   int64  // how often the system had run out of memory before; -1: not known

	child    *host.Child
	launcher *launcher      // whose child it is, if it may stay
	kept     bool           // it stays
	known    map[int]bool   // children of the runner from before the trial
	streams  []*os.File     // ends that are held here
	readers  sync.WaitGroup // of what it writes
	looks    sync.WaitGroup // at what it uses
	steps    chan step
	ready    chan struct{} // closed when the trial's process is
	told     chan struct{} // closed at the end of the events
}

// beforeFirst is done before the first trial. Without Adopt strays cannot be found, and the group alone is killed.
var beforeFirst = sync.OnceFunc(func() {
	_ = host.Adopt()
	host.Seal()
})

// goLine starts the clock.
const goLine = "go\n"

// instruct writes the request, and go when the process is ready. Then stdin stays open until the trial is over: its
// end tells a process that the runner is gone. A process that does not read is found out by the timeout.
func (t *trial) instruct(stdin *os.File, line []byte) {
	if _, err := stdin.Write(line); err != nil {
		return
	}
	select {
	case <-t.ready:
		_, _ = stdin.WriteString(goLine)
	case <-t.child.Ended:
	}
}

// tell is called by the reader of the events.
func (t *trial) tell(s step) {
	if s == stepClosed {
		close(t.told)
	}
	select {
	case t.steps <- s:
	case <-t.child.Ended:
	}
}

// toldAll tells whether a launcher has nothing more to say of the trial.
func (t *trial) toldAll() bool {
	select {
	case <-t.told:
		return t.launcher != nil
	default:
		return false
	}
}

// attend waits until the trial's process has ended, ends it if it must be, and clears away what it left.
func (t *trial) attend(ctx context.Context) {
	var timeout, kill <-chan time.Time
	if t.job.Timeout > 0 {
		timer := time.NewTimer(t.job.Timeout)
		defer timer.Stop()
		timeout = timer.C
	}
	end := func(after time.Duration) {
		if kill == nil {
			kill = time.After(after)
		}
	}
	closed := false // stepClosed was heard
	for stopped := ctx.Done(); ; {
		select {
		case <-t.child.Ended:
			t.clear()
			return
		case <-stopped:
			t.cause, stopped, timeout = results.Interrupted, nil, nil
			t.child.Ask(t.known)
			kill = time.After(min(t.grace(), tidyMoment))
		case <-timeout:
			timeout = nil
			if t.child.EndsWithin(strayMoment) || t.toldAll() { // it did in time, if this process was stopped meanwhile (Ctrl-Z)
				continue
			}
			t.cause = results.Timeout
			t.child.Ask(t.known)
			end(t.grace())
		case far := <-t.use.signal:
			if far {
				t.hasty = true
				t.child.Signal(syscall.SIGKILL)
			}
			if t.cause == "" {
				t.cause, timeout = results.Limit, nil
				if !far {
					t.child.Ask(t.known)
					kill = time.After(t.grace())
				}
			}
		case <-kill:
			if t.child.EndsWithin(strayMoment) { // it has ended by itself, while this process was stopped (Ctrl-Z)
				continue
			}
			if t.toldAll() && !closed { // it may have said that it stays, while this process was stopped
				kill = time.After(strayMoment)
				continue
			}
			t.child.Kill() // alone: who clears up after it has a moment still
		case s := <-t.steps:
			switch s {
			case stepReady:
				t.went = time.Now()
				t.startup = t.went.Sub(t.started)
				close(t.ready)
			case stepBroken:
				t.child.Signal(syscall.SIGKILL)
			case stepClosed:
				closed = true
				stays := t.launcher.stays()
				if t.kept = stays && t.cause == "" && !t.child.Killed(); t.kept {
					t.clear()
					return
				}
				if stays { // it would wait for another trial
					t.child.Signal(syscall.SIGKILL)
				}
				end(t.grace())
			case stepFailed:
				end(t.grace())
			case stepDone:
				end(t.patience())
			}
		}
	}
}

func (t *trial) grace() time.Duration {
	if t.job.Grace > 0 {
		return t.job.Grace
	}
	return defaultGrace
}

// patience is for the end after done, when nothing is measured any more: an interpreter may have much to tidy, a launcher waits
// for signals that are on their way.
func (t *trial) patience() time.Duration { return max(5*t.grace(), 3*lastPatience) }

// end ends what the trial's process has left.
func (t *trial) end() {
	t.wall = t.child.At.Sub(t.started)
	moment := strayMoment
	if t.cause != "" || t.child.Killed() { // what clears up after the others, such as Python's resource tracker, begins when they have ended
		moment = tidyMoment
	}
	if t.hasty {
		moment = 0
	}
	strays, err := host.Sweep(t.known, moment, sweepPatience)
	if err != nil {
		t.trouble = append(t.trouble, err.Error())
	}
	if err != nil || host.Adopt() != nil {
		t.child.Signal(syscall.SIGKILL) // where strays cannot be found, at least the group; else its number may be another's
	}
	if !t.child.Killed() && t.cause == "" {
		t.strays = strays
	}
}

// clear ends what is left of the trial, if its process has ended, then takes in the last of what was written.
func (t *trial) clear() {
	defer t.release()
	if t.kept {
		t.wall = time.Since(t.started)
	} else {
		t.end()
	}
	t.looks.Wait() // one that is on its way may take long, where a large process is just being taken down
	drained := make(chan struct{})
	go func() {
		t.readers.Wait()
		close(drained)
	}()
	if !host.Within(drained, drainPatience) {
		t.trouble = append(t.trouble, "a stream was held open by a process that is not the trial's")
	}
	t.closeStreams()
	<-drained
	if !t.kept {
		t.use.settle(keptFiles(t.job), host.UsageOf(&t.child.Usage).Peak)
	}
	if t.blind != "" {
		t.trouble = append(t.trouble, t.blind)
	}
}
