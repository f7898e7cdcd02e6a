package gates

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
	"bench/runner/results"
	"bench/runner/spec"
)

var update = flag.Bool("update", false, "write the golden files")

var aliases = map[string]string{"processes": "procs"}

var work = &spec.Workload{Name: "sum", Builtin: "sum"}

// planOf makes a plan of encoded cells; those after "excluded" are not run. The baseline of a cell is the one that
// baseline selects among those that are else the same, apart from what one of them lacks.
func planOf(baseline string, encoded ...string) *spec.Plan {
	exp := &spec.Experiment{File: "x.yaml", Cores: 2}
	plan := &spec.Plan{Experiment: exp}
	excluded := false
	for _, text := range encoded {
		if text == "excluded" {
			excluded = true
			continue
		}
		text, reason, _ := strings.Cut(text, " ! ")
		cell, err := matrix.ParseCell(text)
		if err != nil {
			panic(err)
		}
		if excluded {
			plan.Excluded = append(plan.Excluded, spec.ExcludedCell{Cell: cell, Reason: reason})
			continue
		}
		p := spec.PlannedCell{Cell: cell, Facets: cell.Facets(), Workload: work, Runtime: spec.Runtime{Name: "go", Kind: "go"}, Executor: "serial", Workers: 1, Baseline: -1}
		if e, ok := cell.Get(matrix.Executor).(string); ok {
			p.Executor = e
		}
		if w, ok := cell.Get(matrix.Workers).(int); ok {
			p.Workers = w
		}
		plan.Cells = append(plan.Cells, p)
	}
	if baseline == "" {
		return plan
	}
	exp.Baseline, _ = matrix.ParseSelector(baseline)
	for i := range plan.Cells {
		for j := range plan.Cells {
			if exp.Baseline.Match(plan.Cells[j].Cell) && otherwiseSame(plan.Cells[i].Facets, plan.Cells[j].Facets, exp.Baseline) {
				plan.Cells[i].Baseline = j
			}
		}
	}
	return plan
}

func otherwiseSame(a, b []matrix.Facet, replaced matrix.Selector) bool {
	for _, f := range a {
		if f.Name == matrix.Executor || f.Name == matrix.Workers {
			continue
		}
		for _, t := range replaced {
			if t.Name == f.Name {
				f.Value = t.Values[0]
			}
		}
		if v := get(b, f.Name); v != nil && !matrix.Equal(v, f.Value) {
			return false
		}
	}
	return true
}

// primes has two runtimes, and an option that only pools have.
func primes() *spec.Plan {
	var cells []string
	for _, runtime := range []string{"py2", "py3"} {
		for _, e := range []string{"executor=serial", "executor=threads workers=1", "executor=threads workers=2",
			"executor=procs workers=1", "executor=procs workers=2", "executor=procs workers=4",
			"executor=pool workers=2 chunksize=1", "executor=pool workers=2 chunksize=64"} {
			cells = append(cells, "runtime="+runtime+" "+e)
		}
	}
	return planOf("serial", append(cells, "excluded", "runtime=py2 executor=threads workers=8 ! threads > cores",
		"runtime=py3 executor=threads workers=8 ! threads > cores")...)
}

// small has one runtime, and no more facets than an executor has.
func small() *spec.Plan {
	return planOf("serial", "executor=serial", "executor=threads workers=1", "executor=threads workers=2", "executor=procs workers=2", "executor=procs workers=4")
}

func inFile(text string) diag.Text {
	return diag.Text{String: text, At: func(offset int) diag.Pos {
		before := string([]rune(text)[:offset])
		line := strings.Count(before, "\n")
		col := len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
		return diag.Pos{File: "x.yaml", Line: 1 + line, Col: 1 + col}
	}}
}

func asserted(check, where, needs string) spec.Assertion {
	a := spec.Assertion{Check: inFile(check), Level: "error", Pos: diag.Pos{File: "x.yaml", Line: 1, Col: 1}}
	if where != "" {
		a.Where, _ = matrix.ParseSelector(where)
	}
	if needs != "" {
		text := inFile(needs)
		a.Needs = &text
	}
	return a
}

func compileOne(plan *spec.Plan, a spec.Assertion) ([]Check, diag.List) {
	exp := *plan.Experiment
	exp.Assertions = []spec.Assertion{a}
	return Compile(&exp, plan, Options{Aliases: aliases})
}

func mustCompile(t testing.TB, plan *spec.Plan, a spec.Assertion) []Check {
	t.Helper()
	checks, problems := compileOne(plan, a)
	if len(problems) > 0 {
		t.Fatalf("%s: %v", a.Check.String, problems)
	}
	return checks
}

// trials makes n OK trials for each cell of the plan: the first times[0] of the cell's seconds, and so on.
func trials(plan *spec.Plan, n int, seconds func(cell, block int) float64) []results.Trial {
	var out []results.Trial
	for block := range n {
		for i, c := range plan.Cells {
			d := time.Duration(seconds(i, block) * 1e9)
			out = append(out, results.Trial{Cell: c.Cell, Workload: "sum", Block: block, Status: results.OK, Workers: c.Workers, Tasks: 6,
				Phases:  results.Phases{Startup: time.Second, Spawn: d / 4, Work: d / 2, Join: d / 4, Total: d},
				Usage:   results.Usage{User: d, System: d / 2, Memory: 1 << 20, Voluntary: 3, Involuntary: 4},
				Runtime: results.RuntimeInfo{Name: "go", Version: "1.26.0", GIL: "off"},
				Result:  42, Results: []any{40, 2}})
		}
	}
	return out
}

// perWorker is a perfect speedup: a second, divided by the workers.
func perWorker(plan *spec.Plan) func(cell, block int) float64 {
	return func(cell, block int) float64 { return 1 / float64(plan.Cells[cell].Workers) }
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it):\n%s", path, got)
	}
}
