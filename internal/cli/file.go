package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeFile writes a whole file or none; what is no file, such as /dev/stderr or a pipe, it writes to.
func writeFile(file string, write func(io.Writer) error) error {
	if whole, err := filepath.EvalSymlinks(file); err == nil {
		file = whole
	}
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return writeInto(file, write)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".runner-report-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, reason(err))
	}
	defer os.Remove(tmp.Name())
	err = write(tmp)
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

func writeInto(file string, write func(io.Writer) error) error {
	w, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write %s: %w", file, reason(err))
	}
	err = write(w)
	if closeErr := w.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, reason(err))
	}
	return nil
}
