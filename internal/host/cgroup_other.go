//go:build unix && !linux

package host

import (
	"sync/atomic"
	"syscall"
	"time"
)

// pen is nothing here: there are no cgroups.
type pen struct {
	dir string
	off atomic.Bool
}

func newPen() *pen { return nil }

func (*pen) make() bool { return false }

func penAt(string) *pen { return nil }

func (*pen) admit(*syscall.SysProcAttr) bool { return false }

func dismiss(*syscall.SysProcAttr) {}

func (*pen) remove(time.Duration) {}
