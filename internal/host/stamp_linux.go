package host

import (
	"os"
	"syscall"
)

// Stamp is which file something is, and when it was last changed in any way: its entries, its mode, its attributes.
type Stamp struct {
	device, number uint64
	changed        syscall.Timespec
}

// StampOf reads it from what os.File.Stat gave.
func StampOf(info os.FileInfo) (s Stamp, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if ok {
		s = Stamp{uint64(stat.Dev), stat.Ino, stat.Ctim}
	}
	return s, ok
}
