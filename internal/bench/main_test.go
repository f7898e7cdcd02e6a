package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"bench/runner/internal/cli"
)

// Rows come from a report as runner writes it: both sides and the ratio, whichever side of it is runner's; a number alone;
// a peer that is missing, a machine that was busy, and a row that asks for nothing.
func TestRows(t *testing.T) {
	data, err := os.ReadFile("testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	var got []row
	for _, v := range r.Verdicts {
		got = append(got, rowOf(v))
	}
	want := []row{
		{"cold start of `runner version`", "3.19 ms", "a minimal Go program, 1.03 ms", "3.10 [2.72, 3.26] (n=14)", "≤ 2", "**no**", "all packages are linked"},
		{"40,000 tasks", "122 ms", "Pool.imap_unordered, 1.11 s", "9.11 [8.20, 9.90] (n=14)", "≥ 5", "yes", ""},
		{"one more time", "1.24 ms", "ReBench, 4.00 ms", "0.310 [0.280, 0.330] (n=14)", "≤ 0.3", "inconclusive", ""},
		{"a run with 1,000 cells: peak memory", "44.9 MB [44.0 MB, 45.2 MB] (n=14)", "", "", "< 64 MB", "yes", ""},
		{"cold start of `runner version`", "3.19 ms", "`hyperfine --version`", "", "", "left out: workload=hyperfine is unavailable: hyperfine: no such program on PATH", ""},
		{"speedup of 2 threads", "", "C", "", "≥ 0.985", "left out: needs parallelism >= 1.8: parallelism is 1.05", ""},
		{"cold start of `runner version`", "3.19 ms", "C, 321 µs", "10.2 (n=0)", "", "inconclusive: the machine was busy", ""},
	}
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d is\n%+v, want\n%+v", i, got[i], want[i])
		}
	}
	text := table(got)
	for _, line := range []string{
		"| one more time | 1.24 ms | ReBench, 4.00 ms | 0.310 [0.280, 0.330] (n=14) | ≤ 0.3 | inconclusive |\n",
		"- cold start of `runner version` (≤ 2): all packages are linked\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in the table\n%s", line, text)
		}
	}
}

// Each spec is valid, and each of its assertions has a name of its own, which is what its row begins with.
func TestSpecs(t *testing.T) {
	specs, err := filepath.Glob("../../experiments/bench/*.yaml")
	if err != nil || len(specs) == 0 {
		t.Fatalf("no specs: %v", err)
	}
	inner, err := filepath.Glob("../../experiments/bench/workloads/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if code := cli.Main(append([]string{"check", "-q"}, append(inner, specs...)...)); code != 0 {
		t.Errorf("runner check: exit code %d", code)
	}
	var all []string
	for _, spec := range specs {
		data, err := os.ReadFile(spec)
		if err != nil {
			t.Fatal(err)
		}
		var x struct {
			Question string
			Assert   []struct{ Name, Check string }
		}
		if err := yaml.Unmarshal(data, &x); err != nil {
			t.Errorf("%s: %v", spec, err)
			continue
		}
		if x.Question == "" || len(x.Assert) == 0 {
			t.Errorf("%s: it opens with its question and ends in assertions", spec)
		}
		for _, a := range x.Assert {
			if a.Name == "" || slices.Contains(all, a.Name) {
				t.Errorf("%s: %s: the name %q is none, or another assertion's", spec, a.Check, a.Name)
			}
			if comparison.FindStringSubmatch(a.Check) == nil {
				t.Errorf("%s: %s: the table cannot tell the target", spec, a.Check)
			}
			all = append(all, a.Name)
		}
	}
}

func TestQuantities(t *testing.T) {
	for _, c := range []struct {
		x    float64
		unit string
		want string
	}{
		{3.2e-8, "s", "32.0 ns"}, {0.00032, "s", "320 µs"}, {0.0032, "s", "3.20 ms"}, {12.345, "s", "12.3 s"},
		{52_600_000, "B", "52.6 MB"}, {500, "B", "500 B"}, {174_600, "tasks/s", "175 k/s"}, {1.234, "1", "1.23"}, {0, "1", "0"}, {-0.5, "1", "-0.500"},
	} {
		if got := quantity(c.x, c.unit); got != c.want {
			t.Errorf("%v %s is %q, want %q", c.x, c.unit, got, c.want)
		}
	}
}

// A limit that the interval reaches, and the value does not, is not decided; nor is anything by a few pairs.
func TestEstimates(t *testing.T) {
	pairs := func(ratios ...float64) estimate {
		ones := make([]float64, len(ratios))
		for i := range ones {
			ones[i] = 1
		}
		return ratio(ratios, ones)
	}
	for _, c := range []struct {
		e    estimate
		want string
		text string
	}{
		{pairs(0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1), "yes", "0.900 [0.800, 1.00] (n=8)"},
		{pairs(0.9, 1, 1, 1, 1, 1, 1, 1.1), "inconclusive", "1.00 [0.900, 1.10] (n=8)"},
		{pairs(0.9, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.3), "inconclusive", "1.20 [0.900, 1.30] (n=8)"},
		{pairs(1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.3), "**no**", "1.20 [1.20, 1.30] (n=8)"},
		{pairs(0.9, 1), "inconclusive", "0.950 (n=2)"},
	} {
		if got := c.e.atMost(1); got != c.want || c.e.String() != c.text {
			t.Errorf("%v: %s, want %s and %s", c.e, got, c.want, c.text)
		}
	}
}
