package executors_test

import (
	"fmt"
	"runtime"
	"testing"

	"bench/runner/executors"
	"bench/runner/internal/host"
	"bench/runner/results"
)

const mib = 1 << 20

// TestLimitsOfCommands: what goes beyond a limit, in whatever process of the tree, ends the trial as a whole.
func TestLimitsOfCommands(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	const sleepers = "for i in 1 2 3 4 5 6 7 8; do sleep %s & done; wait"
	const nested = "(sleep 60 & (sleep 60 & (sleep 60 & sleep 60; wait); wait); wait)"
	short := host.Peak()/mib + 200 // what is below the peak of this process is not known to be another's
	for name, c := range map[string]struct {
		of     *command
		kept   bool
		limits executors.Limits
		reason string // "": it is ok
	}{
		"memory":                 {self(t, "hog 300 3600000"), false, executors.Limits{Memory: 200 * mib}, "limits.memory is 200 MiB"},
		"memory, short":          {&command{Argv: []string{"dd", "if=/dev/zero", "of=/dev/null", fmt.Sprintf("bs=%dM", short+50), "count=1"}}, false, executors.Limits{Memory: short * mib}, fmt.Sprintf("limits.memory is %d MiB", short)},
		"memory of four":         {self(t, "hogs 4 80 3600000"), false, executors.Limits{Memory: 200 * mib}, "limits.memory is 200 MiB"},
		"memory, far away":       {self(t, "away 300 3600000"), false, executors.Limits{Memory: 200 * mib}, "limits.memory is 200 MiB"},
		"memory, left behind":    {sh(`setsid "$0" & sleep 3600`), false, executors.Limits{Memory: 200 * mib}, "limits.memory is 200 MiB"},
		"memory below":           {self(t, "hogs 4 30 400"), false, executors.Limits{Memory: 400 * mib}, ""},
		"memory of a parent":     {self(t, "spawn"), false, executors.Limits{Memory: 220 * mib}, ""},
		"processes":              {sh(fmt.Sprintf(sleepers, "60")), false, executors.Limits{Processes: 9}, "processes: 10 at once, limits.processes is 9"},
		"processes at the limit": {sh(fmt.Sprintf(sleepers, "0.6")), false, executors.Limits{Processes: 10}, ""},
		"processes, nested":      {sh(nested), false, executors.Limits{Processes: 4}, "limits.processes is 4"},
		"processes, endless":     {sh("f() { sleep 0.05; f & f & wait; }; f"), false, executors.Limits{Processes: 30}, "limits.processes is 30"},
		"stdout":                 {sh("yes"), false, executors.Limits{Output: mib}, "output: wrote more than limits.output, 1 MiB"},
		"stderr":                 {sh("yes >&2"), false, executors.Limits{Output: mib}, "output: wrote more than limits.output, 1 MiB"},
		"stderr, stubborn":       {sh("trap '' TERM; while :; do echo y >&2; done"), false, executors.Limits{Output: 64 << 10}, "output: wrote more than limits.output, 64 KiB"},
		"kept stdout":            {sh("yes"), true, executors.Limits{Output: mib}, "output: wrote more than limits.output, 1 MiB"},
		"kept stdout, short":     {sh("printf 12345; printf 1234 >&2"), true, executors.Limits{Output: 8}, "output: wrote more than limits.output, 8 B"},
		"both at the limit":      {sh("printf 12345; printf 1234 >&2"), true, executors.Limits{Output: 9}, ""},
		"output at the limit":    {sh("printf 12345; printf 1234 >&2"), false, executors.Limits{Output: 9}, ""},
		"output above it":        {sh("printf 12345; printf 1234 >&2"), false, executors.Limits{Output: 8}, "output: wrote more than limits.output, 8 B"},
		"open files":             {self(t, "files 100"), false, executors.Limits{OpenFiles: 64}, "open-files: limits.open-files is 64: task 0: exit status 98: open /dev/null: too many open files"},
		"open files below":       {self(t, "files 100"), false, executors.Limits{OpenFiles: 128}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "memory, short" && short+50 > 2047 {
				t.Skipf("this process has had %d MiB itself, and dd takes no more than 2 GiB in one read", host.Peak()/mib)
			}
			if name == "memory, left behind" {
				hog := self(t, "hog 300 3600000")
				c.of.Argv, c.of.Env = append(c.of.Argv, hog.Argv[0]), hog.Env
			}
			job := commandJob(t, 1, c.of)
			job.Output, job.Limits = c.kept, c.limits
			o := observe(t, job)
			if c.reason == "" {
				wantStatus(t, o, results.OK, "")
			} else {
				wantStatus(t, o, results.Limit, c.reason)
			}
			if len(unclocked(o.Warnings)) > 0 {
				t.Errorf("warnings are %q", o.Warnings)
			}
		})
	}
}

// TestFilesOfCommands: all that a trial starts has as many descriptors as the limit says, and no way back.
func TestFilesOfCommands(t *testing.T) {
	job := commandJob(t, 1, sh("ulimit -Sn; ulimit -Hn"))
	job.Output, job.Limits.OpenFiles = true, 99
	o := observe(t, job)
	wantStatus(t, o, results.OK, "")
	if got := fmt.Sprint(o.Results[0].(map[string]any)["stdout"]); got != "99\n99\n" {
		t.Errorf("it has %q", got)
	}
}

// TestLimitOfMany: what several commands keep is added up.
func TestLimitOfMany(t *testing.T) {
	for most, want := range map[int64]results.Status{49: results.Limit, 50: results.OK} {
		var of []*command
		for range 10 {
			of = append(of, sh("printf 12345"))
		}
		job := commandJob(t, 2, of...)
		job.Output, job.Limits.Output = true, most
		if o := observe(t, job); o.Status != want {
			t.Errorf("%d B: %s: %s", most, o.Status, o.Reason)
		}
	}
}
