//go:build unix

package host

import (
	"os"
	"syscall"
	"testing"
)

func TestSeal(t *testing.T) {
	fd, err := syscall.Open(os.DevNull, syscall.O_RDONLY, 0) // for every process that is started
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	inherited := func() bool {
		flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFD, 0)
		if errno != 0 {
			t.Fatal(errno)
		}
		return flags&syscall.FD_CLOEXEC == 0
	}
	if !inherited() {
		t.Fatal("the descriptor is closed at exec anyway")
	}
	if Seal(); inherited() {
		t.Error("processes that are started get it")
	}
}
