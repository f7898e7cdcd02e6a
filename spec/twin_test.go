package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
)

// built has a workload of each kind below sub/, with a baseline of each and one that both builds share.
const built = `
version: 1
name: built
fixtures:
  dir: {from: data}
  files: {count: 1, size: 10B}
workloads:
  sort:
    command: [./bin/sort, "{{n}}", "{{dir}}/in", "{{scratch}}/out", /home/me/here/list, /usr/share/dict]
    stdin: in.txt
    env: {LIB: /home/me/here/lib, FILES: "{{files.dir}}"}
    prepare: [{each: run, shell: "cp x {{dir}}"}, {each: trial, command: [bin/fresh]}]
    cleanup: [rm, /home/me/here/left]
    verify: {command: [bin/right, "{{dir}}"]}
  text: {shell: "cat {{dir}}/in", dir: lib}
  server: {program: [server, ./arg], dir: "{{dir}}"}
  work: {python: work.py:f, args: {in: "{{dir}}/in"}}
  own: {builtin: primes, args: {n: 10}, prepare: ls}
matrix: {n: [1, 2]}
baseline: {n: 1}
`

// described is what a cell is made of, one line each; names that are filled in later stand as in a spec.
func described(c *PlannedCell) string {
	var b strings.Builder
	line := func(what, format string, v ...any) {
		fmt.Fprintf(&b, "%s %s\n", what, Named(fmt.Sprintf(format, v...)))
	}
	for _, command := range c.Commands {
		line("runs", "%s < %s", shown(command), command.Stdin)
	}
	if c.Program != nil {
		line("program", "%s", c.Program)
	}
	if c.Dir != "" {
		line("dir", "%s", c.Dir)
	}
	if c.Workload.File != "" {
		line("file", "%s %v", c.Workload.File, c.Tasks[0])
	}
	if len(c.Env) > 0 {
		line("env", "%v", c.Env)
	}
	for _, s := range slices.Concat(c.Prepare, c.Cleanup) {
		line("step", "%s %s", s.Each, shown(&s.Command))
	}
	if c.Proof != nil {
		line("verify", "%s", shown(&c.Proof.Command))
	}
	return b.String()
}

func shown(c *Command) string {
	argv := c.Argv
	if text, is := c.Script(); is {
		argv = []string{text}
	}
	return fmt.Sprintf("%s %v in %s", argv, c.Env, c.Dir)
}

// twinned plans a text at path as if the current directory were /home/me/here.
func twinned(t *testing.T, path, text string, opt Options) (Plan, string) {
	t.Helper()
	opt.AgainstBuild, opt.Dir = cmpOr(opt.AgainstBuild, "../base"), "/home/me/here"
	read := in(map[string]string{path: text})
	opt.Read = func(p string) ([]byte, error) {
		if strings.HasSuffix(p, ".py") {
			return []byte("def f(**a): pass\n"), nil
		}
		return read(p)
	}
	exp, list := Load(path, twinCatalog(), opt)
	if len(list) > 0 {
		t.Fatal(list)
	}
	plan, list := exp.Plan(twinCatalog(), 1, opt)
	return plan, list.Error()
}

func twinCatalog() Catalog {
	c := catalog()
	c.Fixtures = []FixtureInfo{
		{Name: "dir", Settings: []SettingInfo{{Name: "from", Default: "", Path: true}}, Values: []ValueInfo{{}}},
		{Name: "files", Settings: []SettingInfo{{Name: "count", Default: 1}, {Name: "size", Default: int64(1)}}, Values: []ValueInfo{{Name: "dir"}}},
		{Name: "server", Settings: []SettingInfo{{Name: "command", Default: []string(nil)}, {Name: "dir", Default: ".", Path: true}, {Name: "ready", Default: "tcp"}},
			Values: []ValueInfo{{Name: "url"}}},
	}
	return c
}

