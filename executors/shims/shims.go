// Package shims holds the programs that run a trial's tasks in other languages: one file each, which speaks the protocol
// of docs/shim-protocol.md and begins with a manifest that says what it offers.
//
// A shim is data here: it is written to a directory and started by an interpreter that the caller has found. Its process
// must not inherit the variables that Unset names, such as PYTHON*: they change what is measured. Nothing else is set in
// its environment; that Python leaves no bytecode beside the user's files the shim sees to itself.
package shims

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"runner/executors"
)

// Shim is one language's.
type Shim struct {
	Runtime   string            // the language, as specs name it: python
	Executors []executors.Info  // in the order of the manifest
	Unset     []string          // beginnings of the names of variables that its process must not inherit
	Env       map[string]string // variables that it needs

	file   string   // its name when installed
	argv   []string // what follows the interpreter; directory stands for where it is installed
	source []byte
}

const directory = "{dir}"

// manifest is the JSON object after the word MANIFEST in a shim's source.
type manifest struct {
	Runtime   string            `json:"runtime"`
	File      string            `json:"file"`
	Program   []string          `json:"program"`
	Unset     []string          `json:"unset"`
	Env       map[string]string `json:"env"`
	Executors []executors.Info  `json:"executors"`
}

//go:embed *.py
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
		s, err := parse(source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
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

func parse(source []byte) (Shim, error) {
	_, rest, _ := strings.Cut(string(source), "MANIFEST")
	from := strings.IndexByte(rest, '{')
	if from < 0 {
		return Shim{}, fmt.Errorf("it has no manifest")
	}
	var m manifest
	dec := json.NewDecoder(strings.NewReader(rest[from:]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return Shim{}, fmt.Errorf("its manifest: %w", err)
	}
	for _, e := range m.Executors {
		for i, o := range e.Options {
			if n, ok := o.Default.(float64); ok { // options are whole numbers or text
				e.Options[i].Default = int(n)
			}
		}
	}
	return Shim{
		Runtime: m.Runtime, Executors: m.Executors, Unset: m.Unset, Env: m.Env,
		file: m.File, argv: m.Program, source: source,
	}, nil
}

// Install writes the shim into a directory that only the user can write to: what is there is run. The first trial adds
// what its interpreter caches.
func (s Shim) Install(dir string) error {
	return os.WriteFile(filepath.Join(dir, s.file), s.source, 0o600)
}

// Program is the argv that runs the shim, installed in dir, with an interpreter. Both paths should be absolute: a trial
// has a working directory of its own.
func (s Shim) Program(interpreter, dir string) []string {
	argv := []string{interpreter}
	for _, arg := range s.argv {
		if arg == directory {
			arg = dir
		}
		argv = append(argv, arg)
	}
	return argv
}
