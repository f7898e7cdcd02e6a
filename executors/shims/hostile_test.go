package shims

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bench/runner/results"
)

// TestHostile runs what goes wrong in ways of the language's own, under every executor that there is.
func TestHostile(t *testing.T) {
	eachLine(t, func(t *testing.T, s subject) { s.each(t, hostile) })
}

func hostile(t *testing.T, s subject, executor string) {
	for name, want := range s.hostile {
		t.Run(name, func(t *testing.T) {
			s.spared(t, name, executor, want)
			o := s.trial(t, executor, s.workload(t, name), 3)
			if o.Status != want.status || !strings.Contains(o.Reason, want.reason) {
				t.Errorf("%s: %q, want %s: %q\n%s", o.Status, o.Reason, want.status, want.reason, o.Stderr)
			}
		})
	}
}

// TestValues sends every kind of JSON both ways.
func TestValues(t *testing.T) {
	each(t, func(t *testing.T, s subject, executor string) {
		o := s.trial(t, executor, s.workload(t, "shapes"), 2)
		if o.Status != results.OK {
			t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
		}
		if got, err := json.Marshal(o.Results[1]); err != nil || string(got) != s.shapes {
			t.Errorf("got %s, %v", got, err)
		}
	})
}

// TestPlace: the function finds the scratch directory, its own file as the program, and nothing of the variables that the
// shim unsets but what it needs.
func TestPlace(t *testing.T) {
	t.Setenv("PYTHONUNBUFFERED", "1")
	t.Setenv("NODE_OPTIONS", "--no-deprecation")
	eachInterpreter(t, func(t *testing.T, s subject) {
		job := s.job(t, "procs", s.workload(t, "place"), 1)
		o := s.run(job)
		if o.Status != results.OK {
			t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
		}
		file, _, _ := strings.Cut(job.Workload, ":")
		dir, _ := filepath.EvalSymlinks(job.Dir)
		got := o.Results[0].([]any)
		rest, _ := json.Marshal(got[2:])
		if got[0] != dir || got[1] != file || string(rest) != s.place {
			t.Errorf("%v", got)
		}
	})
}

// TestLoad is about workloads that cannot be loaded, and some that can.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	for _, l := range languages {
		for name, text := range l.files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	eachInterpreter(t, func(t *testing.T, s subject) {
		for work, reason := range s.unloaded {
			o := s.trial(t, "serial", filepath.Join(dir, work), 1)
			if o.Status != results.Crash || !strings.Contains(o.Reason, reason) {
				t.Errorf("%s: %s: %s, want crash: %s", work, o.Status, o.Reason, reason)
			}
		}
		for _, work := range s.loads {
			file, function, _ := strings.Cut(work, " ")
			o := s.trial(t, "serial", s.file(t, file, function), 3)
			if o.Status != results.OK || o.Results[2] != 4 {
				t.Errorf("%s: %s: %s: %v", work, o.Status, o.Reason, o.Results)
			}
		}
	})
	if left, _ := filepath.Glob(filepath.Join(dir, "*c*", "*.pyc")); len(left) > 0 {
		t.Errorf("bytecode was left: %q", left)
	}
}
