package engine

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestAbandonedScratch: what a killed runner left is removed, and nothing else.
func TestAbandonedScratch(t *testing.T) {
	parent := t.TempDir()
	elsewhere := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(elsewhere, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	directory := func(name string, at time.Time) string {
		path := filepath.Join(parent, name)
		if err := os.MkdirAll(filepath.Join(path, "1"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		return path
	}
	abandoned := directory(scratchPrefix+"1", old)
	young := directory(scratchPrefix+"2", time.Now())
	foreign := directory(scratchPrefix+"notes", old)
	held := directory(scratchPrefix+"3", old)
	lock, err := lockDir(held)
	if err != nil {
		t.Skip(err)
	}
	defer lock.Close()
	link := filepath.Join(parent, scratchPrefix+"4")
	if err := os.Symlink(filepath.Dir(elsewhere), link); err != nil {
		t.Fatal(err)
	}

	s, err := newScratch(parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{young, foreign, held, link, elsewhere, s.path} {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("removed: %v", err)
		}
	}
	if _, err := os.Lstat(abandoned); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", abandoned, err)
	}
	if _, err := lockDir(s.path); err == nil {
		t.Error("the run's own directory is not locked")
	}
	s.remove()
	if _, err := os.Lstat(s.path); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", s.path, err)
	}
}

// TestPrivateDir: each kind of directory has its own prefix, and what is of another stays.
func TestPrivateDir(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("TMPDIR", parent)
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"runner-agent-1", scratchPrefix + "1"} {
		path := filepath.Join(parent, name)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := lockDir(parent)
	if err != nil {
		t.Skip("there are no locks here:", err)
	}
	lock.Close()
	path, remove, err := PrivateDir("", "runner-agent-")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(parent, "runner-agent-1")); !os.IsNotExist(err) {
		t.Errorf("what an agent left that was killed is still there: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(parent, scratchPrefix+"1")); err != nil {
		t.Errorf("removed: %v", err)
	}
	if _, err := lockDir(path); err == nil {
		t.Error("it is not locked")
	}
	remove()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", path, err)
	}
}

// TestDirectoriesUsedAgain: the next trial gets the directory of the one before only if that is as it was made.
func TestDirectoriesUsedAgain(t *testing.T) {
	s, err := newScratch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	precious := filepath.Join(t.TempDir(), "precious")
	if err := os.Mkdir(precious, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(dir string) error
		again  bool
	}{
		"nothing":             {func(string) error { return nil }, runtime.GOOS == "linux"},
		"a file":              {func(dir string) error { return os.WriteFile(filepath.Join(dir, ".x"), nil, 0o600) }, false},
		"a directory":         {func(dir string) error { return os.Mkdir(filepath.Join(dir, "x"), 0o700) }, false},
		"others may write":    {func(dir string) error { return os.Chmod(dir, 0o777) }, false},
		"nobody may read":     {func(dir string) error { return os.Chmod(dir, 0o300) }, false},
		"removed":             {os.Remove, false},
		"a link in its place": {func(dir string) error { return errors.Join(os.Remove(dir), os.Symlink(precious, dir)) }, false},
		"a file in its place": {func(dir string) error { return errors.Join(os.Remove(dir), os.WriteFile(dir, nil, 0o600)) }, false},
		"a file that came, went": {func(dir string) error {
			file := filepath.Join(dir, "x")
			return errors.Join(os.WriteFile(file, nil, 0o600), os.Remove(file))
		}, false},
		"a mode that came, went": {func(dir string) error { return errors.Join(os.Chmod(dir, 0o777), os.Chmod(dir, 0o700)) }, false},
	} {
		dir, err := s.next()
		if err != nil {
			t.Fatal(name, err)
		}
		time.Sleep(20 * time.Millisecond) // the clock of a file system may go by ticks of 10 ms
		if err := c.change(dir); err != nil {
			t.Fatal(name, err)
		}
		s.free(dir)
		next, err := s.next()
		if err != nil {
			t.Fatal(name, err)
		}
		if (next == dir) != c.again {
			t.Errorf("%s: %s, then %s", name, dir, next)
		}
		if entries, err := os.ReadDir(next); err != nil || len(entries) > 0 {
			t.Errorf("%s: the next has %v, %v", name, entries, err)
		}
		if _, err := os.Lstat(dir); !c.again && !os.IsNotExist(err) {
			t.Errorf("%s: it is still there: %v", name, err)
		}
		s.free(next)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}
