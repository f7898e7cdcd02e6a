package engine

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
)

// against plans a spec with twins in ../base.
func against(t *testing.T, rest string) *spec.Plan {
	t.Helper()
	catalog := spec.Catalog{Cores: 2, Executors: []spec.ExecutorInfo{{Name: "serial"}}}
	opt := spec.Options{AgainstBuild: "../base", Read: func(string) ([]byte, error) { return []byte("version: 1\nname: x\n" + rest), nil }}
	exp, problems := spec.Load("x.yaml", catalog, opt)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	plan, problems := exp.Plan(catalog, 7, opt)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return &plan
}

// A preparation is made for each build, in its directory and with its {{dir}}, and so is a clean-up. The trials of a build get
// what was prepared for it.
func TestEachBuildIsPrepared(t *testing.T) {
	plan := against(t, `workloads:
  w:
    command: [./tool, "{{dir}}/in"]
    prepare: [make, "{{dir}}/in"]
    cleanup: [sh, -c, unmake]
matrix: {n: [1, 2]}
baseline: {n: 1}
repeats: {min: 2, warmup: 0}
control: false
`)
	ran := map[string]int{}
	b := newBench(plan, func(j executors.Job) executors.Observation {
		argv := j.Commands[0].Argv
		ran[filepath.Base(argv[0])+" "+argv[len(argv)-1]+" in "+filepath.Base(j.WorkDir)]++
		return fine(nil)
	})
	b.Find = func(string) error { return nil }
	b.Stage = func(context.Context, string) (*Stage, error) {
		return &Stage{Values: map[string]string{"dir": "/run", "base.dir": "/other"}}, nil
	}
	b.run(t)
	for what, want := range map[string]int{
		"make /run/in in engine": 1, "make /other/in in base": 1,
		"tool /run/in in engine": 4, "tool /other/in in base": 4,
		"sh unmake in engine": 1, "sh unmake in base": 1,
	} {
		if ran[what] != want {
			t.Errorf("%s: %d times, want %d", what, ran[what], want)
		}
		delete(ran, what)
	}
	if len(ran) > 0 {
		t.Errorf("and also: %v", ran)
	}
}

// The results of a build are held against those of its own baseline: a commit may change what a program prints, and each cell
// must still do what the baseline beside it does.
func TestEachBuildProvesItself(t *testing.T) {
	plan := against(t, `workloads: {w: {shell: "echo {{n}}", verify: same-output}}
matrix: {n: [1, 2]}
baseline: {n: 1}
repeats: {min: 2, warmup: 0}
control: false
`)
	b := newBench(plan, func(j executors.Job) executors.Observation {
		said := "old"
		if strings.HasSuffix(j.WorkDir, "engine") {
			said = "new"
		} else if script, _ := (&spec.Command{Argv: j.Commands[0].Argv}).Script(); script == "echo 2" {
			said = "odd"
		}
		return executors.Observation{Status: results.OK, Results: []any{map[string]any{"exit": 0, "stdout": said}}}
	})
	b.Find = func(string) error { return nil }
	b.run(t)
	for cell, want := range map[string]string{"n=1": "ok ok", "n=2": "ok ok", "n=1 build=base": "ok ok", "n=2 build=base": "wrong wrong"} {
		if got := b.statuses(cell); got != want {
			t.Errorf("%s: %s, want %s", cell, got, want)
		}
	}
}
