// Package scripts holds the Python twins of the built-in workloads: one module a workload, with a function of the same
// name. Its arguments are the workload's parameters, all given by name, and it returns what the built-in returns: the same
// algorithm in the same loops, so that a comparison of the two tells of the languages.
//
// A twin runs unchanged on CPython 2.7 and on 3.6 and later, needs nothing but the standard library, and does nothing when
// it is imported. It looks at the bounds of its arguments, not at their types: Bind has seen to those. It is never
// cancelled; its process is killed. To add one: a file here.
package scripts

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed *.py
var files embed.FS

const ending = ".py"

// Names lists the twins in order.
func Names() []string {
	entries, _ := files.ReadDir(".") // which an embedded tree always has
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ending)
	}
	return names
}

// Has tells whether the workload of that name has a twin.
func Has(name string) bool {
	_, err := fs.Stat(files, name+ending)
	return err == nil
}

// Install writes the twin to dir as NAME.py, which only its owner may read, and returns its path. It writes over nothing
// and follows no link there.
func Install(dir, name string) (path string, err error) {
	text, err := files.ReadFile(name + ending)
	if err != nil {
		return "", fmt.Errorf("no built-in %q in Python: the built-ins are %s", name, strings.Join(Names(), ", "))
	}
	path = filepath.Join(dir, name+ending)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(path))
	}
	return path, nil
}
