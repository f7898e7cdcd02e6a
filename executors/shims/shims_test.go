package shims

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"bench/runner/executors"
)

func TestManifests(t *testing.T) {
	all, err := read()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(languages) {
		t.Fatalf("there are %d shims, and %d languages are tested", len(all), len(languages))
	}
	for _, s := range all {
		versions(t, s)
		seen := map[string]bool{}
		for _, e := range s.Executors {
			for _, name := range append(e.Aliases, e.Name) {
				if seen[name] || name == "" {
					t.Errorf("%s: %q is there twice, or empty", s.Runtime, name)
				}
				seen[name] = true
			}
			if e.Doc == "" {
				t.Errorf("%s: %s is not explained", s.Runtime, e.Name)
			}
			for _, o := range e.Options {
				option(t, e.Name, o)
			}
			if known, ok := executors.Lookup(e.Name); ok && known.Info().Workers != e.Workers {
				t.Errorf("%s: %s takes workers in one language and not in another", s.Runtime, e.Name)
			}
		}
		if _, ok := Lookup(s.Runtime); !ok {
			t.Errorf("%s is not found", s.Runtime)
		}
	}
	if _, ok := Lookup("no such"); ok {
		t.Error("a shim that is not there is found")
	}
}

// versions checks what the manifest says of the language's versions.
func versions(t *testing.T, s Shim) {
	re, err := regexp.Compile(s.Versions)
	if err != nil || s.Versions == "" {
		t.Fatalf("%s: %v", s.Runtime, err)
	}
	for _, v := range []string{s.Example, "./bin/own", "/usr/bin/own", "~/own"} {
		if !re.MatchString(v) {
			t.Errorf("%s: %q cannot be written", s.Runtime, v)
		}
	}
	if len(s.Interpreter) == 0 && s.Runtime != "python" {
		t.Errorf("%s: nothing says how its interpreter is called", s.Runtime)
	}
	if s.Default != "" && !re.MatchString(s.Default) {
		t.Errorf("%s: its default cannot be written", s.Runtime)
	}
	for _, v := range []string{"", "no such", "3.", "v3", "3 "} {
		if re.MatchString(v) {
			t.Errorf("%s: %q can be written", s.Runtime, v)
		}
	}
}

func option(t *testing.T, executor string, o executors.Option) {
	switch v := o.Default.(type) {
	case int:
		if v < o.Min {
			t.Errorf("%s: the default of %s is too small", executor, o.Name)
		}
	case string:
		if !slices.Contains(o.Choices, v) {
			t.Errorf("%s: the default of %s is none of its choices", executor, o.Name)
		}
	default:
		t.Errorf("%s: the default of %s is %v", executor, o.Name, o.Default)
	}
}

func TestParse(t *testing.T) {
	for _, bad := range []string{
		``, `no object`, `{"runtime": 1}`, `{"runtimes": "x"}`, `{"files": {"a": "no such file"}}`,
		`{"executors": [{"name": "x", "takes": ["none"]}]}`, `{"runtime": "x"`,
	} {
		if s, err := parse(bad); err == nil {
			t.Errorf("%s was read as %+v", bad, s)
		}
	}
	s, err := parse(` = """ {"runtime": "x", "options": [{"name": "o", "default": 3}], "executors": [{"name": "e", "takes": ["o"]}]} """ {`)
	if err != nil || s.Executors[0].Options[0].Default != 3 {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestProgram: paths are arguments of their own, whatever is in them.
func TestProgram(t *testing.T) {
	dir := filepath.Join(t.TempDir(), `it's "a" $(place) \n;`)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	eachInterpreter(t, func(t *testing.T, s subject) {
		argv := s.install(t, s.path, dir)
		for name := range s.shim(t).files {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", name, info, err)
			}
		}
		for range 2 { // the second time from what the first has cached
			for _, executor := range s.check {
				if o := (subject{s.language, s.path, argv}).trial(t, executor, s.workload(t, "square"), 3); o.Status != "ok" {
					t.Errorf("%s: %s: %s\n%s", executor, o.Status, o.Reason, o.Stderr)
				}
			}
		}
		cached, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", "__pycache__", s.cached))
		old, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", s.cached))
		if s.cached != "" && len(cached)+len(old) < 2 {
			t.Errorf("the shim is compiled at each start")
		}
	})
}

// TestNothingIsLeft: no test leaves bytecode in the repository.
func TestNothingIsLeft(t *testing.T) {
	for _, pattern := range []string{"*.pyc", "*/*.pyc", "__pycache__", "*/__pycache__"} {
		if left, _ := filepath.Glob(pattern); len(left) > 0 {
			t.Errorf("bytecode in the source: %q", left)
		}
	}
}
