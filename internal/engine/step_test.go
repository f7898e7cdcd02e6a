package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/results"
)

// commands is a plan with two workloads of commands, and steps of every kind.
const commands = `workloads:
  a:
    command: [tool, "{{n}}", "{{scratch}}/out", "{{dir}}/in"]
    prepare: [make, "{{n}}"]
    cleanup: [unmake, "{{n}}"]
    env: {WHERE: "{{dir}}"}
  b:
    command: [./tool]
    exit: [0, 3]
    stdin: in.txt
    prepare: {each: trial, command: [fresh, "{{scratch}}"]}
    cleanup: {each: trial, command: [stale]}
matrix: {n: [1, 2], m: [1, 2]}
repeats: {min: 2, warmup: 0}
control: false
`

// log makes a bench that notes the argv of each job.
func logged(t *testing.T, rest string, answer func(argv []string) executors.Observation) (*bench, *[]string) {
	t.Helper()
	var ran []string
	b := newBench(planOf(t, rest), func(j executors.Job) executors.Observation {
		ran = append(ran, strings.Join(j.Commands[0].Argv, " "))
		return answer(j.Commands[0].Argv)
	})
	b.Find = func(program string) error {
		if strings.HasPrefix(program, "absent") {
			return errors.New("it is not there")
		}
		return nil
	}
	b.Stage = func(context.Context, string) (*Stage, error) {
		return &Stage{Values: map[string]string{"dir": "/run"}}, nil
	}
	return b, &ran
}

func fine([]string) executors.Observation {
	return executors.Observation{Status: results.OK, Results: []any{map[string]any{"exit": 0}}}
}

func count(ran []string, begin string) (n int) {
	for _, r := range ran {
		if strings.HasPrefix(r, begin) {
			n++
		}
	}
	return n
}

func TestStepsComeBeforeAndAfter(t *testing.T) {
	b, ran := logged(t, commands, fine)
	var told []string
	b.Announce = func(step string) { told = append(told, step) }
	b.run(t)
	// the same preparation for both levels of m is made once
	if (*ran)[0] != "make 1" || (*ran)[1] != "make 2" || count(*ran, "make") != 2 || !slices.Equal((*ran)[len(*ran)-2:], []string{"unmake 2", "unmake 1"}) {
		t.Errorf("order: %v", *ran)
	}
	if count(*ran, "fresh") != 8 || count(*ran, "stale") != 8 || count(*ran, "tool") != 8 {
		t.Errorf("%d fresh, %d stale, %d tool, want 8 each: %v", count(*ran, "fresh"), count(*ran, "stale"), count(*ran, "tool"), *ran)
	}
	for i, r := range *ran {
		if strings.HasPrefix(r, "fresh") && (!strings.HasSuffix((*ran)[i+1], "/tool") || (*ran)[i+2] != "stale") {
			t.Errorf("around a trial: %v", (*ran)[i:i+3])
		}
	}
	if !slices.Equal(told, []string{"prepare a", "", "prepare a (workload=a n=2 m=1)", "", "cleanup a", "", "cleanup a (workload=a n=1 m=2)", ""}) {
		t.Errorf("told %q", told)
	}
	if got := b.statuses("workload=a n=1 m=1"); got != "ok ok" {
		t.Error(got)
	}
}

func TestCommandJob(t *testing.T) {
	b, _ := logged(t, commands, fine)
	here, _ := os.Getwd()
	inner := b.Launch
	b.Launch = func(ctx context.Context, j executors.Job) executors.Observation {
		c := j.Commands[0]
		switch filepath.Base(c.Argv[0]) {
		case "tool":
			if c.Argv[0] == "tool" { // of a: looked for on PATH
				if j.Dir == "" || c.Argv[2] != j.Dir+"/out" || c.Argv[3] != "/run/in" || j.Env["WHERE"] != "/run" || j.WorkDir != here || j.Output {
					t.Errorf("%+v %q", j, c.Argv)
				}
				break
			}
			if c.Argv[0] != filepath.Join(here, "tool") || c.Stdin != filepath.Join(here, "in.txt") || !slices.Equal(c.Success, []int{0, 3}) || j.Executor != "serial" {
				t.Errorf("%+v %+v", j, c)
			}
		case "fresh":
			if c.Argv[1] != j.Dir || j.Timeout == 0 {
				t.Errorf("%+v %q", j, c.Argv)
			}
		case "make":
			if j.Timeout != 0 || j.WorkDir != here {
				t.Errorf("%+v", j)
			}
		}
		return inner(ctx, j)
	}
	b.run(t)
}

