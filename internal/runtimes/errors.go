package runtimes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

func errWant(want string) error {
	return fmt.Errorf("%q means no interpreter: give a version such as 3, 3.12 or 2.7, 3.13t for a free-threaded one, "+
		"pypy3, or a path with a slash in it", want)
}

func errStopped(ctx context.Context, want string) error {
	return fmt.Errorf("stopped while looking for Python %s: %w", want, context.Cause(ctx))
}

// errMissing says what was looked for, which candidates were broken, and what there is.
func errMissing(wanted build, broken []error, all []answer) error {
	const most = 3
	var text strings.Builder
	what := wanted.String()
	if wanted.impl == "cpython" {
		what = "Python " + what
	}
	fmt.Fprintf(&text, "no %s found", what)
	for _, err := range broken[:min(len(broken), most)] {
		fmt.Fprintf(&text, "; broken: %v", err)
	}
	if more := len(broken) - most; more > 0 {
		fmt.Fprintf(&text, "; %d more are broken", more)
	}
	var there []string
	for _, a := range sorted(all) {
		if name := a.build.String(); !slices.Contains(there, name) {
			there = append(there, name)
		}
	}
	if len(there) == 0 {
		text.WriteString("; there is no Python at all: install one, or give its path")
	} else {
		fmt.Fprintf(&text, "; there is %s: install the missing one, take one of these, or give a path", strings.Join(there, ", "))
	}
	return errors.New(text.String())
}
