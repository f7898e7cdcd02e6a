package executors

import (
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/results"
)

const miB = 1 << 20

func onLinux(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
}

// TestLimitsOfFunctions: every executor ends a trial beyond a limit, and lets one below it be.
func TestLimitsOfFunctions(t *testing.T) {
	onLinux(t)
	for _, executor := range real {
		for name, c := range map[string]struct {
			workload string
			n        int
			limits   Limits
			reason   string
		}{
			"memory":           {"hog", 120, Limits{Memory: 200 * miB}, "limits.memory is 200 MiB"},
			"memory below":     {"hog", 40, Limits{Memory: 300 * miB}, ""},
			"output":           {"print", 5000, Limits{Output: 9999}, "output: wrote more than limits.output, 9999 B"},
			"output below":     {"print", 5000, Limits{Output: 10000}, ""},
			"open files":       {"files", 100, Limits{OpenFiles: 64}, "open-files: limits.open-files is 64"},
			"open files below": {"files", 100, Limits{OpenFiles: 400}, ""},
		} {
			job := Job{Executor: executor, Workers: 2, Workload: c.workload, Limits: c.limits, Dir: t.TempDir(), Timeout: time.Minute,
				Tasks: []args{{"n": c.n}, {"n": c.n}}}
			if executor == "serial" {
				job.Workers = 1
				if c.workload == "hog" { // it need not keep what the first task took
					job.Tasks = []args{{"n": 2 * c.n}}
				}
			}
			if c.workload == "print" && executor == "goroutines" {
				job.Workers = 1
			}
			o := Run(t.Context(), job)
			want := results.OK
			if c.reason != "" {
				want = results.Limit
			}
			if o.Status != want || !strings.Contains(o.Reason, c.reason) || len(warned(o.Warnings)) > 0 {
				t.Errorf("%s, %s: %s: %q, warnings %q\n%s", executor, name, o.Status, o.Reason, o.Warnings, o.Stderr)
			}
		}
	}
}

// TestProcessesAreCounted: the trial's process and its two workers are three.
func TestProcessesAreCounted(t *testing.T) {
	onLinux(t)
	for most, want := range map[int]results.Status{2: results.Limit, 3: results.OK} {
		n := 500
		if want == results.Limit { // which ends them, however late it is seen
			n = 60_000
		}
		o := Run(t.Context(), Job{Executor: "procs", Workers: 2, Workload: "sleep", Limits: Limits{Processes: most}, Dir: t.TempDir(),
			Tasks: []args{{"n": n}, {"n": n}}})
		if o.Status != want || want == results.Limit && o.Reason != "processes: 3 at once, limits.processes is 2" {
			t.Errorf("%d: %s: %s", most, o.Status, o.Reason)
		}
	}
}

func TestLimitsOfPrograms(t *testing.T) {
	onLinux(t)
	o := shell(t, shReady+"ulimit -n; ulimit -Hn; cat /proc/$$/oom_score_adj; "+shTask0+shTask1+shDone, func(j *Job) { j.Limits.OpenFiles = 77 })
	if o.Status != results.OK || o.Stdout != "77\n77\n500\n" {
		t.Errorf("%s: %s: %q", o.Status, o.Reason, o.Stdout)
	}
	o = shell(t, "echo 'OSError: [Errno 24] Too many open files' >&2; exit 1", func(j *Job) { j.Limits.OpenFiles = 77 })
	if o.Status != results.Limit || !strings.HasPrefix(o.Reason, "open-files: limits.open-files is 77: exit status 1: OSError") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
	o = shell(t, "echo 'too many open files' >&2; exit 1", nil)
	if o.Status != results.Crash {
		t.Errorf("without a limit: %s: %s", o.Status, o.Reason)
	}
}

// TestMoreFilesThanThereAre is said with the trial, since it may end for want of them before its limit.
func TestMoreFilesThanThereAre(t *testing.T) {
	onLinux(t)
	o := shell(t, shAll, func(j *Job) { j.Limits.OpenFiles = 1 << 30 })
	if o.Status != results.OK || len(warned(o.Warnings)) != 1 || !strings.Contains(warned(o.Warnings)[0], "limits.open-files is 1073741824, and this system allows") {
		t.Errorf("%s: %q", o.Status, o.Warnings)
	}
	o = Run(t.Context(), Job{Executor: "serial", Workers: 1, Workload: "square", Tasks: []args{{"n": 1}}, Dir: t.TempDir(), Limits: Limits{OpenFiles: 1 << 30}})
	if o.Status != results.OK || len(warned(o.Warnings)) != 1 || !strings.Contains(warned(o.Warnings)[0], "this system allows") {
		t.Errorf("%s: %q", o.Status, o.Warnings)
	}
}

