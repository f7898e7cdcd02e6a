package shims

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"bench/runner/executors"
	"bench/runner/results"
)

var python = language{
	runtime: "python", ext: ".py", versions: []string{"2.7", "3.6", "3.13", "3.14"}, lines: []string{"2.7", "3.13"}, short: "3.13",
	find: findPython, lacks: pythonLacks, starts: pythonStarts,
	slow:     []string{"subprocess"},
	separate: []string{"subprocess", "interpreters"},
	check:    []string{"serial", "procs", "subprocess"},
	cached:   "runner_*.pyc",
	failure:  "ValueError: broken on purpose",
	shapes:   `[1,0.5,"1180591620717411303424",true,null,"text","é世",{"a":[1,2],"b":[]},[1,[1]]]`,
	place:    `[true,"PYTHONDONTWRITEBYTECODE"]`, // which keeps interpreters of its own from writing bytecode
	loads:    []string{"hostile Deep.Er.square"},
	files: map[string]string{
		"random.py": "", "needs.py": "import no_such_module", "broken.py": "def f(:", "ends.py": "raise SystemExit(7)",
		"plain.py": "x = 1",
	},
	unloaded: map[string]string{
		"random.py:f":   "random.py cannot be imported: ImportError: it hides Python's own module random: rename the file",
		"needs.py:f":    "no_such_module",
		"broken.py:f":   "broken.py cannot be imported: SyntaxError",
		"ends.py:f":     "ends.py cannot be imported: SystemExit: 7",
		"missing.py:f":  "missing.py cannot be imported: ImportError: there is no such file",
		"plain.py:f":    "plain.py has no function f",
		"plain.py:x":    "plain.py has no function x",
		"plain.py:x.y":  "plain.py has no function x.y",
		"plain.py:f\"'": "plain.py has no function f\"'",
	},
	hostile: map[string]outcome{
		"leave":         {results.Crash, "task 1: SystemExit: broken on purpose"},
		"object_result": {results.Crash, "task 1: its result is not JSON: TypeError"},
		"set_result":    {results.Crash, "task 1: its result is not JSON: TypeError"},
		"nan":           {results.Crash, "task 1: its result is not JSON: ValueError"},
		"infinite":      {results.Crash, "task 1: its result is not JSON: ValueError"},
		"endless":       {results.Crash, "task 1: its result is not JSON: "},
		"huge":          {results.Crash, "of JSON: the most is 8 MiB"},
		"raises_badly":  {results.Crash, "task 1: Bad"},
		"old_style":     {results.Crash, "task 1: "},
		"daemon":        {results.Leaked, "1 process outlived"},
		"thread":        {results.OK, ""},
		"close3":        {results.OK, ""},
		"forks":         {results.OK, ""},
		"mapping":       {results.OK, ""},
	},
	spared: sparedInPython,
}

// alike are executors whose results are looked at by the same code, and take the same way, as those of others.
var alike = []string{"threads", "master-worker", "fork", "thread-pool", "asyncio", "subprocess"}

func sparedInPython(t *testing.T, workload, executor string, o outcome) {
	if strings.Contains(o.reason, "not JSON") && slices.Contains(alike, executor) {
		t.Skip("its results go the same way as those of others")
	}
	if executor == "interpreters" && (workload == "daemon" || workload == "forks" || workload == "thread") {
		t.Skip("in an interpreter of several nothing can be forked, and it never ends before its threads do")
	}
}

var known sync.Map // of versions to paths

func findPython(version string) string {
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

// needs is the first version that has an executor, where that is not every version.
var needs = map[string]string{"thread-pool": "3.6", "process-pool": "3.6", "asyncio": "3.6", "interpreters": "3.14"}

func pythonLacks(t *testing.T, path, executor string) bool {
	t.Helper()
	return needs[executor] != "" && !newer(t, path, needs[executor])
}

func pythonStarts(t *testing.T, path string, info executors.Info) []string {
	t.Helper()
	for _, o := range info.Options {
		if o.Name == "start" && newer(t, path, "3.0") {
			return o.Choices
		}
	}
	return []string{"fork"}
}

// newer tells whether a Python is of a version or a later one.
func newer(t *testing.T, path, version string) bool {
	t.Helper()
	major, minor, _ := strings.Cut(version, ".")
	return strings.TrimSpace(output(t, path, "-c", "import sys; print(sys.version_info[:2] >= ("+major+", "+minor+"))")) == "True"
}

// TestCompiles under every Python that is here.
func TestCompiles(t *testing.T) {
	for _, version := range []string{"2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"} {
		t.Run("python"+version, func(t *testing.T) {
			path := python.interpreter(t, version)
			for _, file := range []string{"python.py", "python_processes.py"} {
				const program = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')"
				if out, err := exec.Command(path, "-W", "error", "-c", program, file).CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", file, err, out)
				}
			}
		})
	}
}
