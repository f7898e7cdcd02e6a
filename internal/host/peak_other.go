//go:build unix && !linux

package host

import "syscall"

const peakUnit = 1 // ru_maxrss is in B on Darwin

// Peak is this process's own peak resident size in B, 0 if it cannot be told.
func Peak() int64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return int64(r.Maxrss) * peakUnit
}

// PrivatePeak is Peak: this system does not tell what is shared.
func PrivatePeak() int64 { return Peak() }
