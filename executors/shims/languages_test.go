package shims

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/internal/matrix"
	"bench/runner/results"
	"bench/runner/workloads"
)

// language is what the tests know of one. Each has the same workloads in testdata, besides some of its own.
type language struct {
	runtime  string
	ext      string                                                        // of its files in testdata
	versions []string                                                      // that the tests run under, where they are here
	lines    []string                                                      // one of each line of the language, among those
	short    string                                                        // the one of a short run
	find     func(version string) string                                   // the path of an interpreter; "" if there is none
	lacks    func(t *testing.T, path, executor string) bool                // whether that cannot run an executor
	starts   func(t *testing.T, path string, info executors.Info) []string // the choices of the option start, or one

	slow     []string          // executors that start an interpreter for each task
	separate []string          // executors that load the workload more than once
	check    []string          // executors that TestProgram runs
	cached   string            // a pattern of what the interpreter keeps of the shim; "" is nothing
	failure  string            // what is told of a task that fails with "broken on purpose"
	shapes   string            // what the workload shapes gives, in JSON
	place    string            // what the workload place gives after the directory and the file, in JSON
	loads    []string          // files and workloads of testdata that give n*n
	files    map[string]string // files that cannot be loaded
	unloaded map[string]string // workloads in those, and what is told of each

	hostile map[string]outcome                                       // by workload
	spared  func(t *testing.T, workload, executor string, o outcome) // skips what an executor need not, or cannot run
}

type outcome struct {
	status results.Status
	reason string
}

var languages = []*language{&python, &node}

// subject is a language's interpreter of one version, with its shim.
type subject struct {
	*language
	path string
	argv []string
}

// eachInterpreter runs a test with each version of each language in turn; in a short run, with one of each.
func eachInterpreter(t *testing.T, test func(t *testing.T, s subject)) {
	for _, l := range languages {
		l.eachVersion(t, test)
	}
}

// eachLine runs a test that is more about runner than about interpreters with one of each line of a language.
func eachLine(t *testing.T, test func(t *testing.T, s subject)) {
	for _, l := range languages {
		l.under(t, l.lines, test)
	}
}

func (l *language) eachVersion(t *testing.T, test func(t *testing.T, s subject)) {
	l.under(t, l.versions, test)
}

func (l *language) under(t *testing.T, versions []string, test func(t *testing.T, s subject)) {
	for _, version := range versions {
		if testing.Short() && version != l.short {
			continue
		}
		t.Run(l.runtime+version, func(t *testing.T) {
			path := l.interpreter(t, version)
			test(t, subject{l, path, l.install(t, path, t.TempDir())})
		})
	}
}

// interpreter skips the test where there is none.
func (l *language) interpreter(t *testing.T, version string) string {
	t.Helper()
	path := l.find(version)
	if path == "" {
		t.Skipf("there is no %s%s on this machine", l.runtime, version)
	}
	return path
}

func (l *language) shim(t *testing.T) Shim {
	t.Helper()
	shim, ok := Lookup(l.runtime)
	if !ok {
		t.Fatalf("there is no shim for %s", l.runtime)
	}
	return shim
}

// install gives the argv of the installed shim.
func (l *language) install(t *testing.T, path, dir string) []string {
	t.Helper()
	shim := l.shim(t)
	if err := shim.Install(dir); err != nil {
		t.Fatal(err)
	}
	return shim.Program(path, dir)
}

// each runs a test with every executor of every interpreter that has it.
func each(t *testing.T, test func(t *testing.T, s subject, executor string)) {
	eachInterpreter(t, func(t *testing.T, s subject) { s.each(t, test) })
}

func (s subject) each(t *testing.T, test func(t *testing.T, s subject, executor string)) {
	for _, info := range s.available(t) {
		t.Run(info.Name, func(t *testing.T) { test(t, s, info.Name) })
	}
}

// available are the executors that an interpreter should have.
func (s subject) available(t *testing.T) []executors.Info {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(s.shim(t).Executors), func(e executors.Info) bool { return s.lacks(t, s.path, e.Name) })
}

// file is a workload of testdata; the name of its file may be without the language's extension.
func (l *language) file(t *testing.T, name, function string) string {
	t.Helper()
	if filepath.Ext(name) == "" {
		name += l.ext
	}
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path + ":" + function
}

// workload is a function of the hostile ones.
func (l *language) workload(t *testing.T, name string) string { return l.file(t, "hostile", name) }

// job has tasks with n from 0 on, for two workers.
func (s subject) job(t *testing.T, executor, work string, tasks int) executors.Job {
	t.Helper()
	job := executors.Job{
		Cell: matrix.NewCell(matrix.Facet{Name: matrix.Executor, Value: executor}), Runtime: s.runtime, Executor: executor,
		Workers: 2, Workload: work, Program: s.argv, Dir: t.TempDir(), Timeout: time.Minute, Unset: s.shim(t).Unset,
		Options: map[string]any{"start": "fork", "chunksize": 1},
	}
	for n := range tasks {
		job.Tasks = append(job.Tasks, workloads.Args{"n": n})
	}
	return job
}

func (s subject) trial(t *testing.T, executor, work string, tasks int) executors.Observation {
	t.Helper()
	return s.run(s.job(t, executor, work, tasks))
}

func (s subject) run(job executors.Job) executors.Observation {
	return executors.Run(context.Background(), job)
}

// warned are the warnings of a trial but that about clocks: a full machine hears late of what a trial says.
func warned(o executors.Observation) []string {
	return slices.DeleteFunc(slices.Clone(o.Warnings), func(w string) bool { return strings.HasPrefix(w, "the clocks disagree") })
}

// output is what an interpreter prints.
func output(t *testing.T, path string, args ...string) string {
	t.Helper()
	out, err := exec.Command(path, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
