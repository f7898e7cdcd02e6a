//go:build unix && !linux

package host

import (
	"os"
	"syscall"
)

// newNotes is a file whose name is gone.
func newNotes() (*os.File, error) {
	f, err := os.CreateTemp("", "runner-notes-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// abandoning: nothing is adopted here.
func abandoning(do func() (syscall.WaitStatus, error)) (syscall.WaitStatus, error) { return do() }

// ask asks the groups that the run started: other processes cannot be found here.
func (l left) ask() { l.send(syscall.SIGTERM, syscall.SIGCONT) }

func (l left) lives(had) (any, works, starved bool) { return l.send(0), false, false }

func (l left) kill() (any bool) { return l.send(syscall.SIGKILL) }

func (l left) send(signals ...syscall.Signal) (any bool) {
	for _, g := range l.Groups {
		for _, sig := range signals {
			any = syscall.Kill(-g.Leader, sig) == nil || any
		}
	}
	return any
}

// began: a start is not looked up here.
func began(int) uint64 { return 0 }
