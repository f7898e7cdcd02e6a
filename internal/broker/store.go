package broker

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// private makes a directory that nobody else can look into, and locks it: two brokers would spoil each other's streams. The
// lock ends with the process that has it, or when the file is closed.
func private(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR) {
		return nil, fmt.Errorf("%s is no directory: name the directory itself, not a link to it", dir)
	}
	if err != nil {
		return nil, err
	}
	err = ours(f)
	if err == nil {
		err = f.Chmod(0o700)
	}
	if err == nil && syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		err = fmt.Errorf("another broker uses %s: name another directory, or end that one", dir)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// ours wants a file or directory of this user.
func ours(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s is another user's", f.Name())
	}
	return nil
}