func TestTwinIsTheSameInTheOtherBuild(t *testing.T) {
	plan, problems := twinned(t, "sub/x.yaml", built, Options{})
	if problems != "" {
		t.Fatal(problems)
	}
	want := map[string]string{
		"sort": `runs [../base/sub/bin/sort 1 {{base.dir}}/in {{scratch}}/out ../base/list /usr/share/dict] map[] in ../base/sub < ../base/sub/in.txt
env map[FILES:{{base.files.dir}} LIB:../base/lib]
step run [cp x "${RUNNER_VALUE_1}"] map[RUNNER_VALUE_1:{{base.dir}}] in ../base/sub
step trial [../base/sub/bin/fresh] map[] in ../base/sub
step run [rm ../base/left] map[] in ../base/sub
verify [../base/sub/bin/right {{base.dir}}] map[] in ../base/sub
`,
		"text":   "runs [cat \"${RUNNER_VALUE_1}\"/in] map[RUNNER_VALUE_1:{{base.dir}}] in ../base/sub/lib < \n",
		"server": "program [server ./arg]\ndir {{base.dir}}\n",
		"work":   "file ../base/sub/work.py map[in:{{base.dir}}/in]\n",
		"own":    "", // it has none
	}
	for name, want := range want {
		i := slices.IndexFunc(plan.Cells, func(c PlannedCell) bool { return c.Other && c.Workload.Name == name })
		got := ""
		if i >= 0 {
			got = described(&plan.Cells[i])
		}
		if got != want {
			t.Errorf("%s\ngot\n%swant\n%s", name, got, want)
		}
	}
	if from := plan.OtherFixtures[0].Settings["from"]; from != "../base/sub/data" || plan.Experiment.Fixtures[0].Settings["from"] != "sub/data" {
		t.Errorf("{{base.dir}} begins as %v", from)
	}
	plain, _ := twinned(t, "sub/x.yaml", built, Options{})
	for i := range plain.Cells {
		if c := &plain.Cells[i]; !c.Other && strings.Contains(described(c), "base") {
			t.Errorf("cell %s was changed: %s", c.Cell.Key(), described(c))
		}
	}
}

