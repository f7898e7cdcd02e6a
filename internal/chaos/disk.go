//go:build linux

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"bench/runner/internal/host"
)

// filler is the file that fills a disk.
const filler = "filler"

// diskFaults harm the database and the directory for temporary files as any user can.
func diskFaults() []fault {
	return []fault{
		{name: "file size", weight: 2, end: code(2), strike: func(r *round, p *runner, chance *rand.Rand) (func(), error) {
			return nothing, bounded(p, unix.RLIMIT_FSIZE, chance.Uint64N(1<<uint(10+chance.IntN(11))))
		}},
		{name: "read-only", weight: 2, end: code(2), early: true, plain: true, strike: readOnly},
		{name: "locked", weight: 2, strike: locked},
		{name: "removed", weight: 1, loses: true, end: code(2), strike: func(r *round, _ *runner, chance *rand.Rand) (func(), error) {
			if chance.IntN(2) == 0 {
				return nothing, os.RemoveAll(filepath.Dir(r.db()))
			}
			return nothing, missingIsFine(os.Remove(r.db()))
		}},
		{name: "TMPDIR removed", weight: 2, taints: true, end: code(0, 1, 2, 3, 4, 5), strike: func(r *round, p *runner, _ *rand.Rand) (undo func(), err error) {
			for range 100 { // runner goes on to make files in it
				if err = os.RemoveAll(r.tmp()); err == nil {
					break
				}
			}
			return r.makeTmp, err
		}},
	}
}

func missingIsFine(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// readOnly takes the right to write from the file and its directory. What was opened before is not concerned.
func readOnly(r *round, p *runner, chance *rand.Rand) (func(), error) {
	dir := filepath.Dir(r.db())
	undo := func() {
		_ = os.Chmod(dir, 0o700)
		_ = os.Chmod(r.db(), 0o600)
	}
	err := missingIsFine(os.Chmod(r.db(), 0o400))
	return undo, errors.Join(err, missingIsFine(os.Chmod(dir, 0o500)), pause(chance))
}

// locked holds the lock of SQLite's writers for a moment, as another process that writes does: in WAL mode it is a byte
// of the index, the 121st (https://sqlite.org/walformat.html#locks).
func locked(r *round, p *runner, chance *rand.Rand) (func(), error) {
	f, err := os.OpenFile(r.db()+"-shm", os.O_RDWR, 0)
	if err != nil {
		return nothing, missingIsFine(err)
	}
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_WRLCK, Start: 120, Len: 1}
	for range 1000 { // it is free between two trials
		if err = unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lock); err == nil || p.ended() {
			break
		}
	}
	return nothing, pause(chance)
}

// mountFaults need a mount namespace of the round's own.
func mountFaults() []fault {
	return []fault{
		{name: "disk full", weight: 4, end: code(2), before: func(r *round) error { return r.small(filepath.Dir(r.db()), "16m") },
			strike: func(r *round, _ *runner, chance *rand.Rand) (func(), error) {
				return fill(filepath.Dir(r.db()), chance.IntN(3)*4096)
			}},
		{name: "TMPDIR full", weight: 2, taints: true, end: code(0, 1, 2, 3, 4, 5), before: func(r *round) error { return r.small(r.tmp(), "4m") },
			strike: func(r *round, _ *runner, _ *rand.Rand) (func(), error) { return fill(r.tmp(), 0) }},
		{name: "TMPDIR read-only", weight: 2, taints: true, strews: true, end: code(0, 1, 2, 3, 4, 5), before: func(r *round) error { return r.small(r.tmp(), "16m") },
			strike: func(r *round, _ *runner, _ *rand.Rand) (func(), error) {
				again := func(flags uintptr) error {
					return unix.Mount("", r.tmp(), "", unix.MS_REMOUNT|unix.MS_BIND|flags, "")
				}
				err := again(unix.MS_RDONLY)
				if err == unix.EBUSY { // something is being written there
					err = nil
				}
				return func() { _ = again(0) }, err
			}},
	}
}

// small puts a small disk over a directory. It goes with the mount namespace.
func (r *round) small(dir, size string) error {
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size="+size); err != nil {
		return fmt.Errorf("mount a small disk: %w", err)
	}
	return nil
}

// fill leaves so many bytes free at most.
func fill(dir string, free int) (undo func(), err error) {
	path := filepath.Join(dir, filler)
	f, err := os.Create(path)
	if err != nil {
		return nothing, missingIsFine(err)
	}
	defer f.Close()
	undo = func() { _ = os.Remove(path) }
	for block := 1 << 16; block >= 512; {
		if _, err = f.Write(make([]byte, block)); err != nil {
			block /= 2
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return undo, err
	}
	info, err := f.Stat()
	if err == nil {
		err = f.Truncate(max(0, info.Size()-int64(free)))
	}
	return undo, err
}

// keptOut starts this process anew without the rights by which root reads and writes every file; its children do not get
// them either. It does not return where it succeeds.
func keptOut(task string) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, right := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, right, 0, 0, 0); err != nil {
			return fmt.Errorf("drop a right of root: %w", err)
		}
	}
	return syscall.Exec(host.Self(), os.Args, append(os.Environ(), roundVariable+"="+task, plainVariable+"=1"))
}
