package engine

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

// scratch is a run's private directory (0700), in which each trial gets one. It is locked for as long as this process
// lives: one that is not was left behind by a runner that was killed together with its warden, and the next run removes
// it.
type scratch struct {
	path string
	lock *os.File
	made atomic.Int64

	mu    sync.Mutex
	given map[string]host.Stamp // directories of trials, as they were made
	spare string                // one that is still so, for the next trial
}

const scratchPrefix = "runner-trial-"

func newScratch(parent string) (*scratch, error) {
	s, err := privateDir(parent, scratchPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a directory for the trials: %w\n  hint: set TMPDIR to a directory that can be written", err)
	}
	return s, nil
}

// PrivateDir makes a directory that is this process's alone, as that of a run is, called prefix and a number, in parent ("": in
// the system's directory for such). Those of the same prefix that a process has left behind which was killed are removed.
func PrivateDir(parent, prefix string) (path string, remove func(), err error) {
	s, err := privateDir(parent, prefix)
	if err != nil {
		return "", nil, err
	}
	return s.path, s.remove, nil
}

func privateDir(parent, prefix string) (*scratch, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	removeAbandoned(parent, prefix)
	path, err := host.TempDir(parent, prefix)
	if err != nil {
		return nil, err
	}
	lock, _ := lockDir(path) // where there are no locks, nothing is ever found abandoned
	return &scratch{path: path, lock: lock, given: map[string]host.Stamp{}}, nil
}

// next is the directory of one trial.
func (s *scratch) next() (dir string, err error) {
	s.mu.Lock()
	dir, s.spare = s.spare, ""
	s.mu.Unlock()
	if dir != "" {
		return dir, nil
	}
	dir, _ = s.mark()
	if err := os.Mkdir(dir, 0o700); err != nil {
		return dir, err
	}
	if stamp, ok := stampOf(dir); ok {
		s.mu.Lock()
		s.given[dir] = stamp
		s.mu.Unlock()
	}
	return dir, nil
}

// free removes the directory of a trial with what is in it, or keeps it for the next one if it is as it was made: the file
// system takes longer to remove a directory and make another than many a trial does.
func (s *scratch) free(dir string) {
	now, ok := stampOf(dir)
	s.mu.Lock()
	if made, known := s.given[dir]; known && ok && made == now && s.spare == "" {
		s.spare, dir = dir, ""
	} else {
		delete(s.given, dir)
	}
	s.mu.Unlock()
	if dir != "" {
		_ = os.RemoveAll(dir) // what cannot be removed now goes with the whole, or stays
	}
}

// stampOf is that of an empty directory: where the clock of a file system is coarse, a file that was made at once does not
// show in it.
func stampOf(dir string) (stamp host.Stamp, empty bool) {
	f, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return stamp, false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return stamp, false
	}
	stamp, ok := host.StampOf(info)
	_, err = f.Readdirnames(1)
	return stamp, ok && err == io.EOF
}

// mark is a path for a directory that is made elsewhere: nobody has another of that name.
func (s *scratch) mark() (string, error) {
	return filepath.Join(s.path, strconv.FormatInt(s.made.Add(1), 10)), nil
}

func (s *scratch) remove() {
	s.lock.Close()                   // first: to remove takes descriptors, which may be scarce
	if os.RemoveAll(s.path) == nil { // else it is left to the warden, which has its own
		host.Keep(s.path)
	}
}

// lockDir fails if another process has the directory, or if it is not ours.
func lockDir(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !owned(info) {
		f.Close()
		return nil, os.ErrPermission
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func owned(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// youngest is the age from which on a directory without a lock is abandoned, and not just about to be locked.
const youngest = time.Minute

func removeAbandoned(parent, prefix string) {
	entries, _ := os.ReadDir(parent)
	for _, e := range entries {
		number, ours := strings.CutPrefix(e.Name(), prefix)
		if _, err := strconv.ParseUint(number, 10, 64); !ours || err != nil || !e.IsDir() {
			continue
		}
		if info, err := e.Info(); err != nil || time.Since(info.ModTime()) < youngest {
			continue
		}
		path := filepath.Join(parent, e.Name())
		if lock, err := lockDir(path); err == nil {
			_ = os.RemoveAll(path)
			lock.Close()
		}
	}
}
