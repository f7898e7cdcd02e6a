package reports

import (
	"regexp"
	"strings"
	"testing"

	"bench/runner/gates"
)

func TestBenchfmt(t *testing.T) {
	golden(t, "benchfmt.txt", render(t, "benchfmt", fixture(), Style{}))
	want := "experiment: one\n# run 1\n" + strings.Repeat("BenchmarkOne/workload=sum/runtime=go/executor=threads/procs=2/data=x-4-8 1 1234100000 ns/op 13107200 B/peak\n", 3)
	if got := string(render(t, "benchfmt", three("x-4", gates.Pass, "error"), Style{})); got != want {
		t.Errorf("%s, not\n%s", got, want)
	}
}

// Whatever levels are called, a line has its fields, and its name its keys.
func TestBenchfmtNames(t *testing.T) {
	line := regexp.MustCompile(`^Benchmark[^\s/=a-z][^\s/=]*(/[^\s/=]+=[^\s/=]+){5}-8 1 \d+ ns/op \d+ B/peak$`)
	for _, text := range append(payloads, "a b", "a/b=c", "x-2", "2") {
		if strings.ContainsRune(text, '\xff') {
			continue // no level is
		}
		r := three(text, gates.Pass, "error")
		r.Run.Experiment, r.Run.Environment.CPU = text, text
		n := 0
		for l := range strings.Lines(string(render(t, "benchfmt", r, Style{}))) {
			if strings.HasPrefix(l, "Benchmark") {
				n++
				if len(text) < 500 && !line.MatchString(strings.TrimSuffix(l, "\n")) {
					t.Errorf("%.60q: %s", text, l)
				}
			}
		}
		if n != 3 {
			t.Errorf("%.60q: %d lines of 3 trials", text, n)
		}
	}
	r := three("a b", gates.Pass, "error")
	other := three("a/b", gates.Pass, "error")
	r.Cells = append(r.Cells, other.Cells...)
	if got := string(render(t, "benchfmt", r, Style{})); strings.Count(got, "/data=a_b-8 ") != 3 || strings.Count(got, "/data=a_b_2-8 ") != 3 {
		t.Errorf("two cells of one name: %s", got)
	}
}
