package executors_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/executorstest"
	"bench/runner/results"
	"bench/runner/workloads"
)

type command = executors.Command

// sh is a command of the shell's.
func sh(text string) *command { return &command{Argv: []string{"/bin/sh", "-c", text}} }

// self is this program in the role of a command, see verbs.
func self(t *testing.T, verb string, args ...string) *command {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &command{Argv: append([]string{program}, args...), Env: map[string]string{"RUNNER_TEST_COMMAND": verb}}
}

// commandJob has the tasks in the order of its commands, and a directory in which only what the commands make is.
func commandJob(t *testing.T, workers int, of ...*command) executors.Job {
	job := executors.Job{
		Runtime: executors.RuntimeCommand, Executor: "procs", Workers: workers, Commands: of, Tasks: make([]workloads.Args, len(of)),
		Dir: filepath.Join(t.TempDir(), "trial"), Timeout: time.Minute,
		Env: map[string]string{"RUNNER_TEST_MARK": fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano())},
	}
	if workers == 1 {
		job.Executor = "serial"
	}
	if err := os.Mkdir(job.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return job
}

// observe runs a job, and checks what holds of every trial: no process of it is left, and no file beside its directory.
func observe(t *testing.T, job executors.Job) executors.Observation {
	t.Helper()
	o := executors.Run(t.Context(), job)
	if alive := executorstest.Marked(job.Env["RUNNER_TEST_MARK"]); len(alive) > 0 {
		t.Errorf("alive after the trial: %v", alive)
	}
	if left, err := os.ReadDir(filepath.Dir(job.Dir)); o.Status != results.Timeout && o.Status != results.Interrupted && (len(left) != 1 || err != nil) {
		t.Errorf("left beside the trial's directory: %v, %v", left, err)
	}
	return o
}

func wantStatus(t *testing.T, o executors.Observation, status results.Status, reason string) {
	t.Helper()
	if o.Status != status || !strings.Contains(o.Reason, reason) || strings.Contains(o.Reason, "\n") {
		t.Errorf("%s: %q, want %s: %q\nstderr: %s", o.Status, o.Reason, status, reason, o.Stderr)
	}
}

// TestEveryCommandOnce: each task appends its number to a file, so that one that ran twice or never is seen.
func TestEveryCommandOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 8} {
		for _, tasks := range []int{1, 2, 5, 60} {
			var of []*command
			want := ""
			for n := range tasks {
				of = append(of, sh(fmt.Sprintf("echo %03d >> log; exit %d", n, n%3)))
				of[n].Success = []int{0, 1, 2}
				want += fmt.Sprintf("%03d\n", n)
			}
			job := commandJob(t, workers, of...)
			o := observe(t, job)
			wantStatus(t, o, results.OK, "")
			if err := executorstest.Consistent(o, workers, tasks); err != nil {
				t.Errorf("%d workers, %d tasks: %v", workers, tasks, err)
			}
			log, _ := os.ReadFile(filepath.Join(job.Dir, "log"))
			lines := strings.SplitAfter(strings.TrimSuffix(string(log), "\n")+"\n", "\n")
			if workers > 1 {
				slices.Sort(lines)
			}
			if got := strings.Join(lines, ""); got != want {
				t.Errorf("%d workers, %d tasks: ran %q", workers, tasks, got)
			}
			for n, r := range o.Results {
				if !reflect.DeepEqual(r, map[string]any{"exit": n % 3}) {
					t.Errorf("%d workers: result %d is %v", workers, n, r)
				}
			}
			if len(o.Results) != tasks || o.Runtime.Name != executors.RuntimeCommand || o.Runtime.Path != "/bin/sh" {
				t.Errorf("%d results, runtime %+v", len(o.Results), o.Runtime)
			}
		}
	}
}

