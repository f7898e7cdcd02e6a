//go:build !linux

package host

import (
	"errors"
	"runtime"
)

// CPUs are the numbers of the processors that this process may run on.
func CPUs() []int {
	cpus := make([]int, runtime.NumCPU())
	for i := range cpus {
		cpus[i] = i
	}
	return cpus
}

func quota() float64 { return 0 }

// Pin is not possible here.
func Pin(int) error { return errors.New("this system cannot pin a thread to a core") }

// Unpin has nothing to undo here.
func Unpin() error { return nil }
