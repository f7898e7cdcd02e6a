package executors

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
)

// started runs a command and gives what its shell said on stderr: the number of the process that started it.
func started(t *testing.T, text string, change ...func(*Job)) (parent string, o Observation) {
	t.Helper()
	job := commandsOf(&Command{Argv: []string{"sh", "-c", "echo $PPID >&2; " + text}})
	job.Executor, job.Workers, job.Dir, job.WorkDir, job.Output = "serial", 1, t.TempDir(), "", false
	for _, c := range change {
		c(&job)
	}
	o = Run(t.Context(), job)
	parent, _, _ = strings.Cut(o.Stderr, "\n")
	return parent, o
}

func TestALauncherStaysForTheNextTrial(t *testing.T) {
	t.Cleanup(Dismiss)
	first, o := started(t, "true")
	if o.Status != results.OK || first == "" {
		t.Fatalf("%s %q, started by %q", o.Status, o.Reason, first)
	}
	// Nobody reaps the orphan while the command runs, so that its end can be seen.
	const orphan = `p=$( (true >/dev/null & echo $!) ); while [ -e /proc/$p ] && ! grep -q '^State:.Z' /proc/$p/status; do sleep 0.01; done`
	for _, c := range []struct {
		name   string
		text   string
		change func(*Job)
		status results.Status
		stays  bool // for this trial
		after  bool // for the next
	}{
		{"another", "true", func(*Job) {}, results.OK, true, true},
		{"two workers", "true", func(j *Job) { j.Executor, j.Workers = "procs", 2 }, results.OK, true, true},
		{"with variables", "true", func(j *Job) { j.Env = map[string]string{"A": "b"} }, results.OK, true, true},
		{"one that fails", "exit 3", func(j *Job) { j.Grace = time.Minute }, results.Crash, true, true},
		{"one whose orphan has ended", orphan, func(*Job) {}, results.OK, true, true},
		{"one that leaves a process", "sleep 60 & true", func(*Job) {}, results.Leaked, true, false},
		{"with a limit", "true", func(j *Job) { j.Limits.Processes = 100 }, results.OK, false, false},
		{"pinned", "true", func(j *Job) { j.Pin = true }, results.OK, false, false},
		{"one that lowers its starter's priority", "renice -n 19 -p $PPID >/dev/null", func(*Job) {}, results.OK, true, false},
		{"one that bounds its starter's files", "prlimit --pid $PPID --nofile=300", func(*Job) {}, results.OK, true, false},
		{"one that signals its group", "trap '' TERM; kill -TERM 0; exit 0", func(*Job) {}, "", true, false}, // it may have ended before it is told
		{"one that kills what started it", "kill -9 $PPID; sleep 60", func(*Job) {}, results.Crash, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, tool := range []string{"renice", "prlimit"} {
				if _, err := exec.LookPath(tool); err != nil && strings.HasPrefix(c.text, tool) {
					t.Skip("there is no", tool)
				}
			}
			was, _ := started(t, "true")
			got, o := started(t, c.text, c.change)
			if c.status != "" && o.Status != c.status {
				t.Errorf("%s: %s, not %s", o.Status, o.Reason, c.status)
			}
			if (got == was) != c.stays {
				t.Errorf("started by %q, the one before by %q", got, was)
			}
			if next, _ := started(t, "true"); (next == was) != c.after {
				t.Errorf("the next is started by %q, the one before by %q", next, was)
			}
		})
	}
}

// TestALauncherIsKilledAtOnce: one that somebody kills before it is given a trial is replaced, and that leaves alone what
// else this process has started. Where each is killed, the trial crashed, and may go well in the next block.
func TestALauncherIsKilledAtOnce(t *testing.T) {
	service, err := host.Start("/bin/sleep", []string{"sleep", "600"}, &syscall.ProcAttr{Sys: host.OfSession()})
	if err != nil {
		t.Fatal(err)
	}
	defer service.EndsWithin(time.Minute)
	defer service.Kill()
	ours, files, err := streams()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		for i, fd := range files {
			ours[i].Close()
			syscall.Close(fd)
		}
	}()
	for killed := range 5 {
		begun := 0
		l, err := handed(files, func() (*launcher, error) {
			l, err := newLauncher(environment(nil, roleLauncher, goVariables...))
			if begun++; err == nil && begun <= killed {
				l.child.Kill()
				<-l.child.Ended
			}
			return l, err
		})
		if (err == nil) != (killed < 3) || begun != min(killed, 2)+1 {
			t.Errorf("%d killed: %d begun, %v", killed, begun, err)
		}
		if err == nil {
			l.end()
		} else if o := unstarted(Job{Commands: []*Command{{}}}, err); o.Status != results.Crash || !strings.Contains(o.Reason, "try 3 to hand it the trial: broken pipe") {
			t.Errorf("%s: %s", o.Status, o.Reason)
		}
	}
	if service.EndsWithin(strayMoment) {
		t.Error("a service of the run was ended with a launcher")
	}
}

