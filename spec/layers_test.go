package spec

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/diag"
)

// in reads files from a map.
func in(files map[string]string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		text, ok := files[path]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		return []byte(text), nil
	}
}

const small = `version: 1
name: small
workloads:
  p: {builtin: primes, args: {n: "{{n}}"}}
matrix:
  n: {levels: [1, 2], default: 1}
  executor: [serial, {threads: [1, 2]}]
exclude:
  - {n: 2, threads: 2}
repeats: {min: 10, warmup: 2}
timeout: 5s
profiles:
  smoke: {repeats: 1, matrix: {n: 1}, assert: []}
  long: {timeout: 5m}
assert:
  - speedup(threads=2) > 1
`

func loadSmall(t *testing.T, opt Options) *Experiment {
	t.Helper()
	opt.Read = in(map[string]string{"small.yaml": small})
	exp, list := Load("small.yaml", catalog(), opt)
	if len(list) > 0 {
		t.Fatal(list)
	}
	return exp
}

func keys(p Plan) string {
	var out []string
	for _, c := range p.Cells {
		out = append(out, c.Cell.Key())
	}
	return strings.Join(out, ", ")
}

func TestProfile(t *testing.T) {
	exp := loadSmall(t, Options{Profile: "smoke"})
	plan, list := exp.Plan(catalog(), 1, Options{})
	if len(list) > 0 {
		t.Fatal(list) // the exclude matches nothing any more, since the profile took its level away
	}
	if got := keys(plan); got != "n=1 serial, n=1 threads=1, n=1 threads=2" {
		t.Errorf("cells %s", got)
	}
	if len(exp.Assertions) != 0 || exp.Repeats != (Repeats{Min: 1, Max: 1, Warmup: 1}) {
		t.Errorf("%v, %+v", exp.Assertions, exp.Repeats)
	}
	if plan.Cells[0].Identity != "serial" {
		t.Errorf("the default of n is lost: identity %q", plan.Cells[0].Identity)
	}
}

func TestDefine(t *testing.T) {
	tests := []struct {
		define map[string]string
		check  func(*Experiment) string
		want   string
	}{
		{map[string]string{"timeout": "10s"}, func(e *Experiment) string { return e.Timeout.String() }, "10s"},
		{map[string]string{"repeats.min": "3"}, func(e *Experiment) string { return fmt.Sprint(e.Repeats.Min, e.Repeats.Max) }, "3 3"},
		{map[string]string{"repeats.min": "30"}, func(e *Experiment) string { return fmt.Sprint(e.Repeats.Min, e.Repeats.Max) }, "30 30"},
		{map[string]string{"repeats": "7"}, func(e *Experiment) string { return fmt.Sprint(e.Repeats.Min, e.Repeats.Max) }, "7 7"},
		{map[string]string{"n": "10,100"}, func(e *Experiment) string { return fmt.Sprint(len(e.Axes[0].Levels), e.Axes[0].Default) }, "2 1"},
		{map[string]string{"n": "[10, 100, 1000]"}, func(e *Experiment) string { return fmt.Sprint(len(e.Axes[0].Levels)) }, "3"},
		{map[string]string{"n": "3..6"}, func(e *Experiment) string { return fmt.Sprint(len(e.Axes[0].Levels)) }, "4"},
		{map[string]string{"matrix.n": "5"}, func(e *Experiment) string { return fmt.Sprint(e.Axes[0].Levels[0].Facets) }, "[{n 5}]"},
		{map[string]string{"matrix.n.default": "2"}, func(e *Experiment) string { return fmt.Sprint(len(e.Axes[0].Levels), e.Axes[0].Default) }, "2 2"},
		{map[string]string{"executor": "serial,{procs: [1, 2]}"}, func(e *Experiment) string { return fmt.Sprint(len(e.Axes[1].Levels)) }, "3"},
		{map[string]string{"tags": "[a, b]", "name": "other"}, func(e *Experiment) string { return fmt.Sprint(e.Name, e.Tags) }, "other[a b]"},
		{map[string]string{"workloads.p.args.method": "trial"}, func(e *Experiment) string { return fmt.Sprint(len(e.Workloads[0].args)) }, "2"},
		{map[string]string{"seed": "9"}, func(e *Experiment) string { return fmt.Sprint(*e.Seed) }, "9"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.define), func(t *testing.T) {
			exp := loadSmall(t, Options{Define: tt.define})
			if got := tt.check(exp); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			for key := range tt.define {
				if name, _, _ := strings.Cut(key, "."); name != "matrix" && key != "n" && key != "executor" && !strings.HasPrefix(key, "workloads.") {
					if o := exp.Origins[key]; o.From != "command line" {
						t.Errorf("origin of %s: %+v", key, o)
					}
				}
			}
		})
	}
}

