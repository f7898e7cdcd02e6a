package sqlite

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// sealed: nothing can be written beside the file, so SQLite could not make the -shm file that readers share, and no
// writer has left a -wal file. Such a file does not change, and is read without locks.
func sealed(path string) bool {
	if writable(filepath.Dir(path)) {
		return false
	}
	info, err := os.Stat(path + "-wal")
	return err != nil || info.Size() == 0
}

func writable(path string) bool { return unix.Access(path, unix.W_OK) == nil }

func readable(path string) bool { return unix.Access(path, unix.R_OK) == nil }
