// Package internal holds one test: the import rules of docs/architecture.md.
package internal

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers says which of our packages each package may import. Tests are free.
var layers = map[string][]string{
	"internal/diag":           {},
	"internal/matrix":         {},
	"internal/stats":          {},
	"workloads":               {},
	"internal/expression":     {"internal/diag"},
	"results":                 {"internal/matrix"},
	"internal/host":           {"internal/matrix"},
	"internal/shell":          {},
	"internal/git":            {},
	"spec":                    {"internal/matrix", "internal/diag", "internal/expression", "internal/shell"},
	"executors":               {"workloads", "results", "internal/matrix", "internal/host"},
	"executors/executorstest": {"executors", "workloads", "results", "internal/matrix", "internal/host"},
	"executors/cluster":       {"executors", "results", "workloads", "internal/link"},
	"results/sqlite":          {"results", "internal/matrix"},
	"gates":                   {"spec", "results", "internal/stats", "internal/diag", "internal/matrix", "internal/expression"},
	"internal/engine":         {"spec", "executors", "workloads", "results", "internal/matrix", "internal/host"},
	"executors/shims":         {"executors"},
	"workloads/scripts":       {},
	"workloads/network":       {"workloads"},
	"internal/version":        {},
	"internal/link":           {},
	"internal/broker":         {"internal/link", "internal/host"},
	"internal/fleet":          {"executors", "executors/cluster", "internal/engine", "internal/host", "internal/link", "results", "spec", "workloads"},
	"internal/runtimes":       {"internal/host"},
	"internal/fixtures":       {"internal/host"},
	"internal/stage":          {"spec", "internal/matrix", "executors/shims", "workloads/scripts", "internal/engine", "internal/fixtures", "internal/runtimes"},
	"internal/starter":        {"internal/shell"},
	"reports":                 {"reports/charts", "internal/shell", "gates", "results", "internal/stats", "internal/matrix"},
	"reports/charts":          {"internal/stats"},
	"internal/serve":          {"reports", "results"},
	"internal/cli":            {"*"},
	"internal/bench":          {"executors", "internal/host", "internal/stats", "results", "results/sqlite", "workloads"},
	"internal/chaos/fleet":    {"results", "results/sqlite", "internal/host"},
	"internal/bench/cluster":  {"executors", "executors/cluster", "internal/broker", "results", "workloads"},
	"internal/bench/verdicts": {"internal/stats"},
	"internal/bench/builds":   {"internal/stats"},
	"internal/bench/costs":    {"cmd/runner/early/role", "executors", "internal/cli", "internal/host", "results", "results/sqlite", "workloads"},
	"internal/chaos":          {"results", "results/sqlite", "internal/host"},
	"cmd/runner":              {"internal/cli", "executors", "cmd/runner/early/role", "cmd/runner/early/version"},

	"cmd/runner/early/role":    {"executors"},
	"cmd/runner/early/version": {"internal/version"},
}

// owners says which one folder may import a dependency.
var owners = map[string]string{
	"gopkg.in/yaml.v3":                "spec",
	"github.com/expr-lang/expr":       "internal/expression",
	"modernc.org/sqlite":              "results/sqlite",
	"github.com/spf13/cobra":          "internal/cli",
	"github.com/jedib0t/go-pretty/v6": "reports",
	"mvdan.cc/sh/v3":                  "internal/shell",
	"github.com/nats-io/nats-server":  "internal/broker",
}

func TestLayers(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "bench/runner/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&pkg); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(pkg.ImportPath, "bench/runner/")
		allowed, known := layers[name]
		if !known && name != "internal" {
			t.Errorf("%s: a new package: give it a line in the table of layers", name)
		}
		for _, imported := range pkg.Imports {
			if ours, ok := strings.CutPrefix(imported, "bench/runner/"); ok {
				if !slices.Contains(allowed, ours) && !slices.Contains(allowed, "*") {
					t.Errorf("%s must not import %s", name, ours)
				}
			}
			for dep, owner := range owners {
				if (imported == dep || strings.HasPrefix(imported, dep+"/")) && name != owner {
					t.Errorf("%s must not import %s: only %s may", name, imported, owner)
				}
			}
		}
	}
}
