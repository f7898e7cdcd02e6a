package shims

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"runner/executors"
	"runner/executors/executorstest"
	"runner/internal/matrix"
	"runner/results"
	"runner/workloads"
)

// trial runs tasks with n from 0 on, on two workers.
func trial(t *testing.T, argv []string, executor, work string, tasks int, options map[string]any) executors.Observation {
	t.Helper()
	job := executors.Job{
		Cell: matrix.NewCell(matrix.Facet{Name: matrix.Executor, Value: executor}), Runtime: "python", Executor: executor,
		Workers: 2, Workload: work, Program: argv, Dir: t.TempDir(), Timeout: time.Minute, Unset: []string{"PYTHON"},
		Options: map[string]any{"start": "fork", "chunksize": 1},
	}
	for name, v := range options {
		job.Options[name] = v
	}
	for n := range tasks {
		job.Tasks = append(job.Tasks, workloads.Args{"n": n})
	}
	return executors.Run(context.Background(), job)
}

// alike are executors whose results are looked at by the same code, and take the same way, as those of others.
var alike = []string{"threads", "master-worker", "fork", "thread-pool", "asyncio", "subprocess"}

// TestHostile runs what goes wrong in ways of Python's own, under every executor that there is.
func TestHostile(t *testing.T) {
	for name, c := range map[string]struct {
		status results.Status
		reason string
	}{
		"leave":         {results.Crash, "task 1: SystemExit: broken on purpose"},
		"object_result": {results.Crash, "task 1: its result is not JSON: TypeError"},
		"set_result":    {results.Crash, "task 1: its result is not JSON: TypeError"},
		"nan":           {results.Crash, "task 1: its result is not JSON: ValueError"},
		"infinite":      {results.Crash, "task 1: its result is not JSON: ValueError"},
		"endless":       {results.Crash, "task 1: its result is not JSON: "},
		"huge":          {results.Crash, "of JSON: the most is 8 MiB"},
		"raises_badly":  {results.Crash, "task 1: Bad"},
		"old_style":     {results.Crash, "task 1: "},
		"daemon":        {results.Leaked, "1 process outlived"},
		"thread":        {results.OK, ""},
		"close3":        {results.OK, ""},
		"forks":         {results.OK, ""},
		"mapping":       {results.OK, ""},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, argv []string, executor string) {
				if strings.HasSuffix(c.reason, "Error") && slices.Contains(alike, executor) {
					t.Skip("its results go the same way as those of others")
				}
				if executor == "interpreters" && (name == "daemon" || name == "forks" || name == "thread") {
					t.Skip("in an interpreter of several nothing can be forked, and it never ends before its threads do")
				}
				o := trial(t, argv, executor, workload(t, name), 3, nil)
				if o.Status != c.status || !strings.Contains(o.Reason, c.reason) {
					t.Errorf("%s: %q, want %s: %q\n%s", o.Status, o.Reason, c.status, c.reason, o.Stderr)
				}
			})
		})
	}
}

// each runs a test with every executor of every Python that has it.
func each(t *testing.T, test func(t *testing.T, argv []string, executor string)) {
	shim, _ := Lookup("python")
	eachPython(t, func(t *testing.T, python string) {
		argv := program(t, python)
		for _, info := range available(t, python, shim.Executors) {
			t.Run(info.Name, func(t *testing.T) { test(t, argv, info.Name) })
		}
	})
}

// TestValues sends every kind of JSON both ways.
func TestValues(t *testing.T) {
	const shapes = `[1,0.5,"1180591620717411303424",true,null,"text","é世",{"a":[1,2],"b":[]},[1,[1]]]`
	each(t, func(t *testing.T, argv []string, executor string) {
		o := trial(t, argv, executor, workload(t, "shapes"), 2, nil)
		if o.Status != results.OK {
			t.Fatalf("%s: %s\n%s", o.Status, o.Reason, o.Stderr)
		}
		if got, err := json.Marshal(o.Results[1]); err != nil || string(got) != shapes {
			t.Errorf("got %s, %v", got, err)
		}
	})
}