// TestCommandsTogether: as many commands run at once as there are workers, and serial has one. Each waits for the others.
func TestCommandsTogether(t *testing.T) {
	for _, workers := range []int{1, 2, 8} {
		var of []*command
		for i := range 24 / workers {
			dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			of = append(of, slices.Repeat([]*command{self(t, fmt.Sprintf("meet %d %s", workers, dir))}, workers)...)
		}
		o := observe(t, commandJob(t, workers, of...))
		wantStatus(t, o, results.OK, "")
		most := 0
		for _, s := range o.Spans {
			at := 0
			for _, other := range o.Spans {
				if other.Start <= s.Start && s.Start < other.End {
					at++
				}
			}
			most = max(most, at)
		}
		if most != workers {
			t.Errorf("%d workers: %d commands at once", workers, most)
		}
	}
}

func TestCommandStatuses(t *testing.T) {
	here := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(here, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain, strange := file("plain", "#!/bin/sh\n", 0o600), file("strange", "\x01\x02", 0o700)
	lost := file("lost", "#!/does/not/exist\n", 0o700)
	for name, c := range map[string]struct {
		second *command // between two that are right
		status results.Status
		reason string
	}{
		"right":             {sh("exit 0"), results.OK, ""},
		"missing on PATH":   {&command{Argv: []string{"sortx"}}, results.Unavailable, "sortx: no such program on PATH"},
		"missing":           {&command{Argv: []string{"/does/not/exist"}}, results.Unavailable, "/does/not/exist: no such file"},
		"below a file":      {&command{Argv: []string{plain + "/x"}}, results.Unavailable, "plain/x: no such file"},
		"no PATH":           {&command{Argv: []string{"sh"}, Env: map[string]string{"PATH": ""}}, results.Unavailable, "sh: no such program on PATH"},
		"PATH of its own":   {&command{Argv: []string{"strange"}, Env: map[string]string{"PATH": "/x:" + here}}, results.Crash, "exec format error"},
		"not executable":    {&command{Argv: []string{plain}}, results.Crash, "task 1: cannot be started: permission denied: make it executable (chmod +x)"},
		"the same on PATH":  {&command{Argv: []string{"plain"}, Env: map[string]string{"PATH": here}}, results.Crash, "task 1: cannot be started: permission denied"},
		"a directory":       {&command{Argv: []string{here}}, results.Crash, "task 1: cannot be started: permission denied: a directory is no program"},
		"format":            {&command{Argv: []string{strange}}, results.Crash, "task 1: cannot be started: exec format error: begin it with"},
		"no interpreter":    {&command{Argv: []string{lost}}, results.Crash, "task 1: cannot be started: no such file or directory: the interpreter"},
		"too much":          {&command{Argv: []string{"sh", strings.Repeat("x", 4<<20)}}, results.Crash, "task 1: cannot be started: argument list too long: give it"},
		"exit 3":            {sh("echo first >&2; echo the reason >&2; exit 3"), results.Crash, "task 1: exit status 3: the reason"},
		"silent exit 3":     {sh("exit 3"), results.Crash, "task 1: exit status 3"},
		"signal 9":          {sh("kill -KILL $$"), results.Crash, "task 1: killed by signal 9 (killed)"},
		"signal 11":         {sh("kill -SEGV $$"), results.Crash, "task 1: killed by signal 11 (segmentation fault)"},
		"its own TERM":      {sh("kill -TERM $$"), results.Crash, "task 1: killed by signal 15 (terminated)"},
		"another success":   {&command{Argv: []string{"sh", "-c", "exit 3"}, Success: []int{0, 3}}, results.OK, ""},
		"0 is no success":   {&command{Argv: []string{"true"}, Success: []int{3}}, results.Crash, "task 1: exit status 0"},
		"missing stdin":     {&command{Argv: []string{"cat"}, Stdin: "/does/not/exist"}, results.Crash, "task 1: its standard input /does/not/exist cannot be read: no such file"},
		"the parent's TERM": {sh("kill -TERM $PPID; sleep 60"), results.Crash, "told to end"},
		"orphan":            {self(t, "orphan"), results.Leaked, "1 process outlived"},
		"no program":        {&command{}, results.Unavailable, "task 1: it has no program"},
		"an empty program":  {&command{Argv: []string{""}}, results.Unavailable, "task 1: it has no program"},
		"a zero byte":       {&command{Argv: []string{"sh", "a\x00b"}}, results.Unavailable, "task 1: argument 1 has a zero byte"},
		"a bad variable":    {&command{Argv: []string{"sh"}, Env: map[string]string{"A=B": ""}}, results.Unavailable, `the variable "A=B"`},
		"nothing":           {nil, results.Unavailable, "task 1: it has no program"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, workers := range []int{1, 2} {
				for _, output := range []bool{false, true} {
					job := commandJob(t, workers, sh("exit 0"), c.second, sh("exit 0"))
					job.Output, job.Grace = output, 10*time.Second
					if name == "the parent's TERM" { // who sleeps on is ended after it
						job.Grace = 200 * time.Millisecond
					}
					o := observe(t, job)
					wantStatus(t, o, c.status, c.reason)
					if (c.status == results.Unavailable) != (o.Runtime.Name == "") { // by which the cell is known to be absent
						t.Errorf("the runtime is %+v", o.Runtime)
					}
					if c.status == results.Leaked && o.Usage.Leaked != 1 {
						t.Errorf("leaked %d", o.Usage.Leaked)
					}
				}
			}
		})
	}
}