// A trial that takes too long is over when its command is: the launcher does not wait for another then.
func TestALauncherIsNotWaitedFor(t *testing.T) {
	t.Cleanup(Dismiss)
	ended := make(chan Observation, 1)
	go func() {
		_, o := started(t, "exec sleep 3600", func(j *Job) { j.Timeout, j.Grace = 200*time.Millisecond, 2*time.Minute })
		ended <- o
	}()
	select {
	case o := <-ended:
		if o.Status != results.Timeout {
			t.Errorf("%s %q", o.Status, o.Reason)
		}
	case <-time.After(time.Minute):
		t.Fatal("it is waited for")
	}
}

// Variables that tune Go programs are no command's that nobody gave it.
func TestALauncherHandsNothingDown(t *testing.T) {
	t.Cleanup(Dismiss)
	for _, name := range goVariables {
		t.Setenv(name, "") // restored by the test
		os.Unsetenv(name)
	}
	_, o := started(t, "env | grep -E '^(GO|RUNNER_ROLE|RUNNER_OPEN_FILES)' >&2; true")
	if _, rest, _ := strings.Cut(o.Stderr, "\n"); o.Status != results.OK || strings.Contains(rest, "GOGC") || strings.Contains(rest, "RUNNER_ROLE") {
		t.Errorf("%s %q: %q", o.Status, o.Reason, rest)
	}
}

// What a launcher is told of one trial is gone with it.
func TestALauncherHasNothingOfTheTrialBefore(t *testing.T) {
	t.Cleanup(Dismiss)
	secret := func(j *Job) { j.Env = map[string]string{"SECRET": "word"} }
	was, _ := started(t, "true", secret)
	now, o := started(t, `echo "<$SECRET>" >&2`)
	if was != now || !strings.Contains(o.Stderr, "<>") {
		t.Errorf("started by %s, then by %s, with the variables of the trial before: %q", was, now, o.Stderr)
	}
	const trials = 30
	open := func() int { // a few come and go
		list, err := os.ReadDir("/proc/" + now + "/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := open()
	for range trials {
		if next, _ := started(t, "true"); next != now {
			t.Fatalf("started by %s, then by %s", now, next)
		}
	}
	if after := open(); after > before+trials/2 {
		t.Errorf("descriptors add up: %d, and %d after %d trials", before, after, trials)
	}
}

func TestDismissLeavesNothing(t *testing.T) {
	if _, o := started(t, "true"); o.Status != results.OK {
		t.Fatal(o.Status, o.Reason)
	}
	Dismiss()
	Dismiss()
	if known, err := host.Known(); err != nil || len(known) > 0 {
		t.Errorf("children are left: %v, %v", known, err)
	}
}

// The CPU time of a launcher that waits is ours, not that of a neighbour.
func TestALauncherIsNoNeighbour(t *testing.T) {
	t.Cleanup(Dismiss)
	const busy = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"
	before := host.Count()
	_, o := started(t, busy)
	after := host.Count()
	if used := o.Usage.User + o.Usage.System; used == 0 || after.Ours-before.Ours < used/2 {
		t.Errorf("ours grew by %v, and the trial used %v", after.Ours-before.Ours, used)
	}
}

// Who asks whether a signal has come is not kept waiting by a flood of them.
func TestUndisturbedEnds(t *testing.T) {
	catch()
	defer func() {
		listener.mu.Lock() // who listens may still be at it
		listener.of, listener.heard, listener.last = nil, false, nil
		listener.mu.Unlock()
	}()
	for _, before := range []int{0, 1, 100} {
		listener.mu.Lock() // nobody takes in what comes
		for range before {
			_ = syscall.Kill(os.Getpid(), syscall.SIGHUP)
			time.Sleep(time.Millisecond) // the next one would be the same otherwise
		}
		listener.mu.Unlock()
		if quiet := listener.undisturbed(); quiet != (before == 0) {
			t.Errorf("after %d signals: %v", before, quiet)
		}
	}
}