// TestPlace: the function finds the scratch directory, its own file as the program, and nothing of PYTHON* but what keeps
// interpreters of its own from writing bytecode.
func TestPlace(t *testing.T) {
	t.Setenv("PYTHONUNBUFFERED", "1")
	eachPython(t, func(t *testing.T, python string) {
		o := trial(t, program(t, python), "procs", workload(t, "place"), 1, nil)
		file, _, _ := strings.Cut(workload(t, ""), ":")
		got, ok := o.Results[0].([]any)
		if !ok || len(got) != 4 || got[0] == "" || got[1] != file || got[2] != true || got[3] != "PYTHONDONTWRITEBYTECODE" {
			t.Errorf("%s: %s: %v", o.Status, o.Reason, o.Results)
		}
	})
}

// TestStart runs the executors that take a start method with each that is not the default.
func TestStart(t *testing.T) {
	shim, _ := Lookup("python")
	eachPython(t, func(t *testing.T, python string) {
		argv := program(t, python)
		for _, info := range available(t, python, shim.Executors) {
			for _, o := range info.Options {
				for _, start := range o.Choices {
					t.Run(info.Name+" "+start, func(t *testing.T) { started(t, argv, info.Name, start) })
				}
			}
		}
	})
}

func started(t *testing.T, argv []string, executor, start string) {
	options := map[string]any{"start": start, "chunksize": 2}
	before := semaphores()
	o := trial(t, argv, executor, workload(t, "square"), 5, options)
	if strings.Contains(argv[0], "/2.7") && start != "fork" {
		if o.Status != results.Unavailable || !strings.Contains(o.Reason, "no start method "+start) {
			t.Errorf("%s: %s", o.Status, o.Reason)
		}
		return
	}
	if o.Status != results.OK || len(o.Results) != 5 || o.Results[4] != 16 {
		t.Fatalf("%s: %s: %v\n%s", o.Status, o.Reason, o.Results, o.Stderr)
	}
	if o.Usage.CPU() <= 0 || o.Usage.CPU() > 4*o.Phases.Total+200*time.Millisecond {
		t.Errorf("used %v of CPU in %v", o.Usage.CPU(), o.Phases.Total)
	}
	if len(o.Warnings) > 0 {
		t.Errorf("warnings: %q", o.Warnings)
	}
	o = trial(t, argv, executor, workload(t, "kill"), 3, options)
	if o.Status != results.Crash || !strings.Contains(o.Reason, "killed by signal 9") && start != "forkserver" {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
	var left []string
	if !executorstest.Eventually(func() bool { // those of other programs come and go
		left = slices.DeleteFunc(semaphores(), func(name string) bool { return slices.Contains(before, name) })
		return len(left) == 0
	}) {
		t.Errorf("semaphores were left: %q", left)
	}
}

// semaphores are the named ones of multiprocessing on this machine.
func semaphores() []string {
	names, _ := filepath.Glob("/dev/shm/sem.mp-*")
	return names
}

// TestLoad is about workloads that cannot be loaded.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"random.py": "", "needs.py": "import no_such_module", "broken.py": "def f(:", "ends.py": "raise SystemExit(7)",
		"plain.py": "x = 1",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	eachPython(t, func(t *testing.T, python string) {
		argv := program(t, python)
		for work, reason := range map[string]string{
			"random.py:f":   "random.py cannot be imported: ImportError: it hides Python's own module random: rename the file",
			"needs.py:f":    "no_such_module",
			"broken.py:f":   "broken.py cannot be imported: SyntaxError",
			"ends.py:f":     "ends.py cannot be imported: SystemExit: 7",
			"missing.py:f":  "missing.py cannot be imported: ImportError: there is no such file",
			"plain.py:f":    "plain.py has no function f",
			"plain.py:x":    "plain.py has no function x",
			"plain.py:x.y":  "plain.py has no function x.y",
			"plain.py:f\"'": "plain.py has no function f\"'",
		} {
			o := trial(t, argv, "serial", filepath.Join(dir, work), 1, nil)
			if o.Status != results.Crash || !strings.Contains(o.Reason, reason) {
				t.Errorf("%s: %s: %s, want crash: %s", work, o.Status, o.Reason, reason)
			}
		}
		o := trial(t, argv, "serial", workload(t, "Deep.Er.square"), 3, nil)
		if o.Status != results.OK {
			t.Errorf("a function in a class in a class: %s: %s", o.Status, o.Reason)
		}
	})
	if left, _ := filepath.Glob(filepath.Join(dir, "*c*", "*.pyc")); len(left) > 0 {
		t.Errorf("bytecode was left: %q", left)
	}
}
