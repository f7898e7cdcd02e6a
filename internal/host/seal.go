//go:build unix

package host

import (
	"os"
	"strconv"
	"syscall"
)

// Seal keeps the descriptors that are open now, above the first three, from the processes that this one starts: whoever
// started it may have left some open, such as a lock, which a process of a trial would hold on to or write to.
func Seal() {
	open, _ := os.ReadDir("/dev/fd") // where it cannot be read, they stay as they are
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}
