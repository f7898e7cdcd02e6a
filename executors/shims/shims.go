// Package shims holds the programs that run a trial's tasks in other languages. Each speaks the protocol of
// docs/shim-protocol.md and begins with a manifest, the JSON object after the word MANIFEST, that says what it offers.
//
// A shim is data here: it is written to a directory and started by an interpreter that the caller has found. Its process
// must not inherit the variables that Unset names, such as PYTHON*, and has those of Env: they change what is measured.
// That Python leaves no bytecode beside the user's files the shim sees to itself. To add a language is to add a file.
package shims

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"bench/runner/executors"
)

// Shim is one language's.
type Shim struct {
	Runtime   string            // the language, as specs name it: python
	Executors []executors.Info  // in the order of the manifest
	Unset     []string          // beginnings of the names of variables that its process must not inherit
	Env       map[string]string // variables that it needs

	Interpreter []string // names that its interpreter may have on PATH; none: there is a finder of its own
	Versions    string   // a regular expression of what specs may write as its version
	Default     string   // the version that is meant where a spec names the language alone; "" is any
	Example     string   // a version, for messages

	argv  []string          // what follows the interpreter; directory in it stands for where it is installed
	files map[string][]byte // what is installed
}

const directory = "{dir}"

// manifest is the JSON object after the word MANIFEST in a shim's source.
type manifest struct {
	Runtime     string             `json:"runtime"`
	Files       map[string]string  `json:"files"` // names when installed, and here
	Program     []string           `json:"program"`
	Interpreter []string           `json:"interpreter"`
	Versions    string             `json:"versions"`
	Default     string             `json:"default"`
	Example     string             `json:"example"`
	Unset       []string           `json:"unset"`
	Env         map[string]string  `json:"env"`
	Options     []executors.Option `json:"options"`
	Executors   []struct {
		executors.Info
		Takes []string `json:"takes"` // names of options
	} `json:"executors"`
}

// All that is not Go: a new language needs no line here.
//
//go:embed [^.]*.[^g]*
var sources embed.FS

// read is done once. Its error is a defect of this program, which a test finds.
var read = sync.OnceValues(func() ([]Shim, error) {
	names, err := fs.Glob(sources, "*")
	if err != nil {
		return nil, err
	}
	var all []Shim
	for _, name := range names {
		source, err := sources.ReadFile(name)
		if err != nil {
			return nil, err
		}
		_, rest, found := strings.Cut(string(source), "MANIFEST")
		if !found {
			continue // a part of another
		}
		s, err := parse(rest)
		if err != nil {
			return nil, fmt.Errorf("%s: its manifest: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
})

// All are the shims, by the name of their file.
func All() []Shim {
	all, _ := read()
	return all
}

// Lookup finds the shim of a language.
func Lookup(runtime string) (Shim, bool) {
	for _, s := range All() {
		if s.Runtime == runtime {
			return s, true
		}
	}
	return Shim{}, false
}

// parse reads the first JSON object of a text.
func parse(text string) (s Shim, err error) {
	var m manifest
	dec := json.NewDecoder(strings.NewReader(text[max(0, strings.IndexByte(text, '{')):]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return s, err
	}
	s = Shim{
		Runtime: m.Runtime, Unset: m.Unset, Env: m.Env, Interpreter: m.Interpreter, Versions: m.Versions,
		Default: m.Default, Example: m.Example, argv: m.Program, files: map[string][]byte{},
	}
	for name, source := range m.Files {
		if s.files[name], err = sources.ReadFile(source); err != nil {
			return s, err
		}
	}
	for _, e := range m.Executors {
		for _, name := range e.Takes {
			i := slices.IndexFunc(m.Options, func(o executors.Option) bool { return o.Name == name })
			if i < 0 {
				return s, fmt.Errorf("%s takes %q, which is no option", e.Name, name)
			}
			e.Options = append(e.Options, typed(m.Options[i]))
		}
		s.Executors = append(s.Executors, e.Info)
	}
	return s, nil
}

// typed gives an option's default the type that options have: JSON's numbers are whole here.
func typed(o executors.Option) executors.Option {
	if n, ok := o.Default.(float64); ok {
		o.Default = int(n)
	}
	return o
}

// Install writes the shim's files into a directory that only the user can write to: what is there is run. The first
// trial adds what its interpreter caches.
func (s Shim) Install(dir string) error {
	for name, source := range s.files {
		if err := os.WriteFile(filepath.Join(dir, name), source, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Program is the argv that runs the shim, installed in dir, with an interpreter. Both paths should be absolute: a trial
// has a working directory of its own.
func (s Shim) Program(interpreter, dir string) []string {
	argv := []string{interpreter}
	for _, arg := range s.argv {
		argv = append(argv, strings.ReplaceAll(arg, directory, dir))
	}
	return argv
}
