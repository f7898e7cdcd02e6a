package scripts

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// versions are those the twins are meant for; "3" is whatever python3 is. Those that are not here are skipped.
var versions = []string{"2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3"}

// eachPython runs test with each version in turn; with -short only with those that differ most.
func eachPython(t *testing.T, test func(t *testing.T, python string)) {
	for _, version := range versions {
		if testing.Short() && !slices.Contains([]string{"2.7", "3.6", "3.13", "3"}, version) {
			continue
		}
		t.Run("python"+version, func(t *testing.T) {
			python := interpreters()[version]
			if python == "" {
				t.Skipf("no python%s on PATH or among the versions of pyenv", version)
			}
			test(t, python)
		})
	}
}

// interpreters finds an interpreter of each version, and asks it which it is: a name on PATH may only stand for one.
var interpreters = sync.OnceValue(func() map[string]string {
	found := map[string]string{}
	for _, version := range versions {
		for _, path := range candidates(version) {
			out, err := exec.Command(path, "-c", `import sys; print("%d.%d" % sys.version_info[:2])`).Output()
			answer := strings.TrimSpace(string(out))
			if err == nil && (answer == version || version == "3" && strings.HasPrefix(answer, "3.")) {
				found[version] = path
				break
			}
		}
	}
	return found
})

func candidates(version string) []string {
	var paths []string
	if path, err := exec.LookPath("python" + version); err == nil {
		paths = append(paths, path)
	}
	root := os.Getenv("PYENV_ROOT")
	if home, err := os.UserHomeDir(); root == "" && err == nil {
		root = filepath.Join(home, ".pyenv")
	}
	installed, _ := filepath.Glob(filepath.Join(root, "versions", version+".*", "bin", "python"))
	return append(paths, installed...)
}

// installed puts all twins into a new directory.
func installed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range Names() {
		if _, err := Install(dir, name); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// runPython runs Python in a directory of its own, which must be empty again afterwards, and decodes what it prints.
func runPython(t *testing.T, python string, input []byte, output any, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, append([]string{"-B", "-s"}, args...)...)
	cmd.Dir, cmd.Stdin = t.TempDir(), bytes.NewReader(input)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "PYTHON") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "PYTHONPATH="+installed(t))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%s %v: %v\n%s", python, args, err, stderr.String())
	}
	decoder := json.NewDecoder(bytes.NewReader(out))
	decoder.UseNumber()
	if err := decoder.Decode(output); err != nil {
		t.Fatalf("%s %v: %v in %q", python, args, err, out)
	}
	if left, err := os.ReadDir(cmd.Dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// runText runs a program that prints one line of JSON.
func runText(t *testing.T, python, program string, output any, args ...string) {
	t.Helper()
	runPython(t, python, nil, output, append([]string{"-c", program}, args...)...)
}

type call struct {
	Name string         `json:"name"`
	Args map[string]any `json:"args"`
}

type outcome struct {
	Result any
	Error  string // the name of the exception
	Text   string
}

// callAll calls twins one after the other in one process.
func callAll(t *testing.T, python string, calls []call) []outcome {
	t.Helper()
	input, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	driver, err := filepath.Abs(filepath.Join("testdata", "driver.py"))
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []outcome
	runPython(t, python, input, &outcomes, driver)
	if len(outcomes) != len(calls) {
		t.Fatalf("%d outcomes of %d calls", len(outcomes), len(calls))
	}
	return outcomes
}
