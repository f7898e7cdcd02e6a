package executors

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"

	"bench/runner/internal/host"
)

// launcher is the process of a trial of commands that stays for the next such trial. A command is a fresh process in any
// case; to make a fresh one of what starts it, too, would take three times as long as a short command.
//
// It is handed the four descriptors of each trial through a socket, which is its standard input, and ends with its group
// when that is closed. There it says that it stays, which it does only if nothing of the trial is left (it adopts what its
// commands leave behind) and nothing was done to it.
type launcher struct {
	child  *host.Child
	socket int // our end
	env    []string
	served int
}

// idle is the launcher that waits for the next trial of commands. It belongs to who holds turn.
var idle *launcher

// mostServed is after how many trials and tasks a launcher is replaced: what it has left in memory is the least that can be
// told of the memory of a command.
const mostServed = 5000

// Dismiss ends the process that Run may have kept for the next trial of commands.
func Dismiss() {
	turn <- struct{}{}
	defer func() { <-turn }()
	dismiss()
}

func dismiss() {
	if idle != nil {
		idle.end()
		idle = nil
	}
}

// mayStay tells whether a job's process may be one that was there before. One with limits is watched from its beginning;
// a pinned one leaves its thread pinned.
func mayStay(job Job) bool { return len(job.Commands) > 0 && job.Limits == (Limits{}) && !job.Pin }

// engage hands a trial to the idle launcher if that was started with the same environment, or else to a new one.
func (t *trial) engage(env []string, files []int) (*host.Child, error) {
	l := idle
	idle = nil
	if l != nil && (!slices.Equal(l.env, env) || l.hand(files) != nil) {
		l.end()
		l = nil
	}
	if l == nil {
		var err error
		if l, err = handed(files, func() (*launcher, error) { return newLauncher(env) }); err != nil {
			return nil, err
		}
	}
	t.launcher = l
	return l.child, nil
}

// handed is a launcher begun now that was handed a trial. In place of one that somebody killed before that, another is
// begun: nothing was measured yet.
func handed(files []int, begin func() (*launcher, error)) (*launcher, error) {
	for tries := 1; ; tries++ {
		l, err := begin()
		if err != nil {
			return nil, err
		}
		if err = l.hand(files); err == nil {
			return l, nil
		}
		if l.end(); tries == 3 || !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
			return nil, fmt.Errorf("try %d to hand it the trial: %w", tries, err)
		}
	}
}

func newLauncher(env []string) (*launcher, error) {
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(ends[1])
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		syscall.Close(ends[0])
		return nil, err
	}
	defer null.Close()
	none := null.Fd()
	attr := &syscall.ProcAttr{Dir: "/", Env: env, Files: []uintptr{uintptr(ends[1]), none, none}, Sys: host.OfOwn()}
	child, err := host.StartStanding(func() (*host.Child, error) { return host.Start(host.Self(), []string{host.Self()}, attr) })
	if err != nil {
		syscall.Close(ends[0])
		return nil, err
	}
	host.Expendable(child.PID)
	return &launcher{child: child, socket: ends[0], env: env}, nil
}

// hand gives it the descriptors of a trial.
func (l *launcher) hand(files []int) error {
	return syscall.Sendmsg(l.socket, []byte{0}, syscall.UnixRights(files...), nil, syscall.MSG_NOSIGNAL)
}

// stays takes in whether it can serve another trial, which it says before it closes the events of the last one. It says so
// here, since no command can get at a socket of another process as it can at a pipe.
func (l *launcher) stays() bool {
	if l == nil {
		return false
	}
	var one [1]byte
	n, _, err := syscall.Recvfrom(l.socket, one[:], syscall.MSG_DONTWAIT)
	return err == nil && n == 1
}

// end ends it, between trials, when nothing of a trial is left. It may have ended already.
func (l *launcher) end() {
	l.child.Kill()
	<-l.child.Ended
	syscall.Close(l.socket)
}

// release keeps the launcher of a trial that is over, if it said that it can stay.
func (t *trial) release() {
	switch l := t.launcher; {
	case l == nil:
	case !t.kept:
		syscall.Close(l.socket) // it has ended
	default:
		if l.served += 1 + len(t.job.Tasks); l.served < mostServed {
			idle = l
		} else {
			l.end()
		}
	}
}
