package executors

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/results"
)

// descriptors sets the limit on open files of this process for the rest of the test; Go programs that it starts raise
// theirs again.
func descriptors(t *testing.T, limit uint64) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Skip(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: limit, Max: before.Max}); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Error(err)
		}
	})
}

func TestFewDescriptors(t *testing.T) {
	if os.Getenv("RUNNER_TEST_FEW") == "" {
		again := exec.Command("/bin/sh", "-c", `ulimit -n 40; exec "$0" -test.run='^TestFewDescriptors$'`, os.Args[0])
		again.Env = append(os.Environ(), "RUNNER_TEST_FEW=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	for _, name := range real {
		ok(t, run(t, name, "square", 2, args{"n": 2}, args{"n": 3}))
	}
}

// TestNoDescriptors: a cell that cannot be run now is not one that this machine cannot run, which no check looks at.
func TestNoDescriptors(t *testing.T) {
	dir := t.TempDir()
	descriptors(t, 3)
	o := Run(t.Context(), Job{Executor: "serial", Workers: 1, Workload: "square", Tasks: []args{{"n": 1}}, Dir: dir})
	if o.Status != results.Crash || !strings.Contains(o.Reason, "too many open files") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}

// TestSeenLate: a runner that was stopped, as by Ctrl-Z, sees the end of its trial and the timeout at once.
func TestSeenLate(t *testing.T) {
	for range 20 {
		tr, err := start(Job{Executor: "serial", Workers: 1, Tasks: []args{{}}, Dir: t.TempDir(), Program: []string{"/bin/sh", "-c", "exit 3"}, Timeout: time.Nanosecond})
		if err != nil {
			t.Fatal(err)
		}
		<-tr.child.Ended
		tr.attend(t.Context())
		if o := tr.observation(); o.Status != results.Crash {
			t.Fatalf("%s: %s", o.Status, o.Reason)
		}
	}
}

func TestEnvironmentKeepsTheRole(t *testing.T) {
	for _, role := range []string{"", roleTrial} {
		for _, entry := range environment(map[string]string{roleVariable: "magic", "A": "1"}, role) {
			if value, is := strings.CutPrefix(entry, roleVariable+"="); is && value != role {
				t.Errorf("role %q: the environment has %q", role, entry)
			}
		}
	}
}

// TestProgramElsewhere: a program of the job's own runs where the job says.
func TestProgramElsewhere(t *testing.T) {
	elsewhere := t.TempDir()
	job := func(j *Job) { j.WorkDir = elsewhere }
	if o := shell(t, "touch here; "+shAll, job); o.Status != results.OK {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
	if _, err := os.Stat(filepath.Join(elsewhere, "here")); err != nil {
		t.Error(err)
	}
	o := shell(t, shAll, func(j *Job) { j.WorkDir = "/does/not/exist" })
	if o.Status != results.Unavailable || !strings.Contains(o.Reason, "/does/not/exist: no such file") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}

// TestProgramHere: a program is named from where the runner is, and runs elsewhere.
func TestProgramHere(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	if err := os.WriteFile(filepath.Join(here, "shim"), []byte("#!/bin/sh\n"+shAll), 0o700); err != nil {
		t.Fatal(err)
	}
	if o := shell(t, "", func(j *Job) { j.Program = []string{"./shim"} }); o.Status != results.OK {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}