// TestRefusedCommands: what makes no sense as a whole.
func TestRefusedCommands(t *testing.T) {
	for reason, change := range map[string]func(*executors.Job){
		`no executor "pool" for commands`:     func(j *executors.Job) { j.Executor = "pool" },
		`no executor "scripted" for commands`: func(j *executors.Job) { j.Executor = "scripted" },
		"1 commands for 2 tasks":              func(j *executors.Job) { j.Tasks = make([]workloads.Args, 2) },
		"a program and commands":              func(j *executors.Job) { j.Program = []string{"sh"} },
		"a directory of the trial's own":      func(j *executors.Job) { j.Dir = "" },
		"0 workers":                           func(j *executors.Job) { j.Workers = 0 },
	} {
		job := commandJob(t, 1, sh("exit 0"))
		change(&job)
		wantStatus(t, executors.Run(t.Context(), job), results.Unavailable, reason)
	}
	if infos := executors.CommandInfos(); len(infos) != 2 || !slices.IsSortedFunc(infos, func(a, b executors.Info) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("executors are %v", infos)
	}
	job := commandJob(t, 2, sh("exit 0"), sh("exit 0"))
	job.Executor = "processes"
	wantStatus(t, observe(t, job), results.OK, "")
}

// TestFailedCommandStopsTheQueue: what comes behind it never starts.
func TestFailedCommandStopsTheQueue(t *testing.T) {
	job := commandJob(t, 1, sh("exit 1"), sh("touch started"))
	wantStatus(t, observe(t, job), results.Crash, "task 0: exit status 1")
	if _, err := os.Stat(filepath.Join(job.Dir, "started")); err == nil {
		t.Error("the second command started")
	}
}

var hostile = []string{
	"", " ", "a b", `"'`, "; rm -rf /", "$(x) `x` ${HOME} $1", "{{n}}", "line\nline\r\n", "*?[]", "-", "--", "\\", "\xff\xfe\x80", "ä\u202e", "=", "~", "#",
	strings.Repeat("x", 100_000),
}

func TestArgumentsReachTheProgram(t *testing.T) {
	file := filepath.Join(t.TempDir(), "argv")
	job := commandJob(t, 1, self(t, "argv "+file, hostile...))
	wantStatus(t, observe(t, job), results.OK, "")
	got, err := os.ReadFile(file)
	if want := strings.Join(hostile, "\x00") + "\x00"; err != nil || string(got) != want {
		t.Errorf("argv is %.300q, %v", got, err)
	}
}

