package spec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"bench/runner/internal/matrix"
)

// planOf loads and plans a text that must be right.
func planOf(t testing.TB, text string, opt Options) Plan {
	t.Helper()
	opt.Read = in(map[string]string{"x.yaml": text})
	exp, list := Load("x.yaml", catalog(), opt)
	if len(list) > 0 {
		t.Fatal(list)
	}
	plan, list := exp.Plan(catalog(), 1, opt)
	if len(list) > 0 {
		t.Fatal(list)
	}
	return plan
}

func TestOnly(t *testing.T) {
	tests := []struct {
		only []string
		want string
	}{
		{[]string{"threads=2"}, "n=1 serial, n=1 threads=2"}, // n=2 threads=2 is excluded; the baseline is kept
		{[]string{"n=2 threads=1"}, "n=2 serial, n=2 threads=1"},
		{[]string{"serial n=1", "threads=1 n=2"}, "n=1 serial, n=2 serial, n=2 threads=1"},
		{[]string{"threads"}, "n=1 serial, n=1 threads=1, n=1 threads=2, n=2 serial, n=2 threads=1"},
		{nil, "n=1 serial, n=1 threads=1, n=1 threads=2, n=2 serial, n=2 threads=1"},
	}
	for _, tt := range tests {
		plan, list := loadSmall(t, Options{}).Plan(catalog(), 1, Options{Only: tt.only})
		if len(list) > 0 || keys(plan) != tt.want {
			t.Errorf("%q: %s %v, want %s", tt.only, keys(plan), list, tt.want)
		}
		if len(plan.Cells)+len(plan.Excluded) != 6 {
			t.Errorf("%q: %d cells and %d excluded, not 6 in all", tt.only, len(plan.Cells), len(plan.Excluded))
		}
		for i, c := range plan.Cells {
			if b := plan.Cells[c.Baseline]; b.Executor != "serial" || b.Cell.Get("n") != c.Cell.Get("n") {
				t.Errorf("cell %d is compared with %s", i, b.Cell.Key())
			}
		}
	}
}

func TestOnlyReasons(t *testing.T) {
	plan, _ := loadSmall(t, Options{}).Plan(catalog(), 1, Options{Only: []string{"n=1"}})
	reasons := map[string]string{}
	for _, x := range plan.Excluded {
		reasons[x.Cell.Key()] = x.Reason
	}
	want := map[string]string{"n=2 serial": "not selected by --only", "n=2 threads=1": "not selected by --only", "n=2 threads=2": "exclude: n=2 threads=2"}
	if fmt.Sprint(reasons) != fmt.Sprint(want) {
		t.Errorf("%v", reasons)
	}
}

func TestOnlyRefused(t *testing.T) {
	tests := []struct{ only, want string }{
		{"procs=2", "--only procs=2: it selects no cell (cells are n=1 serial, n=1 threads=1, n=1 threads=2, n=2 serial, n=2 threads=1)"},
		{"thread=2", `--only thread=2: it selects no cell (did you mean "threads"?)`},
		{"n=", `--only n=: selector "n=": a value is missing at column 3 (such as "runtime=go procs=2")`},
		{"n=2 threads=2", "--only n=2 threads=2: it selects no cell"},
	}
	for _, tt := range tests {
		plan, list := loadSmall(t, Options{}).Plan(catalog(), 1, Options{Only: []string{tt.only}})
		if !strings.Contains(list.Error(), tt.want) || len(plan.Cells) > 0 {
			t.Errorf("got  %v\nwant %s", list, tt.want)
		}
	}
}

func TestAliasesInSelectors(t *testing.T) {
	plan := planOf(t, `version: 1
name: x
workloads: {p: {builtin: copy}}
matrix:
  executor: [serial, {processes: [1, 2, cores]}]
exclude:
  - {processes: 1}
baseline: {processes: cores}
`, Options{Only: []string{"processes=2"}})
	if got := keys(plan); got != "procs=2, procs=4" {
		t.Error(got)
	}
}

