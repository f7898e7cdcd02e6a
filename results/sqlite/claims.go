package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// A claim is a lock on one byte of the file FILE-claims, that of the run's number. The kernel drops it with the process
// that holds it, however that ends, so that no claim is ever stale. It belongs to the open descriptor, not to the
// process: two goroutines exclude each other too. It is not a lock on the database itself, since to close any descriptor
// of that would drop the locks that SQLite has on it.

// ErrClaimed is in the error of a claim to a run that somebody else is writing to.
var ErrClaimed = errors.New("another process is measuring this run now")

// Claim marks a run as being written by this process, until release is called or the process ends, by kill -9 too. The
// error is ErrClaimed where another process or goroutine has marked it. The processes that this one starts do not inherit
// it.
func (db *DB) Claim(ctx context.Context, id string) (release func(), err error) {
	if db.readOnly {
		return nil, fmt.Errorf("%s is open for reading only", db.path)
	}
	number, err := db.number(ctx, id)
	if err != nil {
		return nil, err
	}
	fd, err := db.claim(ctx, number)
	if errors.Is(err, ErrClaimed) || errors.Is(err, context.Canceled) {
		return nil, fmt.Errorf("run %s: %w", id, err)
	}
	if err != nil {
		return nil, fmt.Errorf("run %s cannot be claimed: %s: %w; name another file with --db", id, db.claims(), err)
	}
	var done bool
	return func() {
		if !done {
			done = true
			unclaim(db.claims(), fd)
		}
	}, nil
}

// Claimed tells whether a process has claimed a run. Where that cannot be told, because the claims may not be read or the
// file system has no locks, nobody has.
func (db *DB) Claimed(ctx context.Context, id string) (bool, error) {
	number, err := db.number(ctx, id)
	if err != nil {
		return false, err
	}
	fd, err := openClaims(db.claims(), unix.O_RDONLY)
	if err != nil {
		return false, nil
	}
	defer unix.Close(fd)
	return held(fd, number, 1), nil
}

func (db *DB) number(ctx context.Context, id string) (number int64, err error) {
	err = db.retry(ctx, func() (err error) {
		number, err = runNumber(ctx, db.sql, id)
		return err
	})
	return number, err
}

// claims is beside the file itself, as SQLite's -wal file is: two names of one database have the same claims.
func (db *DB) claims() string {
	if whole, err := filepath.EvalSymlinks(db.full); err == nil {
		return whole + "-claims"
	}
	return db.full + "-claims"
}

// claim goes on for as long as it finds a file that is being removed.
func (db *DB) claim(ctx context.Context, number int64) (fd int, err error) {
	for ctx.Err() == nil {
		fd, err = openClaims(db.claims(), unix.O_RDWR|unix.O_CREAT)
		if err != nil {
			return -1, err
		}
		err = lock(fd, number, 1)
		if err == nil && isNamed(fd, db.claims()) {
			return fd, nil
		}
		taken := err != nil && held(fd, number, 1)
		unix.Close(fd)
		switch {
		case taken:
			return -1, ErrClaimed
		case err != nil && err != unix.EAGAIN && err != unix.EACCES:
			return -1, err
		}
		time.Sleep(time.Millisecond)
	}
	return -1, ctx.Err()
}

// unclaim removes the file too if nobody else has a claim in it: that is so if all of it can be locked.
func unclaim(path string, fd int) {
	if lock(fd, 0, 0) == nil && isNamed(fd, path) {
		_ = unix.Unlink(path)
	}
	unix.Close(fd)
}

// openClaims never follows a link, never waits for the other end of a pipe, and leaves the descriptor to no child.
func openClaims(path string, flags int) (fd int, err error) {
	for {
		fd, err = unix.Open(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return -1, err
	}
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil || stat.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return -1, errors.Join(err, fmt.Errorf("not a regular file: remove it: %w", fs.ErrInvalid))
	}
	return fd, nil
}

// isNamed tells whether path is still the name of what was opened.
func isNamed(fd int, path string) bool {
	var opened, there unix.Stat_t
	return unix.Fstat(fd, &opened) == nil && unix.Lstat(path, &there) == nil && opened.Dev == there.Dev && opened.Ino == there.Ino
}

// lock takes n bytes, or with 0 all of them, or fails at once with EAGAIN or EACCES.
func lock(fd int, from, n int64) error {
	for {
		l := unix.Flock_t{Type: unix.F_WRLCK, Start: from, Len: n}
		if err := unix.FcntlFlock(uintptr(fd), setLock, &l); err != unix.EINTR {
			return err
		}
	}
}

// held tells whether another descriptor has locked one of n bytes (0: of all), but not all bytes as for the removal of the
// file.
func held(fd int, from, n int64) bool {
	l := unix.Flock_t{Type: unix.F_RDLCK, Start: from, Len: n}
	if err := unix.FcntlFlock(uintptr(fd), getLock, &l); err != nil {
		return false
	}
	return l.Type != unix.F_UNLCK && l.Len != 0
}