// TestVariablesAndPlaces: the command's variables are over those of the job, which are over the runner's; paths are any
// bytes.
func TestVariablesAndPlaces(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("paths must be text here")
	}
	t.Setenv("RUNNER_TEST_A", "runner")
	t.Setenv("RUNNER_TEST_B", "runner")
	t.Setenv("RUNNER_TEST_C", "runner")
	t.Setenv("TMPDIR", t.TempDir())
	print := `printf '%s\n' "$RUNNER_TEST_A" "$RUNNER_TEST_B" "$RUNNER_TEST_C" "$TMPDIR" "$PWD" "$(pwd -P)" "${RUNNER_ROLE-none}"; cat`
	in := filepath.Join(t.TempDir(), "in\n\xff")
	if err := os.WriteFile(in, []byte("input"), 0o600); err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(t.TempDir(), "p \xff{{n}}")
	if err := os.Mkdir(place, 0o700); err != nil {
		t.Fatal(err)
	}
	one, two, three := sh(print), sh(print), sh(print)
	one.Env = map[string]string{"RUNNER_TEST_C": "\xff\n'", "RUNNER_ROLE": "trial"}
	one.Stdin = in
	three.Env = map[string]string{"TMPDIR": "/own"}
	job := commandJob(t, 1, one, two, three)
	job.Env["RUNNER_TEST_B"], job.WorkDir, job.Output = "job", place, true
	o := observe(t, job)
	wantStatus(t, o, results.OK, "")
	for i, want := range []string{
		"runner\njob\n\xff\n'\n" + job.Dir + "\n" + place + "\n" + place + "\nnone\ninput",
		"runner\njob\nrunner\n" + job.Dir + "\n" + place + "\n" + place + "\nnone\n",
		"runner\njob\nrunner\n/own\n" + place + "\n" + place + "\nnone\n",
	} {
		if got := o.Results[i].(map[string]any)["sha256"]; got != digest(want) {
			t.Errorf("task %d wrote something else than %q", i, want)
		}
	}
	job = commandJob(t, 1, sh(print))
	job.Env["TMPDIR"], job.Output = "/jobs", true
	if o := observe(t, job); o.Results[0].(map[string]any)["stdout"] != "runner\nrunner\nrunner\n/jobs\n"+job.Dir+"\n"+job.Dir+"\nnone\n" {
		t.Errorf("results are %q", o.Results)
	}
	job.WorkDir, job.Commands[0] = place, &command{Argv: []string{"printenv", "PWD"}} // a shell would set it
	if o := observe(t, job); o.Status != results.OK || o.Results[0].(map[string]any)["sha256"] != digest(place+"\n") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
	job.WorkDir = "/does/not/exist"
	wantStatus(t, observe(t, job), results.Crash, "task 0: cannot be started in the directory /does/not/exist: no such file or directory")
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TestOutputIsKept to the byte, whatever it is; without Output it goes where that of every trial goes.
func TestOutputIsKept(t *testing.T) {
	of := []*command{sh("true"), sh("printf 'ä\\n\\n'"), self(t, "write 1000"), self(t, "write 3145728"), sh("head -c 65536 /dev/zero"), sh("head -c 65537 /dev/zero"), sh("echo more >&2; echo x; exit 3")}
	of[6].Success = []int{3}
	zeros := strings.Repeat("\x00", 65537)
	want := []any{
		map[string]any{"exit": 0, "stdout": "", "bytes": 0, "sha256": digest("")},
		map[string]any{"exit": 0, "stdout": "ä\n\n", "bytes": 4, "sha256": digest("ä\n\n")},
		map[string]any{"exit": 0, "bytes": 1000, "sha256": digest(string(executors.Noise(1000)))},
		map[string]any{"exit": 0, "bytes": 3 << 20, "sha256": digest(string(executors.Noise(3 << 20)))},
		map[string]any{"exit": 0, "stdout": zeros[1:], "bytes": 65536, "sha256": digest(zeros[1:])},
		map[string]any{"exit": 0, "bytes": 65537, "sha256": digest(zeros)},
		map[string]any{"exit": 3, "stdout": "x\n", "bytes": 2, "sha256": digest("x\n")},
	}
	for _, workers := range []int{1, 3} {
		job := commandJob(t, workers, of...)
		job.Output = true
		o := observe(t, job)
		wantStatus(t, o, results.OK, "")
		for i, r := range o.Results {
			if !reflect.DeepEqual(r, want[i]) {
				t.Errorf("%d workers: result %d is %.200v", workers, i, r)
			}
		}
		if o.Stdout != "" || o.Stderr != "more\n" {
			t.Errorf("kept %q and %q", o.Stdout, o.Stderr)
		}
		if made, _ := os.ReadDir(job.Dir); len(made) > 0 {
			t.Errorf("in the trial's directory: %v", made)
		}
	}
	o := observe(t, commandJob(t, 1, sh("head -c 8388608 /dev/zero | tr '\\0' x; echo the end; echo as well >&2")))
	wantStatus(t, o, results.OK, "")
	if !strings.HasSuffix(o.Stdout, "xxthe end\n") || len(o.Stdout) != 4<<10 || o.Stderr != "as well\n" {
		t.Errorf("kept %d B of stdout, and %q", len(o.Stdout), o.Stderr)
	}
}