// TestOutOfMemory: a death by signal 9 that was none of the runner's may be the system's.
func TestOutOfMemory(t *testing.T) {
	defer func(before func() int64) { outOfMemory = before }(outOfMemory)
	for name, c := range map[string]struct {
		more     int64
		workload string
		said     bool
	}{"killed": {1, "kill", true}, "killed by another": {0, "kill", false}, "ended": {1, "exit", false}} {
		count := int64(7)
		outOfMemory = func() int64 { count += c.more; return count }
		for _, executor := range []string{"serial", "procs"} {
			o := run(t, executor, c.workload, 1, args{"n": 1})
			if said := strings.Contains(o.Reason, "killed by signal 9 (killed): the system ran out of memory"); o.Status != results.Crash || said != c.said {
				t.Errorf("%s, %s: %s: %s", name, executor, o.Status, o.Reason)
			}
		}
	}
}

func TestNoFiles(t *testing.T) {
	for text, want := range map[string]bool{
		"open /dev/null: too many open files":               true,
		"OSError: [Errno 24] Too many open files: 'x'":      true,
		"Error: EMFILE: too many open files, open 'x'":      true,
		"open /dev/null: too many open files in system":     false,
		"OSError: [Errno 23] Too many open files in system": false,
		"exit status 24": false,
		"bash: redirection error: cannot duplicate fd: Bad file de": false,
	} {
		if noFiles(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// TestInherited: what is handed down may be a little more than what this process reads of itself.
func TestInherited(t *testing.T) {
	for _, c := range []struct {
		peak, own int64
		want      bool
	}{{6 << 20, 7 << 20, true}, {7852032, 7700480, true}, {9 << 20, 7 << 20, false}, {100 << 20, 0, true}, {100 << 20, 80 << 20, false}} {
		if inherited(c.peak, c.own) != c.want {
			t.Errorf("%d B, of which %d B may be this process's: %v", c.peak, c.own, !c.want)
		}
	}
}

func TestSizeTexts(t *testing.T) {
	for _, c := range []struct {
		used, limit int64
		text        string
	}{
		{812*miB + 5, 512 * miB, "812 MiB in 512 MiB"},
		{512*miB + 4096, 512 * miB, "524292 KiB in 512 MiB"},
		{1025, 1024, "1025 B in 1 KiB"},
		{20 << 30, 1 << 30, "20 GiB in 1 GiB"},
		{3 << 30, 1 << 30, "3072 MiB in 1 GiB"},
		{3000, 1500, "3000 B in 1500 B"},
	} {
		if got := sizeAbove(c.used, c.limit) + " in " + sizeText(c.limit); got != c.text {
			t.Errorf("%q, want %q", got, c.text)
		}
	}
}

// TestFar: a signal that was not heard yet is not lost, and one that says more takes its place.
func TestFar(t *testing.T) {
	u := newUse(Limits{Output: 100})
	for _, n := range []int{100, 1, 98, 1, 5} {
		u.print(n)
	}
	if far := <-u.signal; !far {
		t.Error("205 of 100 B are not far beyond")
	}
	u = newUse(Limits{Output: 100})
	u.print(150)
	if far := <-u.signal; far {
		t.Error("150 of 100 B are far beyond")
	}
	u = newUse(Limits{Memory: 100, Processes: 10})
	raise(&u.memory, 150)
	raise(&u.processes, 11)
	u.tell()
	if far := <-u.signal; !far {
		t.Error("too much memory hides that processes multiply")
	}
}

// TestSharedMemoryCountsOnce: what a process has before it forks is there once, until it is written to.
func TestSharedMemoryCountsOnce(t *testing.T) {
	onLinux(t)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip(err)
	}
	const text = `
import os, sys, time
b = bytearray(b"x" * (60 << 20))
for _ in range(4):
    if os.fork() == 0:
        if sys.argv[1] == "write":
            for i in range(0, len(b), 4096): b[i] = 1
            time.sleep(3600)
        time.sleep(0.2)
        os._exit(0)
for _ in range(4): os.wait()
`
	for how, want := range map[string]results.Status{"read": results.OK, "write": results.Limit} {
		c := &Command{Argv: []string{python, "-c", text, how}}
		o := Run(t.Context(), Job{Runtime: RuntimeCommand, Executor: "serial", Workers: 1, Commands: []*Command{c}, Tasks: []args{nil},
			Limits: Limits{Memory: 200 * miB}, Dir: t.TempDir()})
		if o.Status != want {
			t.Errorf("%s: %s: %s", how, o.Status, o.Reason)
		}
	}
}

// TestOwnLimitStays: to limit a trial does not limit the runner.
func TestOwnLimitStays(t *testing.T) {
	var before, after syscall.Rlimit
	_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before)
	Run(t.Context(), Job{Executor: "serial", Workers: 1, Workload: "square", Tasks: []args{{"n": 1}}, Dir: t.TempDir(), Limits: Limits{OpenFiles: 64}})
	_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &after)
	if before != after {
		t.Errorf("%v became %v", before, after)
	}
}

// warned are the warnings of a trial but that about clocks, which a busy machine is good for.
func warned(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(w string) bool { return strings.HasPrefix(w, "the clocks disagree") })
}
