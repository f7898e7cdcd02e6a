package runtimes

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const python = "python" // the one language that is found without names for it

// Language is what an interpreter is looked for.
type Language struct {
	Kind        string   // python, node
	Interpreter []string // names that it may have on PATH, likeliest first
	Unset       []string // beginnings of the names of variables that change how it starts
	Example     string   // a version, for messages
}

// inquiry is how an interpreter is asked for its version.
type inquiry struct {
	args    []string
	command string // the usual name
	parse   func(output string) (answer, bool)
}

// asking is the machine with the question for a language.
func (m machine) asking(l Language) machine {
	m.language = l
	if len(l.Interpreter) == 0 {
		m.inquiry = inquiry{args: []string{"-E", "-S", "-c", question}, command: python, parse: parse}
		return m
	}
	m.inquiry = inquiry{args: []string{"--version"}, command: l.Interpreter[0], parse: func(output string) (answer, bool) {
		return parseVersion(l.Kind, output)
	}}
	return m
}

// findNamed looks for the names of the language on PATH.
func (m machine) findNamed(ctx context.Context, want, dir string) (Installed, error) {
	if strings.Contains(want, "/") {
		return m.at(ctx, want, dir)
	}
	if !plainPattern().MatchString(want) {
		return Installed{}, m.errPlain(want)
	}
	wanted := build{version: numbers(want)}
	var broken []error
	var there []answer
	for _, c := range m.named(m.language.Interpreter) {
		a, err := m.ask(ctx, c, dir)
		switch {
		case ctx.Err() != nil:
			return Installed{}, m.errStopped(ctx, want)
		case err != nil:
			broken = append(broken, err)
		case wanted.begins(a.build):
			return a.Installed, nil
		default:
			there = append(there, a)
		}
	}
	return Installed{}, m.errNone(want, broken, there)
}

// begins tells whether other is one of the versions that the wanted one is the beginning of.
func (wanted build) begins(other build) bool {
	n := len(wanted.version)
	return n <= len(other.version) && slices.Equal(wanted.version, other.version[:n])
}

var plainPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9]{1,9}(\.[0-9]{1,9}){0,3})?$`)
})

var versionPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([0-9]{1,9}(?:\.[0-9]{1,9}){1,3})(?:-[0-9A-Za-z.]{1,40})?`)
})

// parseVersion takes the first text that looks like a version: v20.1.0, or `ruby 3.2.2 (2023-03-30)`.
func parseVersion(kind, output string) (answer, bool) {
	m := versionPattern().FindStringSubmatch(output)
	if m == nil {
		return answer{}, false
	}
	return answer{Installed: Installed{Kind: kind, Name: kind, Version: m[0]}, build: build{impl: kind, version: numbers(m[1])}}, true
}