// TestOutputThatIsLost: a trial of which not all can be told is none.
func TestOutputThatIsLost(t *testing.T) {
	job := commandJob(t, 1, sh("exit 0"), sh(`rm "$(readlink /proc/$$/fd/1)"`))
	job.Output = true
	if _, err := os.Stat("/proc/self/fd"); err == nil {
		wantStatus(t, observe(t, job), results.Crash, "what task 1 wrote cannot be read")
	}
	if err := os.Mkdir(job.Dir+".out", 0o700); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, executors.Run(t.Context(), job), results.Crash, "what the commands write cannot be kept")
}

// TestManyTexts: more text than a trial's report may hold is left out, and that is said.
func TestManyTexts(t *testing.T) {
	c := sh("head -c 65536 /dev/zero | tr '\\0' x")
	job := commandJob(t, 2, slices.Repeat([]*command{c}, 300)...)
	job.Output = true
	o := observe(t, job)
	wantStatus(t, o, results.OK, "")
	with := 0
	for _, r := range o.Results {
		if _, has := r.(map[string]any)["stdout"]; has {
			with++
		}
	}
	if with != 256 || len(unclocked(o.Warnings)) != 1 || !strings.Contains(unclocked(o.Warnings)[0], "stdout of 44 tasks is left out") {
		t.Errorf("%d texts, warnings %q", with, o.Warnings)
	}
}

// TestCommandTimeout: a command may end in its own way within the grace; one that does not is killed.
func TestCommandTimeout(t *testing.T) {
	for _, workers := range []int{1, 2} {
		var text []byte
		for patience := 2 * time.Second; len(text) == 0 && patience < time.Minute; patience *= 2 { // on a busy machine it may not have begun
			file := filepath.Join(t.TempDir(), "file")
			job := commandJob(t, workers, self(t, "graceful "+file), sh("exit 0"), sh("exit 0"))
			job.Timeout, job.Grace = patience, time.Minute
			wantStatus(t, observe(t, job), results.Timeout, patience.String())
			text, _ = os.ReadFile(file)
		}
		if string(text) != "ended" {
			t.Errorf("%d workers: the command did not end in its own way: %q", workers, text)
		}
		hang := self(t, "hang")
		job := commandJob(t, workers, hang, hang, hang)
		job.Timeout, job.Grace = 300*time.Millisecond, 50*time.Millisecond
		wantStatus(t, observe(t, job), results.Timeout, "300ms")
	}
}

func TestCommandInterrupt(t *testing.T) {
	for _, workers := range []int{1, 2} {
		hang := self(t, "hang")
		job := commandJob(t, workers, hang, hang)
		job.Output = true
		ctx, stop := context.WithCancel(t.Context())
		hung := make(chan bool, 1)
		go func() {
			hung <- executorstest.Eventually(func() bool {
				_, err := os.Stat(filepath.Join(job.Dir, "hanging"))
				return err == nil
			})
			stop()
		}()
		o := executors.Run(ctx, job)
		if wantStatus(t, o, results.Interrupted, "stopped"); !<-hung {
			t.Error("the command never began")
		}
		if alive := executorstest.Marked(job.Env["RUNNER_TEST_MARK"]); len(alive) > 0 {
			t.Errorf("alive after the trial: %v", alive)
		}
	}
}

// unclocked are the warnings of a trial but that about clocks, which a busy machine is good for.
func unclocked(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(w string) bool { return strings.HasPrefix(w, "the clocks disagree") })
}
