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

func (m machine) errPlain(want string) error {
	return fmt.Errorf("%q means no %s: give a version such as %s, or a path with a slash in it", want, m.language.Kind, m.language.Example)
}

func (m machine) errStopped(ctx context.Context, want string) error {
	return fmt.Errorf("stopped while looking for %s %s: %w", m.language.title(), want, context.Cause(ctx))
}

// title is the language in messages.
func (l Language) title() string {
	if len(l.Interpreter) == 0 {
		return "Python"
	}
	return l.Kind
}

// errMissing says what was looked for, which candidates were broken, and what there is.
func errMissing(wanted build, broken []error, all []answer) error {
	what := wanted.String()
	if wanted.impl == "cpython" {
		what = "Python " + what
	}
	return missing("no "+what+" found", "there is no Python at all: install one, or give its path", broken, all, func(a answer) string {
		return a.build.String()
	})
}

// errNone is errMissing for a language whose names are all that is known.
func (m machine) errNone(want string, broken []error, all []answer) error {
	what := strings.TrimSpace("no " + m.language.title() + " " + want)
	none := fmt.Sprintf("there is no %s on PATH: install one, or give its path", strings.Join(m.language.Interpreter, " or "))
	return missing(what+" found", none, broken, all, func(a answer) string { return a.Version })
}

// missing is what, then the broken candidates, then what there is, or none.
func missing(what, none string, broken []error, all []answer, name func(answer) string) error {
	const most = 3
	var text strings.Builder
	text.WriteString(what)
	for _, err := range broken[:min(len(broken), most)] {
		fmt.Fprintf(&text, "; broken: %v", err)
	}
	if more := len(broken) - most; more > 0 {
		fmt.Fprintf(&text, "; %d more are broken", more)
	}
	var there []string
	for _, a := range sorted(all) {
		if n := name(a); !slices.Contains(there, n) {
			there = append(there, n)
		}
	}
	if len(there) == 0 {
		text.WriteString("; " + none)
	} else {
		fmt.Fprintf(&text, "; there is %s: install the missing one, take one of these, or give a path", strings.Join(there, ", "))
	}
	return errors.New(text.String())
}
