//go:build unix && !linux

package host

import "errors"

var errTable = errors.New("this system does not tell which processes there are")

// Adopt is not possible here: orphans go to the system's first process, and only a trial's own group can be ended.
func Adopt() error { return errTable }

// HasChildren says no: strays never become children of this process here.
func HasChildren() bool { return false }

// Table is not known here.
func Table() (self Process, all []Process, err error) { return Process{}, nil, errTable }

func newcomers(func(Process) bool) {}

func errSurvivors([]Process) error { return errTable }