func TestTwinsInThePlan(t *testing.T) {
	plan, problems := twinned(t, "sub/x.yaml", built, Options{})
	if problems != "" {
		t.Fatal(problems)
	}
	var got strings.Builder
	for i, c := range plan.Cells {
		twin, has := plan.Twin(i)
		fmt.Fprintf(&got, "%d %s | %s | %d %v %v\n", i, c.Cell.Key(), c.Identity, c.Baseline, twin, has)
	}
	want := `0 workload=sort n=1 | workload=sort n=1 | 0 1 true
1 workload=sort n=1 build=base | workload=sort n=1 build=base | 1 -1 false
2 workload=sort n=2 | workload=sort n=2 | 0 3 true
3 workload=sort n=2 build=base | workload=sort n=2 build=base | 1 -1 false
4 workload=text n=1 | workload=text n=1 | 4 5 true
5 workload=text n=1 build=base | workload=text n=1 build=base | 5 -1 false
6 workload=text n=2 | workload=text n=2 | 4 7 true
7 workload=text n=2 build=base | workload=text n=2 build=base | 5 -1 false
8 workload=server n=1 | workload=server n=1 | 8 9 true
9 workload=server n=1 build=base | workload=server n=1 build=base | 9 -1 false
10 workload=server n=2 | workload=server n=2 | 8 11 true
11 workload=server n=2 build=base | workload=server n=2 build=base | 9 -1 false
12 workload=work n=1 | workload=work n=1 | 12 13 true
13 workload=work n=1 build=base | workload=work n=1 build=base | 13 -1 false
14 workload=work n=2 | workload=work n=2 | 12 15 true
15 workload=work n=2 build=base | workload=work n=2 build=base | 13 -1 false
16 workload=own n=1 | workload=own n=1 | 16 -1 false
17 workload=own n=2 | workload=own n=2 | 16 -1 false
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
	if a, b := plan.Cells[13].Workload, plan.Cells[15].Workload; a != b || a == plan.Cells[12].Workload || a.Name != "work" {
		t.Error("the cells of a workload share it in each build")
	}
	if plan.Cells[1].Commands[0] == plan.Cells[0].Commands[0] {
		t.Error("both builds have one command")
	}
	controls := 0
	for block := range 40 {
		seen := map[int]int{}
		for _, s := range plan.Block(block) {
			seen[s.Cell]++
			if s.Control {
				controls++
				if s.Cell != 0 {
					t.Errorf("the control is cell %d", s.Cell)
				}
			}
		}
		if len(seen) != len(plan.Cells) {
			t.Errorf("block %d has %d cells of %d", block, len(seen), len(plan.Cells))
		}
	}
	if controls != 40 {
		t.Errorf("%d controls in 40 blocks", controls)
	}
}

// What a default level leaves out of the identity is left out of the twin's too; the only cell of an experiment has a twin.
func TestTwinIdentity(t *testing.T) {
	plan, _ := twinned(t, "x.yaml", "version: 1\nname: x\nworkloads: {w: {shell: 'true'}}\nmatrix: {n: {levels: [1, 2], default: 1}}\n", Options{})
	if got := plan.Cells[1].Identity; got != "build=base" {
		t.Errorf("identity %q", got)
	}
	plan, _ = twinned(t, "x.yaml", "version: 1\nname: x\nworkloads: {w: {shell: 'true'}}\n", Options{})
	if len(plan.Cells) != 2 || plan.Cells[1].Cell != matrix.NewCell(matrix.Facet{Name: matrix.Build, Value: matrix.Base}) || plan.Cells[1].Identity != "build=base" {
		t.Errorf("%+v", plan.Cells)
	}
}

// A built-in has a twin only if it works with something of the current directory: here a server, but not the files.
func TestTwinOfABuiltIn(t *testing.T) {
	text := `
version: 1
name: x
fixtures:
  files: {count: 1, size: 10B}
  server: {command: [./serve, "{{files.dir}}"], ready: "{{files.dir}}"}
workloads: {w: {builtin: primes, args: {n: 1}, env: {AT: "{{%s}}"}}}
`
	plan, problems := twinned(t, "x.yaml", fmt.Sprintf(text, "server.url"), Options{})
	if problems != "" || len(plan.Cells) != 2 || plan.Cells[1].Env["AT"] != Late("base.server.url") {
		t.Fatalf("%s %+v", problems, plan.Cells)
	}
	s := plan.OtherFixtures[1].Settings
	if got := fmt.Sprint(s["command"], s["dir"], s["ready"]); got != fmt.Sprint([]string{"../base/serve", Late("base.files.dir")}, "../base", Late("base.files.dir")) {
		t.Errorf("the other build's server is %q", got)
	}
	if _, problems := twinned(t, "x.yaml", fmt.Sprintf(text, "files.dir"), Options{}); !strings.Contains(problems, "no cell runs anything of the current directory") {
		t.Errorf("problems: %s", problems)
	}
}

func TestTwinPaths(t *testing.T) {
	tests := []struct{ there, path, want string }{
		{"../base", "a/b.txt", "../base/a/b.txt"},
		{"../base", ".", "../base"},
		{"../base", "../elsewhere/x", "../elsewhere/x"},
		{"../base", "../here/x", "../base/x"},
		{"../base", "/home/me/here/x", "../base/x"},
		{"../base", "/home/me/hereabouts/x", "/home/me/hereabouts/x"},
		{"/tmp/b", "x", "/tmp/b/x"},
		{".", "./x", "x"},
		{"../base", "", ""},
	}
	for _, tt := range tests {
		m, err := newMover(Options{AgainstBuild: tt.there, Dir: "/home/me/here"}, nil)
		if got := m.path(tt.path); err != nil || got != tt.want {
			t.Errorf("%q is %q in %s, want %q", tt.path, got, tt.there, tt.want)
		}
	}
	m, _ := newMover(Options{AgainstBuild: ".", Dir: "/home/me/here"}, nil)
	for argv, want := range map[string]string{"./x": "./x", "sort": "sort", "/home/me/here/x": "./x"} {
		if got := m.argv([]string{argv}, diag.Pos{})[0]; got != want {
			t.Errorf("program %q is %q in the same directory, want %q", argv, got, want)
		}
	}
}

func TestTwinsRefused(t *testing.T) {
	tests := []struct{ text, want string }{
		{"workloads: {w: {builtin: primes, args: {n: 1}}}", "no cell runs anything of the current directory"},
		{"workloads: {w: {shell: 'true'}}\nmatrix: {build: [1, 2]}", "x.yaml:4:10: --against-build tells two builds apart as build"},
		{"workloads: {v: {builtin: primes, args: {n: 1}}, w: {shell: 'true'}}\nmatrix: {build: [1, 2]}", "call the axis otherwise"},
	}
	for _, tt := range tests {
		plan, problems := twinned(t, "x.yaml", "version: 1\nname: x\n"+tt.text, Options{})
		if !strings.Contains(problems, tt.want) || len(plan.Cells) > 0 {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, problems, tt.want)
		}
	}
}

func TestOnlyWithTwins(t *testing.T) {
	text := "version: 1\nname: x\nworkloads: {w: {shell: 'true'}}\nmatrix: {n: [1, 2, 3]}\nbaseline: {n: 1}\n"
	for _, only := range []string{"n=2", "n=2 build=base", "build=base n=2"} {
		plan, problems := twinned(t, "x.yaml", text, Options{Only: []string{only}})
		if got := keys(plan); problems != "" || got != "n=1, n=1 build=base, n=2, n=2 build=base" {
			t.Errorf("--only %q: %s %s", only, got, problems)
		}
	}
	exp, _ := Load("x.yaml", catalog(), Options{Read: in(map[string]string{"x.yaml": text})})
	if _, list := exp.Plan(catalog(), 1, Options{Only: []string{"n=2 build=base"}}); len(list) == 0 {
		t.Error("build=base is accepted without another build")
	}
}

// What this build has and the other has not is told before anything runs; what a preparation may make is not.
func TestTheOtherBuildIsThere(t *testing.T) {
	root := t.TempDir()
	here := filepath.Join(root, "here")
	for _, dir := range []string{"here/bin", "base/bin"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(here)
	write := func(path string) {
		if err := os.WriteFile(path, []byte("x"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write("bin/tool")
	plan := func(against, rest string) string {
		write("x.yaml")
		text := "version: 1\nname: x\nworkloads: {w: {command: [bin/tool], stdin: nowhere" + rest + "}}\n"
		if err := os.WriteFile("x.yaml", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		opt := Options{AgainstBuild: against}
		exp, list := Load("x.yaml", catalog(), opt)
		if len(list) > 0 {
			t.Fatal(list)
		}
		_, list = exp.Plan(catalog(), 1, opt)
		return list.Error()
	}
	if got := plan("../bas", ""); !strings.Contains(got, "--against-build ../bas: there is no such directory") {
		t.Errorf("no directory: %s", got)
	}
	if got := plan("../base", ""); !strings.Contains(got, "x.yaml:3:13: the other build has no ../base/bin/tool (build it there") || strings.Contains(got, "nowhere") {
		t.Errorf("not built: %s", got)
	}
	if got := plan("../base", ", prepare: make"); got != "" {
		t.Errorf("it may be made: %s", got)
	}
	write("../base/bin/tool")
	if got := plan("../base", ""); got != "" {
		t.Errorf("it is there: %s", got)
	}
}