// A cell's key selects that cell and no other, and its encoding is read back as the same cell.
func TestKeysSelect(t *testing.T) {
	for _, path := range files(t, "testdata/ok/*.yaml") {
		exp, list := Load(path, catalog(), Options{})
		if len(list) > 0 {
			t.Fatal(list)
		}
		plan, _ := exp.Plan(catalog(), 1, Options{})
		identities := map[string]bool{}
		for i, c := range plan.Cells {
			back, err := matrix.ParseCell(c.Cell.Encoded())
			if err != nil || back != c.Cell || !slices.Equal(c.Facets, c.Cell.Facets()) {
				t.Errorf("%s: %q comes back as %q, %v", path, c.Cell.Encoded(), back.Encoded(), err)
			}
			s, err := matrix.ParseSelector(c.Cell.Key())
			if err != nil || !s.MatchFacets(c.Facets) {
				t.Errorf("%s: %q does not select its cell: %v", path, c.Cell.Key(), err)
			}
			for j, other := range plan.Cells {
				if i != j && len(other.Facets) == len(c.Facets) && s.MatchFacets(other.Facets) {
					t.Errorf("%s: %q selects %q too", path, c.Cell.Key(), other.Cell.Key())
				}
			}
			if identities[c.Identity] {
				t.Errorf("%s: identity %q is there twice", path, c.Identity)
			}
			identities[c.Identity] = true
		}
	}
}

// Whatever the numbers, split and range share out exactly the whole.
func TestNothingIsLost(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		total, workers := random.IntN(1000), 1+random.IntN(20)
		lo, span, chunk := random.IntN(100)-50, 1+random.IntN(500), 1+random.IntN(600)
		plan := planOf(t, fmt.Sprintf(`version: 1
name: x
workloads:
  s: {builtin: primes, tasks: {split: {n: %d}}}
  r: {builtin: pi, tasks: {range: [%d, %d], chunk: %d}}
matrix:
  executor: [serial, {threads: %d}]
`, total, lo, lo+span, chunk, workers), Options{})
		for _, c := range plan.Cells {
			if c.Workload.Name == "s" {
				sum, least, most := 0, total, 0
				for _, task := range c.Tasks {
					n := task["n"].(int)
					sum, least, most = sum+n, min(least, n), max(most, n)
				}
				if sum != total || most-least > 1 || len(c.Tasks) != c.Workers {
					t.Fatalf("%d over %d: sum %d, parts %d to %d", total, c.Workers, sum, least, most)
				}
				continue
			}
			at := lo
			for _, task := range c.Tasks {
				if task["lo"] != at || task["hi"].(int)-at > chunk || task["hi"].(int) <= at {
					t.Fatalf("[%d, %d) in chunks of %d: %v", lo, lo+span, chunk, task)
				}
				at = task["hi"].(int)
			}
			if at != lo+span {
				t.Fatalf("[%d, %d) ends at %d", lo, lo+span, at)
			}
		}
	}
}

func TestRangeAtTheEdgeOfInt(t *testing.T) {
	plan := planOf(t, `version: 1
name: x
workloads: {p: {builtin: pi, tasks: {range: [-9223372036854775808, 9223372036854775807], chunk: 9223372036854775807}}}
`, Options{})
	tasks := plan.Cells[0].Tasks
	if len(tasks) != 3 || tasks[0]["lo"] != -1<<63 || tasks[2]["hi"] != 1<<63-1 || tasks[2]["lo"] != tasks[1]["hi"] {
		t.Errorf("%v", tasks)
	}
}

// Cells that give the templates the same values share one task list; others do not.
func TestTasksAreShared(t *testing.T) {
	plan := planOf(t, `version: 1
name: x
workloads: {p: {builtin: pi, tasks: {range: 100000, chunk: "{{chunk}}"}}}
matrix: {chunk: [1, 2], executor: [serial, {threads: [1, 2, 3]}]}
`, Options{})
	if &plan.Cells[0].Tasks[0] != &plan.Cells[3].Tasks[0] {
		t.Error("cells of one chunk have lists of their own")
	}
	if len(plan.Cells[0].Tasks) == len(plan.Cells[4].Tasks) {
		t.Error("cells of different chunks share a list")
	}
}

func TestHolds(t *testing.T) {
	plan := planOf(t, `version: 1
name: x
workloads:
  p: {builtin: primes, args: {n: "{{n}}"}, combine: sum, tasks: 2, verify: "result == 2 * n and len(results) == 2 and workers >= 1 and executor != 'none'"}
matrix: {n: [1, 2]}
`, Options{})
	w := plan.Cells[1].Workload
	for _, tt := range []struct {
		results []any
		want    bool
	}{{[]any{2, 2}, true}, {[]any{2, 3}, false}, {[]any{4}, false}} {
		result, err := w.Combined(tt.results)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.Holds(Work{Results: tt.results, Result: result}, &plan.Cells[1]); err != nil || got != tt.want {
			t.Errorf("%v: %v, %v", tt.results, got, err)
		}
	}
	if holds, err := w.Holds(Work{Result: []any{2}}, &plan.Cells[1]); holds {
		t.Error("a list is equal to a number", err)
	}
	w = &Workload{}
	if holds, err := w.Holds(Work{}, nil); !holds || err != nil {
		t.Error("without verify it must hold", err)
	}
}
