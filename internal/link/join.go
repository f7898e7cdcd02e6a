// Package link connects a process to the broker of a fleet: what it must know for that, and how its names are made.
package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Join is what lets a process take part in a fleet: where its broker is, and the key to it. It is kept in a file that only
// its owner can read, and never stands on a command line.
type Join struct {
	Fleet   string   `json:"fleet"`             // begins every subject and stream of it
	Servers []string `json:"servers,omitempty"` // tls://HOST:PORT
	Socket  string   `json:"socket,omitempty"`  // or the path of a Unix socket on this machine
	CA      string   `json:"ca,omitempty"`      // the one certificate authority to be trusted, as PEM
	Seed    string   `json:"seed,omitempty"`    // of an nkey; a secret
}

const largestJoin = 64 << 10 // B

// ReadJoin reads a join file, which nobody but its owner may be able to read.
func ReadJoin(path string) (Join, error) {
	var j Join
	f, err := os.Open(path)
	if err != nil {
		return j, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return j, err
	}
	if !info.Mode().IsRegular() {
		return j, fmt.Errorf("%s is no regular file", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return j, fmt.Errorf("others can read %s, which holds a key: chmod 600 it", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, largestJoin))
	if err != nil {
		return j, err
	}
	return ParseJoin(text)
}

// ParseJoin reads the text of a join file.
func ParseJoin(text []byte) (Join, error) {
	var j Join
	if err := json.Unmarshal(text, &j); err != nil {
		return j, fmt.Errorf("this is no join file: %w", err)
	}
	return j, j.valid()
}

func (j Join) valid() error {
	switch {
	case !word(j.Fleet):
		return fmt.Errorf("the join file names the fleet %q: letters, digits, _ and - are allowed", j.Fleet)
	case j.Socket == "" && len(j.Servers) == 0:
		return errors.New("the join file names no broker")
	case j.Socket != "" && !filepath.IsAbs(j.Socket):
		return fmt.Errorf("the join file names the socket %q: an absolute path is needed", j.Socket)
	}
	return nil
}

// word tells whether a text may be part of a subject, a stream's name and a file's.
func word(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

// Write makes a join file of mode 0600. It never follows a link, and replaces only a file of our own.
func (j Join) Write(path string) error {
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
		return errors.Join(err, syscall.Unlink(f.Name()))
	}
	return nil
}

// Subject is a subject of the fleet: runner.FLEET.a.b for a, b.
func (j Join) Subject(parts ...string) string {
	return "runner." + j.Fleet + "." + strings.Join(parts, ".")
}

// Stream is the name of a stream of the fleet.
func (j Join) Stream(kind, of string) string { return kind + "_" + j.Fleet + "_" + of }
