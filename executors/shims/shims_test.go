package shims

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"runner/executors"
)

func TestManifests(t *testing.T) {
	all, err := read()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 || all[0].Runtime != "python" {
		t.Fatalf("there are %d shims", len(all))
	}
	for _, s := range all {
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
	shim, _ := Lookup("python")
	if err := shim.Install(dir); err != nil {
		t.Fatal(err)
	}
	names, _ := os.ReadDir(dir)
	for _, f := range names {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
	}
	eachPython(t, func(t *testing.T, python string) {
		argv := shim.Program(python, dir)
		for range 2 { // the second time from what the first has cached
			for _, executor := range []string{"serial", "procs", "subprocess"} {
				if o := trial(t, argv, executor, workload(t, "square"), 3, nil); o.Status != "ok" {
					t.Errorf("%s: %s: %s\n%s", executor, o.Status, o.Reason, o.Stderr)
				}
			}
		}
		cached, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", "__pycache__", "runner_*.pyc"))
		old, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", "runner_*.pyc"))
		if len(cached)+len(old) < 2 {
			t.Errorf("the shim is compiled at each start")
		}
	})
}

// TestCompiles under every interpreter that is here.
func TestCompiles(t *testing.T) {
	for _, version := range []string{"2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"} {
		t.Run("python"+version, func(t *testing.T) {
			path := python(t, version)
			for _, file := range []string{"python.py", "python_processes.py"} {
				const program = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')"
				if out, err := exec.Command(path, "-W", "error", "-c", program, file).CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", file, err, out)
				}
			}
		})
	}
}

// TestNothingIsLeft: no test leaves bytecode in the repository.
func TestNothingIsLeft(t *testing.T) {
	for _, pattern := range []string{"*.pyc", "*/*.pyc", "__pycache__", "*/__pycache__"} {
		if left, _ := filepath.Glob(pattern); len(left) > 0 {
			t.Errorf("bytecode in the source: %q", left)
		}
	}
}
