package stage

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bench/runner/internal/fixtures"
	"bench/runner/spec"
)

func plan(runtimes []spec.Runtime, fixtures ...spec.Fixture) *spec.Plan {
	work := spec.Workload{Name: "sum", Builtin: "sum_primes"}
	own := spec.Workload{Name: "own", File: "dir/own.py", Function: "Machine.run"}
	p := &spec.Plan{Experiment: &spec.Experiment{Workloads: []spec.Workload{work, own, work}, Fixtures: fixtures}}
	for _, rt := range runtimes {
		p.Cells = append(p.Cells, spec.PlannedCell{Workload: &p.Experiment.Workloads[0], Runtime: rt}, spec.PlannedCell{Workload: &p.Experiment.Workloads[1], Runtime: rt})
	}
	return p
}

// interpreter is a program that answers as a Python does when it is asked what it is.
func interpreter(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"python3", "python3.13", "python3.12", "python3.11", "python2.7"} {
		for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
			if path := filepath.Join(dir, name); runs(path) {
				return path
			}
		}
	}
	t.Skip("there is no Python on PATH")
	return ""
}

func runs(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&0o111 != 0
}

func TestPrograms(t *testing.T) {
	python := interpreter(t)
	dir := t.TempDir()
	s, err := Set(context.Background(), plan([]spec.Runtime{
		{Name: "go", Kind: "go"}, {Name: "py", Kind: "python", Version: python, Dir: "."},
		{Name: "none", Kind: "python", Version: "3.999", Dir: "."}, {Name: "lost", Kind: "python", Version: "./no/python", Dir: dir},
	}), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, given := s.Programs["go"]; given || len(s.Programs) != 3 {
		t.Errorf("programs: %v", s.Programs)
	}
	py := s.Programs["py"]
	if py.Missing != "" || len(py.Argv) < 2 || !filepath.IsAbs(py.Argv[0]) || len(py.Unset) == 0 {
		t.Errorf("program: %+v", py)
	}
	for name, want := range map[string]string{"none": "no Python 3.999", "lost": "no interpreter"} {
		if got := s.Programs[name].Missing; !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	here, _ := os.Getwd()
	own := spec.Workload{File: "dir/own.py", Function: "Machine.run"}
	if got := py.Name(&own); got != filepath.Join(here, "dir", "own.py")+":Machine.run" {
		t.Errorf("a function is called %s", got)
	}
	file, function, _ := strings.Cut(py.Name(&spec.Workload{Builtin: "sum_primes"}), ":")
	if text, err := os.ReadFile(file); err != nil || function != "sum_primes" || !strings.Contains(string(text), "def sum_primes(") {
		t.Errorf("the twin is %s in %s: %v", function, file, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestFixtures(t *testing.T) {
	http := spec.Fixture{Name: "http", Settings: map[string]any{"latency": defaultOf("http", "latency"), "body": defaultOf("http", "body")}}
	files := spec.Fixture{Name: "files", Settings: map[string]any{"count": 2, "size": int64(10)}}
	dir := t.TempDir()
	s, err := Set(context.Background(), plan(nil, http, files), dir)
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(s.Values["http.url"], "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatalf("the server does not answer at %q: %v", address, err)
	}
	conn.Close()
	if info, err := os.Stat(filepath.Join(s.Values["files.dir"], "file-1")); err != nil || info.Size() != 10 {
		t.Errorf("files: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("the server answers after Close")
	}
	if _, err := os.Stat(s.Values["files.dir"]); err == nil {
		t.Error("the files are there after Close")
	}
}

// One that cannot be made undoes those before it.
func TestFixtureFails(t *testing.T) {
	files := spec.Fixture{Name: "files", Settings: map[string]any{"count": 1, "size": int64(10)}}
	dir := t.TempDir()
	for name, bad := range map[string]spec.Fixture{
		"no fixture": {Name: "nonesuch"},
		"size":       {Name: "http", Settings: map[string]any{}},
	} {
		place := filepath.Join(dir, name)
		if err := os.Mkdir(place, 0o700); err != nil {
			t.Fatal(err)
		}
		if s, err := Set(context.Background(), plan(nil, files, bad), place); err == nil {
			t.Errorf("%s: %+v and no error", name, s)
		}
		if left, _ := filepath.Glob(filepath.Join(place, "*", "files", "*")); len(left) > 0 {
			t.Errorf("%s: left are %v", name, left)
		}
	}
}

func defaultOf(fixture, setting string) any {
	for _, f := range fixtures.All() {
		for _, p := range f.Params {
			if f.Name == fixture && p.Name == setting {
				return p.Default
			}
		}
	}
	return nil
}