func TestFailedPreparation(t *testing.T) {
	b, ran := logged(t, commands, func(argv []string) executors.Observation {
		switch {
		case slices.Equal(argv, []string{"make", "2"}):
			return executors.Observation{Status: results.Leaked, Reason: "1 process outlived it", Results: []any{map[string]any{"exit": 0}}, Phases: results.Phases{Total: 1}}
		case argv[0] == "fresh":
			return executors.Observation{Status: results.Unavailable, Reason: "fresh: no such program on PATH"}
		case argv[0] == "stale":
			return executors.Observation{Status: results.Crash, Reason: "exit status 1"}
		}
		return fine(argv)
	})
	b.run(t)
	if got := b.statuses("workload=a n=2 m=1"); got != "unprepared unprepared" {
		t.Errorf("cells whose preparation failed: %s", got)
	}
	if got := b.statuses("workload=a n=1 m=1"); got != "ok ok" {
		t.Errorf("cells whose preparation went well: %s", got)
	}
	if got := b.statuses("workload=b n=1 m=1"); got != "unavailable" {
		t.Errorf("cells whose preparation is not here: %s", got)
	}
	for _, trial := range b.trials {
		if trial.Status != results.OK && (!strings.HasPrefix(trial.Reason, "prepare: ") || trial.Results != nil || trial.Phases.Total != 0) {
			t.Errorf("%s: %s", trial.Cell, trial.Reason)
		}
	}
	if count(*ran, "tool") != 4 || count(*ran, "unmake") != 2 {
		t.Errorf("%v", *ran)
	}
}

func TestFailedCleanup(t *testing.T) {
	b, ran := logged(t, commands, func(argv []string) executors.Observation {
		if argv[0] == "unmake" || argv[0] == "stale" {
			return executors.Observation{Status: results.Crash, Reason: "exit status 9"}
		}
		return fine(argv)
	})
	out, err := b.Run(context.Background())
	if err != nil || out.Undone == nil || strings.Count(out.Undone.Error(), "workload a: cleanup: exit status 9") != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if count(*ran, "unmake") != 2 {
		t.Errorf("a failed cleanup must not stop the others: %v", *ran)
	}
	for _, trial := range b.trials {
		if warned := slices.Equal(trial.Warnings, []string{"cleanup: exit status 9"}); trial.Status != results.OK || warned != (trial.Workload == "b") {
			t.Errorf("%s: %s %v", trial.Cell, trial.Status, trial.Warnings)
		}
	}
}

func TestInterruptedPreparation(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	b, ran := logged(t, commands, func(argv []string) executors.Observation {
		if argv[0] == "make" {
			cancel()
			return executors.Observation{Status: results.Interrupted}
		}
		return fine(argv)
	})
	out, err := b.Run(ctx)
	if err != nil || !out.Interrupted || len(b.trials) != 0 || count(*ran, "make") != 1 || count(*ran, "fresh") != 0 || count(*ran, "unmake") != 1 {
		t.Errorf("%+v %v, %d trials, %v", out, err, len(b.trials), *ran)
	}
}

func TestSameOutput(t *testing.T) {
	gave := func(text string) executors.Observation {
		return executors.Observation{Status: results.OK, Results: []any{map[string]any{"exit": 0, "stdout": text, "bytes": len(text), "sha256": text}}}
	}
	for name, c := range map[string]struct {
		out    string
		make   func(dir string) error
		reason string
	}{
		"the same":       {"x", func(dir string) error { return os.WriteFile(dir+"/a", []byte("data"), 0o600) }, ""},
		"other stdout":   {"y", func(dir string) error { return os.WriteFile(dir+"/a", []byte("data"), 0o600) }, `task 0: the baseline gave "x", this trial "y"`},
		"another file":   {"x", func(dir string) error { return os.WriteFile(dir+"/a", []byte("dat"), 0o600) }, `the file "a": the baseline made 4 B (sha256 3a6eb0790f39…), this trial 3 B (sha256 947d`},
		"a file more":    {"x", func(dir string) error { return os.WriteFile(dir+"/b\n", nil, 0o600) }, `the file "a": the baseline made it, this trial did not`},
		"a link":         {"x", func(dir string) error { return os.Symlink("/etc/passwd", dir+"/a") }, `the file "a": the baseline made 4 B (sha256 3a6eb0790f39…), this trial map[link:/etc/passwd]`},
		"no file at all": {"x", func(string) error { return nil }, `the file "a": the baseline made it, this trial did not`},
		"a directory more": {"x", func(dir string) error {
			_ = os.Mkdir(dir+"/d", 0o700)
			return os.WriteFile(dir+"/a", []byte("data"), 0o600)
		}, ""},
	} {
		b, _ := logged(t, "workloads: {w: {command: [x], verify: same-output}}\nmatrix: {n: [1, 2]}\nbaseline: {n: 1}\nrepeats: {min: 2, warmup: 0}\ncontrol: false\n", fine)
		b.Launch = func(_ context.Context, j executors.Job) executors.Observation {
			if !j.Output {
				t.Error("stdout is not asked for")
			}
			if j.Cell.Key() == "n=1" {
				_ = os.WriteFile(j.Dir+"/a", []byte("data"), 0o600)
				return gave("x")
			}
			if err := c.make(j.Dir); err != nil {
				t.Fatal(err)
			}
			return gave(c.out)
		}
		b.run(t)
		for _, trial := range b.trials {
			if trial.Cell.Key() == "n=2" && (!strings.HasPrefix(trial.Reason, c.reason) || (c.reason == "") != (trial.Status == results.OK)) {
				t.Errorf("%s: %s %q, want %q", name, trial.Status, trial.Reason, c.reason)
			}
		}
	}
}

