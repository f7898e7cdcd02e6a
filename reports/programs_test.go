package reports

import (
	"slices"
	"strings"
	"testing"

	"bench/runner/gates"
	"bench/runner/internal/diag"
	"bench/runner/internal/matrix"
	"bench/runner/results"
)

func TestDistinct(t *testing.T) {
	got := distinct([]string{"a", "b", "a", "a (2)", "a"}, " (%d)")
	if want := []string{"a", "b", "a (2)", "a (2) (2)", "a (3)"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

func TestRounded(t *testing.T) {
	for v, want := range map[float64]string{1.2341: "1.23", 13107200: "13100000", 0.0000123456: "0.0000123", -0.0003: "-0.0003", 0: "0", 999.7: "1000", 1: "1"} {
		if got := rounded(v); got != want {
			t.Errorf("%v: %s, not %s", v, got, want)
		}
	}
}

// The trials that formats list are those that gates counted: N tells whether that had to take the contaminated ones too.
func TestCounted(t *testing.T) {
	trials := []results.Trial{{Status: results.OK, Warmup: true}, {Status: results.OK}, {Status: results.OK, Contaminated: "another program"},
		{Status: results.Crash}, {Status: results.OK, Control: true}}
	for n, want := range map[int]int{1: 1, 2: 2} {
		r := New(results.Run{}, []gates.Summary{{N: n}}, nil, nil, trials, nil, "", 0)
		got := r.Cells[0].counted()
		if len(got) != want || got[0] != &trials[1] {
			t.Errorf("of %d: %v", n, got)
		}
	}
}

func TestFileOfACheck(t *testing.T) {
	for _, c := range [][3]string{{"./a/../b.yaml", "", "b.yaml"}, {`a\b.yaml`, "", "a/b.yaml"}, {"", "./spec.yaml", "spec.yaml"}, {"", "", ""}} {
		r := &Report{Run: results.Run{Spec: c[1]}}
		if got := r.file(&gates.Verdict{Pos: diag.Pos{File: c[0]}}); got != c[2] {
			t.Errorf("%q of %q: %q", c[0], c[1], got)
		}
	}
}

// three is a consistent report of one cell with three trials, a level and a check's outcome that the caller may change.
func three(level any, outcome gates.Outcome, severity string) *Report {
	cell := matrix.NewCell(matrix.Facet{Name: "executor", Value: "threads"}, matrix.Facet{Name: "workers", Value: 2}, matrix.Facet{Name: "data", Value: level})
	ok := fixture().Cells[0].Trials[1]
	trials := []results.Trial{*ok, *ok, *ok}
	for i := range trials {
		trials[i].Cell, trials[i].Block, trials[i].Contaminated = cell, i, ""
	}
	s := gates.Summary{Cell: cell, Workload: "sum", Runtime: "go", Executor: "threads", Workers: 2, N: 3, Times: repeat(1.2341, 3), Median: ptr(1.2341),
		Mean: ptr(1.2341), Deviation: ptr(0.0), User: ptr(1.2), System: ptr(0.03), Min: ptr(1.2341), Max: ptr(1.2341)}
	v := gates.Verdict{Name: "n", Check: "time() < 1", Level: severity, Outcome: outcome, Reason: "why", Pos: diag.Pos{File: "x.yaml", Line: 7, Col: 3}, EndCol: 13}
	return New(results.Run{ID: "1", Experiment: "one", Environment: results.Environment{Cores: 8}}, []gates.Summary{s}, nil, nil, trials, []gates.Verdict{v}, "PASS", 0)
}

// All combinations of what came of a check and its level, in the three formats that CI services turn into colours.
func TestHowOutcomesAreTold(t *testing.T) {
	for _, c := range []struct {
		outcome                      gates.Outcome
		level, junit, github, gitlab string
	}{
		{gates.Pass, "error", "<system-out>", "", ""},
		{gates.Pass, "warn", "<system-out>", "", ""},
		{gates.Fail, "error", "<failure ", "::error ", "major"},
		{gates.Fail, "warn", "<skipped ", "::warning ", "minor"},
		{gates.Error, "error", "<error ", "::error ", "critical"},
		{gates.Error, "warn", "<skipped ", "::warning ", "minor"},
		{gates.Inconclusive, "error", "<skipped ", "::warning ", "minor"},
		{gates.Inconclusive, "warn", "<skipped ", "::warning ", "minor"},
		{gates.Skipped, "error", "<skipped ", "::notice ", "info"},
	} {
		r := three("x", c.outcome, c.level)
		junit := string(render(t, "junit", r, Style{}))
		for _, element := range []string{"<failure ", "<error ", "<skipped ", "<system-out>"} {
			if strings.Contains(junit, element) != (element == c.junit) {
				t.Errorf("%s at level %s in junit: %s", c.outcome, c.level, junit)
			}
		}
		if github := string(render(t, "github", r, Style{})); c.github == "" && github != "" || !strings.HasPrefix(github, c.github) {
			t.Errorf("%s at level %s in github: %s", c.outcome, c.level, github)
		}
		gitlab := string(render(t, "gitlab", r, Style{}))
		if c.gitlab == "" && gitlab != "[]\n" || c.gitlab != "" && !strings.Contains(gitlab, `"severity": "`+c.gitlab+`"`) {
			t.Errorf("%s at level %s in gitlab: %s", c.outcome, c.level, gitlab)
		}
	}
}
