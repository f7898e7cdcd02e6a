package shims

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"runner/executors"
)

// versions are those that the tests run under; those that are not here are skipped.
var versions = []string{"2.7", "3.6", "3.13", "3.14"}

// eachPython runs a test with each version in turn; in a short run, with one.
func eachPython(t *testing.T, test func(t *testing.T, python string)) {
	for _, version := range versions {
		if testing.Short() && version != "3.13" {
			continue
		}
		t.Run("python"+version, func(t *testing.T) { test(t, python(t, version)) })
	}
}

// python finds an interpreter, and skips the test where there is none.
func python(t *testing.T, version string) string {
	t.Helper()
	path := interpreter(version)
	if path == "" {
		t.Skipf("no python%s on PATH or among the versions of pyenv", version)
	}
	return path
}

var known sync.Map // of versions to paths

func interpreter(version string) string {
	if path, ok := known.Load(version); ok {
		return path.(string)
	}
	found := ""
	for _, path := range candidates(version) {
		out, err := exec.Command(path, "-c", `import sys; print("%d.%d" % sys.version_info[:2]); print(sys.executable)`).Output()
		if lines := strings.Fields(string(out)); err == nil && len(lines) == 2 && lines[0] == version {
			found = lines[1] // what is on PATH may only stand for it
			break
		}
	}
	known.Store(version, found)
	return found
}

func candidates(version string) []string {
	var paths []string
	if path, err := exec.LookPath("python" + version); err == nil {
		paths = append(paths, path)
	}
	root := os.Getenv("PYENV_ROOT")
	if home, err := os.UserHomeDir(); root == "" && err == nil {
		root = filepath.Join(home, ".pyenv")
	}
	installed, _ := filepath.Glob(filepath.Join(root, "versions", version+"*", "bin", "python"))
	return append(paths, installed...)
}

// program is the argv of the installed shim.
func program(t *testing.T, python string) []string {
	t.Helper()
	shim, ok := Lookup("python")
	if !ok {
		t.Fatal("there is no shim for python")
	}
	dir := t.TempDir()
	if err := shim.Install(dir); err != nil {
		t.Fatal(err)
	}
	return shim.Program(python, dir)
}

// workload is a function of testdata/hostile.py, as a request names it.
func workload(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", "hostile.py"))
	if err != nil {
		t.Fatal(err)
	}
	return path + ":" + name
}

// needs is the first version that has an executor, where that is not every version.
var needs = map[string]string{"thread-pool": "3.6", "process-pool": "3.6", "asyncio": "3.6", "interpreters": "3.14"}

// available are the executors that an interpreter should have.
func available(t *testing.T, python string, all []executors.Info) []executors.Info {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(all), func(e executors.Info) bool {
		return needs[e.Name] != "" && !newer(t, python, needs[e.Name])
	})
}

// newer tells whether an interpreter is of a version or a later one.
func newer(t *testing.T, python, version string) bool {
	t.Helper()
	major, minor, _ := strings.Cut(version, ".")
	out, err := exec.Command(python, "-c", "import sys; print(sys.version_info[:2] >= ("+major+", "+minor+"))").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out)) == "True"
}