func TestVerifyOfCommands(t *testing.T) {
	for verify, want := range map[string]results.Status{
		`exit == 0`:                              results.OK,
		`exit == k - 1`:                          results.Wrong, // it must hold for each task
		`stdout in ["out 1", "out 2"] and k > 0`: results.OK,
		`len(files) == 1 and files.f.size == 2`:  results.OK,
		`files["g"].size == 2`:                   results.Wrong,
		`len(results) == 2 and n == 1`:           results.OK,
	} {
		b, _ := logged(t, "workloads: {w: {command: [x, \"{{k}}\"], tasks: {k: [1, 2]}, verify: '"+verify+"'}}\nmatrix: {n: [1]}\nrepeats: {min: 1, warmup: 0}\n", fine)
		b.Launch = func(_ context.Context, j executors.Job) executors.Observation {
			_ = os.WriteFile(j.Dir+"/f", []byte("ab"), 0o600)
			var all []any
			for i := range j.Commands {
				all = append(all, map[string]any{"exit": 0, "stdout": "out " + j.Commands[i].Argv[1], "sha256": "", "bytes": 5})
			}
			return executors.Observation{Status: results.OK, Results: all}
		}
		b.run(t)
		if b.trials[0].Status != want {
			t.Errorf("%s: %s %s", verify, b.trials[0].Status, b.trials[0].Reason)
		}
	}
}

func TestRequired(t *testing.T) {
	b, ran := logged(t, `workloads:
  a: {command: [absent], prepare: [make], cleanup: {each: trial, command: [after]}}
  b: {command: [x], requires: [y, absent-too], prepare: [make]}
  c: {command: [x], requires: [y]}
repeats: {min: 2, warmup: 0}
control: false
`, fine)
	b.run(t)
	for workload, want := range map[string]string{"a": "unavailable", "b": "unavailable", "c": "ok ok"} {
		if got := b.statuses("workload=" + workload); got != want {
			t.Errorf("%s: %s, want %s", workload, got, want)
		}
	}
	if !slices.Equal(*ran, []string{"x", "x"}) {
		t.Errorf("what cannot be run needs no preparation: %v", *ran)
	}
}

func TestSeveralStepsAndProof(t *testing.T) {
	b, ran := logged(t, `workloads:
  w:
    command: [x, "{{n}}"]
    args: {size: 7}
    prepare: [{command: [first, "{{size}}"]}, {each: trial, command: [second]}, {command: [third]}]
    cleanup: [{command: [last]}, {command: [after], each: trial}]
    verify: {command: [check, "{{n}}", "{{scratch}}"]}
matrix: {n: [1, 2]}
repeats: {min: 1, warmup: 0}
order: sequential
control: false
`, func(argv []string) executors.Observation {
		if argv[0] == "check" && argv[1] == "2" {
			return executors.Observation{Status: results.Crash, Reason: "task 0: exit status 1: differs", Results: []any{"of the check"}}
		}
		return fine(argv)
	})
	b.run(t)
	var names []string
	for _, r := range *ran {
		name, _, _ := strings.Cut(r, " /")
		names = append(names, name)
	}
	if got := strings.Join(names, ", "); got != "first 7, third, second, x 1, check 1, after, second, x 2, check 2, after, last" {
		t.Error(got)
	}
	if one, two := b.trials[0], b.trials[1]; one.Status != results.OK || two.Status != results.Wrong || two.Reason != "verify: exit status 1: differs" {
		t.Errorf("%s %s, %s %s", one.Status, one.Reason, two.Status, two.Reason)
	}
}