func TestOptionsRefused(t *testing.T) {
	tests := []struct {
		opt  Options
		want string
	}{
		{Options{Profile: "smok"}, `small.yaml: no profile "smok" in this spec (did you mean "smoke"?)`},
		{Options{Define: map[string]string{"timout": "1s"}}, `-D timout=1s: no key and no axis is called "timout" (did you mean "timeout"?)`},
		{Options{Define: map[string]string{"timeout": "soon"}}, `-D timeout=soon: timeout takes a duration such as 60s, not "soon" (units are ms, s, m and h, as in 200ms or 1m30s)`},
		{Options{Define: map[string]string{"repeats.mx": "1"}}, `-D repeats.mx=1: unknown key "mx" in repeats (did you mean "max"?)`},
		{Options{Define: map[string]string{"n": "["}}, `-D n=[: the value cannot be read as YAML (quote it as YAML would have it)`},
		{Options{Define: map[string]string{"executor": "seriel"}}, `-D executor=seriel: unknown executor "seriel" (did you mean "serial"?)`},
		{Options{Define: map[string]string{"extends": "x"}}, `-D extends=x: extends cannot be set from the command line (write it in the file)`},
		{Options{Define: map[string]string{"x-a": "1"}}, `-D x-a=1: no key and no axis is called "x-a"`},
	}
	for _, tt := range tests {
		tt.opt.Read = in(map[string]string{"small.yaml": small})
		exp, list := Load("small.yaml", catalog(), tt.opt)
		if !strings.Contains(list.Error(), tt.want) {
			t.Errorf("got  %s\nwant %s", list.Error(), tt.want)
		}
		if plan, _ := exp.Plan(catalog(), 1, Options{}); len(plan.Cells) > 0 {
			t.Error("a refused spec has cells")
		}
	}
}

func TestOrigins(t *testing.T) {
	files := map[string]string{
		"dir/child.yaml": "extends: ../base.yaml\nname: child\nmatrix: {m: [1]}\n",
		"base.yaml":      small,
	}
	seed := uint64(4)
	exp, list := Load("dir/child.yaml", catalog(), Options{Read: in(files), Profile: "long", Seed: &seed, Define: map[string]string{"n": "4"}})
	if len(list) > 0 {
		t.Fatal(list)
	}
	want := map[string]string{"name": "file", "matrix.m": "file", "matrix.n": "command line", "matrix.executor": "extends", "repeats.min": "extends",
		"timeout": "profile long", "control": "default", "seed": "command line", "assert": "extends"}
	for key, from := range want {
		if got := exp.Origins[key].From; got != from {
			t.Errorf("%s is from %q, want %q", key, got, from)
		}
	}
	if got := exp.Origins["timeout"].Pos; got != (diag.Pos{File: "base.yaml", Line: 14, Col: 19}) {
		t.Errorf("timeout stands at %v", got)
	}
	if exp.Timeout != 5*time.Minute || exp.Name != "child" || *exp.Seed != 4 {
		t.Errorf("%v %s %d", exp.Timeout, exp.Name, *exp.Seed)
	}
	if len(exp.Sources) != 2 || exp.Sources[0].Path != "dir/child.yaml" || exp.Sources[1].Path != "base.yaml" {
		t.Errorf("sources %v", exp.Sources)
	}
}

// What a run stores of its spec makes the same plan again.
func TestSourcesSuffice(t *testing.T) {
	first, list := Load("testdata/ok/extends.yaml", catalog(), Options{})
	if len(list) > 0 {
		t.Fatal(list)
	}
	stored := map[string]string{}
	for _, s := range first.Sources {
		stored[s.Path] = s.Text
	}
	again, list := Load("testdata/ok/extends.yaml", catalog(), Options{Read: in(stored)})
	if len(list) > 0 {
		t.Fatal(list)
	}
	p, _ := first.Plan(catalog(), 5, Options{})
	q, _ := again.Plan(catalog(), 5, Options{})
	if describePlan(&p) != describePlan(&q) {
		t.Error("the plans differ")
	}
}

func TestOverrides(t *testing.T) {
	seed := uint64(11)
	exp := loadSmall(t, Options{Repeats: 3, Seed: &seed})
	if exp.Repeats.Min != 3 || exp.Repeats.Max != 3 || *exp.Seed != 11 {
		t.Errorf("%+v %d", exp.Repeats, *exp.Seed)
	}
}

func TestUnreadable(t *testing.T) {
	tests := []struct{ path, text, want string }{
		{"testdata", "", "testdata: this is a directory, not a spec (name a .yaml file in it)"},
		{"testdata/none.yaml", "", "testdata/none.yaml: there is no such file (check the path)"},
		{"big.yaml", strings.Repeat("# comment\n", 500_000), "big.yaml: the file is larger than 4 MiB (split it with extends:)"},
		{"void.yaml", " ", "void.yaml:1:1: the file is empty (begin with version: 1 and name:)"},
	}
	for _, tt := range tests {
		opt := Options{}
		if tt.text != "" {
			opt.Read = in(map[string]string{tt.path: tt.text})
		}
		exp, list := Load(tt.path, catalog(), opt)
		if list.Error() != tt.want || exp == nil {
			t.Errorf("got %q, want %q", list.Error(), tt.want)
		}
	}
}

func TestManyFilesExtendEachOther(t *testing.T) {
	endless := func(path string) ([]byte, error) { return []byte("extends: " + path + "x\n"), nil }
	_, list := Load("a", catalog(), Options{Read: endless})
	if !strings.Contains(list.Error(), "more than 32 files") {
		t.Error(list)
	}
}

func TestDiamond(t *testing.T) {
	files := map[string]string{
		"a": "extends: [b, c]\nname: a\n", "b": "extends: d\ntimeout: 2s\n", "c": "extends: d\n", "d": "version: 1\ntimeout: 9s\nworkloads: {p: {builtin: copy}}\n",
	}
	exp, list := Load("a", catalog(), Options{Read: in(files)})
	if len(list) > 0 || exp.Timeout != 2*time.Second || len(exp.Sources) != 4 {
		t.Errorf("%v, %v, %d sources", list, exp.Timeout, len(exp.Sources))
	}
}
