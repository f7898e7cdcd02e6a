package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

const largestJoin = 64 << 10 // B

// ReadJoin reads a join file, which nobody but its owner may be able to read. A link to it is followed, as those are made
// where secrets are mounted; what counts is whose the file is and who can read it.
func ReadJoin(path string) (Join, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe that nobody writes to would be waited for
	if err != nil {
		return Join{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Join{}, err
	}
	stat, _ := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.Mode().IsRegular():
		return Join{}, fmt.Errorf("%s is no regular file", path)
	case stat != nil && stat.Uid != 0 && int(stat.Uid) != os.Geteuid():
		return Join{}, fmt.Errorf("%s is another user's: a join file must be your own", path)
	case info.Mode().Perm()&0o077 != 0:
		return Join{}, fmt.Errorf("others can read %s, which holds a key: chmod 600 it", path)
	}
	j, err := ReadJoinFrom(f)
	if err != nil {
		return Join{}, fmt.Errorf("%s: %w", path, err)
	}
	return j, nil
}

// ReadJoinFrom reads what a join file holds from a stream, such as stdin.
func ReadJoinFrom(r io.Reader) (Join, error) {
	text, err := io.ReadAll(io.LimitReader(r, largestJoin+1))
	if err != nil {
		return Join{}, err
	}
	return ParseJoin(text)
}

// Write makes a join file of mode 0600. It never follows a link, and what was there before is replaced at once.
func (j Join) Write(path string) error {
	if err := j.valid(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".join-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
