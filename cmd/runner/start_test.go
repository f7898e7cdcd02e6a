package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What our packages may allocate before main: every worker process pays for it. A table of structs fits into it,
// two compiled regular expressions do not: make those when they are first needed.
const (
	ownBytes  = 16 << 10 // of one package
	ownAllocs = 150      // of one package
	allBytes  = 40 << 10 // of all our packages together
)

func TestStartInitialisesLittle(t *testing.T) {
	all := 0
	seen := map[string]bool{}
	for _, p := range initialised(t) {
		seen[p.path] = true
		if !strings.HasPrefix(p.path, "bench/runner/") {
			continue
		}
		all += p.bytes
		if p.bytes > ownBytes || p.allocs > ownAllocs {
			t.Errorf("%s: %d B in %d allocations before main; at most %d and %d", p.path, p.bytes, p.allocs, ownBytes, ownAllocs)
		}
	}
	if all > allBytes {
		t.Errorf("our packages allocate %d B before main; at most %d", all, allBytes)
	}
	for _, path := range []string{"runtime", "bench/runner/spec", "bench/runner/executors"} {
		if !seen[path] {
			t.Errorf("%s is not in the trace", path)
		}
	}
}

// late are packages that a worker must not wait for: it begins before them, or it begins after nearly everything.
var late = []string{"net", "math/big", "os/exec", "path/filepath", "github.com/klauspost/compress/s2", "regexp", "runtime/debug", "gopkg.in/", "modernc.org/sqlite", "github.com/spf13/", "bench/runner/internal/cli"}

func TestAWorkerBeginsEarly(t *testing.T) {
	trace := initialised(t, "RUNNER_ROLE=worker")
	if len(trace) < 20 {
		t.Fatalf("only %d packages in the trace", len(trace))
	}
	for _, p := range trace {
		for _, l := range late {
			if p.path == l || strings.HasSuffix(l, "/") && strings.HasPrefix(p.path, l) || strings.HasPrefix(p.path, l+"/") {
				t.Errorf("%s is initialised before a worker begins", p.path)
			}
		}
	}
	if !slices.ContainsFunc(trace, func(p initialisation) bool { return p.path == "bench/runner/executors" }) {
		t.Error("it does not begin at all")
	}
}

// initialisation is one package as GODEBUG=inittrace=1 tells it.
type initialisation struct {
	path          string
	bytes, allocs int
}

// initialised is what the program does before main, in order.
func initialised(t *testing.T, env ...string) (list []initialisation) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "runner")
	build := exec.Command("go", "build", "-o", program, "bench/runner/cmd/runner")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	start := exec.Command(program, "list", "executors")
	start.Env = append(append(os.Environ(), "GODEBUG=inittrace=1"), env...)
	var trace bytes.Buffer
	start.Stderr = &trace
	if err := start.Run(); err != nil && len(env) == 0 {
		t.Fatalf("runner list executors: %v\n%s", err, trace.Bytes())
	}
	line := regexp.MustCompile(`^init (\S+) @.* (\d+) bytes, (\d+) allocs$`)
	for lines := bufio.NewScanner(&trace); lines.Scan(); {
		m := line.FindStringSubmatch(lines.Text())
		if m == nil && len(env) > 0 {
			break // what it says itself
		}
		if m == nil {
			t.Fatalf("not a line of the trace: %q", lines.Text())
		}
		size, _ := strconv.Atoi(m[2])
		allocs, _ := strconv.Atoi(m[3])
		list = append(list, initialisation{m[1], size, allocs})
	}
	return list
}
