package spec

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bench/runner/internal/diag"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata, or writes it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", path, got, want)
	}
}

// problems loads and plans a file and prints what is wrong with it.
func problems(path string, opt Options) ([]byte, *Experiment, Plan) {
	exp, list := Load(path, catalog(), opt)
	var plan Plan
	if len(list) == 0 {
		plan, list = exp.Plan(catalog(), 1, opt)
	}
	var out bytes.Buffer
	diag.Print(&out, list, exp.Line)
	return out.Bytes(), exp, plan
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(found), err)
	}
	return found
}

func TestRefused(t *testing.T) {
	for _, path := range files(t, "testdata/err/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			out, exp, plan := problems(path, Options{})
			if len(out) == 0 {
				t.Fatal("nothing is wrong with it")
			}
			if exp == nil || len(plan.Cells) > 0 {
				t.Error("a refused spec must not plan")
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".golden", out)
		})
	}
}

func TestAccepted(t *testing.T) {
	for _, path := range files(t, "testdata/ok/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			out, _, plan := problems(path, Options{})
			if len(out) > 0 {
				t.Fatalf("refused:\n%s", out)
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".golden", []byte(describePlan(&plan)))
		})
	}
}
