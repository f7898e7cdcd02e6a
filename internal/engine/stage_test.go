package engine

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
)

// staged is a plan with three runtimes, and a workload that asks for what a fixture gives.
func staged(t *testing.T) *spec.Plan {
	t.Helper()
	catalog := spec.Catalog{Cores: 2,
		Executors: []spec.ExecutorInfo{{Name: "serial"}},
		Builtins:  []spec.BuiltinInfo{{Name: "get", Params: []spec.ParamInfo{{Name: "url", Default: ""}}}},
		Languages: []spec.LanguageInfo{{Name: "python", Versions: ".*", Default: "3", Example: "3.12"}},
		Fixtures:  []spec.FixtureInfo{{Name: "http", Values: []spec.ValueInfo{{Name: "url"}}}},
	}
	text := `{version: 1, name: x, fixtures: {http: {}}, runtimes: {py2: {python: "2.7", optional: true}, py3: {python: "3"}},
workloads: {w: {builtin: get, tasks: {url: ["{{http.url}}/1", plain]}, env: {PAGE: "at {{http.url}}", LANG: C}}}, matrix: {runtime: [go, py2, py3]},
repeats: {min: 2, warmup: 0}}`
	read := func(string) ([]byte, error) { return []byte(text), nil }
	exp, problems := spec.Load("x.yaml", catalog, spec.Options{Read: read})
	plan, more := exp.Plan(catalog, 7, spec.Options{})
	if problems = append(problems, more...); len(problems) > 0 {
		t.Fatal(problems)
	}
	return &plan
}

func TestStage(t *testing.T) {
	plan := staged(t)
	var jobs []executors.Job
	b := newBench(plan, func(j executors.Job) executors.Observation {
		jobs = append(jobs, j)
		return executors.Observation{Status: results.OK, Results: []any{1, 2}}
	})
	closed := 0
	b.Stage = func(_ context.Context, dir string) (*Stage, error) {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("the stage's directory: %v %v", info, err)
		}
		return &Stage{
			Programs: map[string]Program{
				"py2": {Missing: "no Python 2.7"},
				"py3": {Argv: []string{"python3", "shim"}, Env: map[string]string{"SEED": "0", "LANG": "en"}, Unset: []string{"PYTHON"},
					Name: func(w *spec.Workload) string { return "twin of " + w.Builtin }},
			},
			Values: map[string]string{"http.url": "http://127.0.0.1:1"},
			Close:  func() error { closed++; return nil },
		}, nil
	}
	if _, err := b.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if closed != 1 {
		t.Errorf("closed %d times", closed)
	}
	if len(jobs) != 4 {
		t.Fatalf("%d jobs, want 2 blocks of 2 cells", len(jobs))
	}
	for _, j := range jobs {
		if j.Tasks[0]["url"] != "http://127.0.0.1:1/1" || j.Tasks[1]["url"] != "plain" || j.Env["PAGE"] != "at http://127.0.0.1:1" || j.Env["LANG"] != "C" {
			t.Errorf("%s: the fixture's address is not in %v and %v", j.Runtime, j.Tasks, j.Env)
		}
		python := j.Runtime == "py3"
		if python != slices.Equal(j.Program, []string{"python3", "shim"}) || python != (j.Workload == "twin of get") || python != (j.Env["SEED"] == "0") || python != (len(j.Unset) == 1) {
			t.Errorf("%s is run as %v %q with %v", j.Runtime, j.Program, j.Workload, j.Env)
		}
	}
	if task := plan.Cells[0].Tasks[0]["url"]; !strings.Contains(task.(string), "\x00") {
		t.Errorf("the plan itself was changed: %q", task)
	}
	absent := slices.DeleteFunc(slices.Clone(b.trials), func(tr results.Trial) bool { return tr.Status != results.Unavailable })
	if len(absent) != 1 || absent[0].Reason != "no Python 2.7" {
		t.Errorf("one row must say that a runtime is missing, not %v", absent)
	}
}

func TestStageFails(t *testing.T) {
	b := newBench(staged(t), nil)
	b.Stage = func(context.Context, string) (*Stage, error) { return nil, errors.New("no room") }
	if _, err := b.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("error is %v", err)
	}
	b = newBench(staged(t), func(executors.Job) executors.Observation {
		return executors.Observation{Status: results.OK, Results: []any{1, 2}}
	})
	b.Stage = func(context.Context, string) (*Stage, error) {
		return &Stage{Close: func() error { return errors.New("it does not stop") }}, nil
	}
	if out, err := b.Run(context.Background()); err != nil || out.Undone == nil || !strings.Contains(out.Undone.Error(), "does not stop") {
		t.Errorf("%+v, %v", out, err)
	}
}
