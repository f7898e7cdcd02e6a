package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// put writes a file: writeFile or replace.
type put func(file string, write func(io.Writer) error) error

// writeFile writes a whole file or none, to a name that somebody typed: a link is followed, and what is no file, such as
// /dev/stderr or a pipe, is written to.
func writeFile(file string, write func(io.Writer) error) error {
	if whole, err := filepath.EvalSymlinks(file); err == nil {
		file = whole
	}
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return writeInto(file, write)
	}
	return replace(file, write)
}

// replace writes a whole file or none, to a name that nobody typed. A link is not followed but replaced: in a folder that
// came with somebody else's work it could lead anywhere.
func replace(file string, write func(io.Writer) error) error {
	var all bytes.Buffer // made before the file is: what is killed while it makes it leaves nothing behind
	if err := write(&all); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".runner-report-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, reason(err))
	}
	defer os.Remove(tmp.Name())
	_, err = all.WriteTo(tmp)
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
