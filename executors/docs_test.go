package executors

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bench/runner/results"
	"bench/runner/workloads"
)

// TestShimOfTheDocs runs the shim that docs/shim-protocol.md shows.
func TestShimOfTheDocs(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	page, err := os.ReadFile("../docs/shim-protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, found := strings.Cut(string(page), "```python\n")
	code, _, ended := strings.Cut(code, "```\n")
	if !found || !ended {
		t.Fatal("the page shows no shim")
	}
	dir := t.TempDir()
	shim, work := filepath.Join(dir, "shim.py"), filepath.Join(dir, "work.py")
	for path, text := range map[string]string{
		shim: code,
		work: "import os\ndef half(n):\n  os.write(3, b'garbage')\n  print('n is', n)\n  return {'half': n / 2}\n" +
			"def broken(n):\n  if n == 2: raise ValueError('no\\nmore')\n  return n\n" +
			"def exits(n):\n  os._exit(5)\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	trial := func(executor, function string) Observation {
		return Run(context.Background(), Job{
			Program: []string{python, shim}, Runtime: "py3", Executor: executor, Workers: 1, Workload: work + ":" + function,
			Tasks: []workloads.Args{{"n": 3}, {"n": 2}}, Options: map[string]any{}, Dir: dir, Timeout: time.Minute,
		})
	}
	o := trial("serial", "half")
	ok(t, o)
	if got := o.Results[0].(map[string]any)["half"]; got != 1.5 || len(o.Spans) != 2 || o.Runtime.Name != "cpython" || o.Usage.Memory <= 0 {
		t.Errorf("observed %+v", o)
	}
	if o.Stdout != "n is 3\nn is 2\n" {
		t.Errorf("stdout is %q", o.Stdout)
	}
	for _, c := range []struct {
		executor, function string
		status             results.Status
		reason             string
	}{
		{"serial", "broken", results.Crash, "task 1: ValueError: no"},
		{"serial", "exits", results.Crash, "exit status 5"},
		{"serial", "nothing", results.Crash, "AttributeError"},
		{"threads", "half", results.Unavailable, "one executor: serial"},
	} {
		if o := trial(c.executor, c.function); o.Status != c.status || !strings.Contains(o.Reason, c.reason) {
			t.Errorf("%s %s: %s: %s", c.executor, c.function, o.Status, o.Reason)
		}
	}
}
