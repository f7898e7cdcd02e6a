//go:build unix && !linux

package host

import "errors"

func tree(map[int]bool, int) ([]member, error) { return nil, errTable }

func resident(member) int64 { return 0 }

func proportional(member) int64 { return 0 }

// LimitFiles is not possible here.
func LimitFiles(pid, most int) (allowed int, err error) {
	return most, errors.New("this system does not let one process limit another")
}

// Expendable does nothing here.
func Expendable(pid int) {}

// OutOfMemory is not known here.
func OutOfMemory() int64 { return -1 }
