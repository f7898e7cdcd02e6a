//go:build unix

package host

import (
	"context"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// TurnFile is the file that the runners of one user take turns by on this machine. Nothing but its lock matters.
func TurnFile() string {
	return path.Join(os.TempDir(), fmt.Sprintf("runner-turn-%d", os.Geteuid()))
}

// TakeTurn waits until no other process has the turn, so that two runners do not measure each other, and keeps it until
// done is called or this process ends. It tells waiting of the process that has it, 0 if that is not known, as soon as it has
// to wait. A process that descends from the one that has the turn has it too. After an error, where there can be no such
// file or it has no locks, and once ctx has ended, nobody is kept from anything.
func TakeTurn(ctx context.Context, path string, waiting func(pid int)) (done func(), err error) {
	nothing := func() {}
	for {
		f, err := turnFile(path)
		if err != nil {
			return nothing, err
		}
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case err == syscall.EWOULDBLOCK && descends(holder(f)):
			f.Close()
			return nothing, nil
		case err == syscall.EWOULDBLOCK:
			waiting(holder(f))
			if !lockWhile(ctx, f) {
				return nothing, nil
			}
		case err != nil:
			f.Close()
			return nothing, err
		}
		if current(f, path) {
			if holder(f) != os.Getpid() { // a change would be on its way to the disk when the trial is to be durable
				_ = f.Truncate(0)
				_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
			}
			return func() { f.Close() }, nil // which ends the lock
		}
		f.Close() // it was removed meanwhile: who comes now takes another
	}
}

// ancestor is the last one that was found: to read the table of all processes for each trial takes longer than many a trial.
var ancestor atomic.Int64

// descends tells whether this process is started by another, or by one that is started by it, and so on. Where that cannot
// be seen, who is in a run that is guarded is.
func descends(from int) bool {
	if from > 0 && int64(from) == ancestor.Load() {
		return true
	}
	self, table, err := Table()
	if err != nil {
		return os.Getenv(RunVariable) != ""
	}
	for _, d := range Descendants(Process{PID: from}, table) {
		if d.PID == self.PID && from > 0 {
			ancestor.Store(int64(from))
			return true
		}
	}
	return false
}

// turnFile opens the file, which must be ours: another user's link could lead anywhere.
func turnFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if stat, ok := info.Sys().(*syscall.Stat_t); err != nil || !ok || int(stat.Uid) != os.Geteuid() || !info.Mode().IsRegular() {
		f.Close()
		return nil, os.ErrPermission
	}
	return f, nil
}

// lockWhile waits for the lock as long as ctx lasts; the system gives it to those who wait in turn. It closes the file
// where it does not get it.
func lockWhile(ctx context.Context, f *os.File) bool {
	got := make(chan error, 1)
	go func() {
		err := syscall.EINTR
		for err == syscall.EINTR {
			err, _ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX).(syscall.Errno)
		}
		got <- errno(err)
	}()
	select {
	case err := <-got:
		if err != nil {
			f.Close()
		}
		return err == nil
	case <-ctx.Done():
		go func() {
			<-got
			f.Close()
		}()
		return false
	}
}

func errno(e syscall.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}

// holder is the process that wrote its number last.
func holder(f *os.File) int {
	b := make([]byte, 20)
	n, _ := f.ReadAt(b, 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:n])))
	if err != nil {
		return 0
	}
	return pid
}

func current(f *os.File, path string) bool {
	ours, err1 := f.Stat()
	there, err2 := os.Lstat(path)
	return err1 == nil && err2 == nil && os.SameFile(ours, there)
}
