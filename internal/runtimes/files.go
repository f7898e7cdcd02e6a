package runtimes

import (
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// inside is the interpreter of an installation or a virtual environment: one, or none.
func inside(root, from string, hint build) []candidate {
	bin := filepath.Join(root, "bin")
	for _, name := range []string{"python", "python3", "python2", "pypy3"} {
		if path := filepath.Join(bin, name); exists(path) {
			return []candidate{{path, from, hint}}
		}
	}
	if named := commands(bin, from); len(named) > 0 {
		return []candidate{{named[0].path, from, hint}}
	}
	return nil
}

var commandPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:python|pypy)(?:[0-9](?:\.[0-9]{1,3})?t?)?$`)
})

// commands are the files of a directory that are named like interpreters, not python3-config.
func commands(dir, from string) []candidate {
	entries, _ := os.ReadDir(dir)
	var list []candidate
	for _, e := range entries {
		if commandPattern().MatchString(e.Name()) {
			list = append(list, candidate{filepath.Join(dir, e.Name()), from, parseName(e.Name())})
		}
	}
	return list
}

// upwards is dir and its parents up to the root of the repository; outside of one it is dir alone.
func upwards(dir string) []string {
	var list []string
	for d := dir; ; d = filepath.Dir(d) {
		list = append(list, d)
		if exists(filepath.Join(d, ".git")) {
			return list
		}
		if d == filepath.Dir(d) {
			return list[:1]
		}
	}
}

// identity is the same for two paths of one interpreter. A virtual environment is one of its own, though its python is
// a link to another's.
func identity(path string) string {
	bin := filepath.Dir(path)
	if exists(filepath.Join(bin, "../pyvenv.cfg")) || exists(filepath.Join(bin, "pyvenv.cfg")) {
		path = bin
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// exists is true also for a link to nothing: that is a broken interpreter, not a missing one.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func absolute(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}
