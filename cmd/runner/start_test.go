package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What our packages may allocate before main: every worker process pays for it. A table of structs fits into it,
// two compiled regular expressions do not: make those when they are first needed.
const (
	ownBytes  = 16 << 10 // of one package
	ownAllocs = 100      // of one package
	allBytes  = 40 << 10 // of all our packages together
)

// heavy are packages that a start must not pay for.
var heavy = []string{"net/http", "crypto/tls", "encoding/gob", "github.com/klauspost/"}

func TestStartInitialisesLittle(t *testing.T) {
	all := 0
	seen := map[string]bool{}
	for _, p := range initialised(t) {
		seen[p.path] = true
		for _, h := range heavy {
			if strings.HasPrefix(p.path, h) {
				t.Errorf("%s is initialised at the start of every process", p.path)
			}
		}
		if !strings.HasPrefix(p.path, "runner/") {
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
	for _, path := range []string{"runtime", "runner/spec", "runner/executors"} {
		if !seen[path] {
			t.Errorf("%s is not in the trace", path)
		}
	}
}

// initialisation is one package as GODEBUG=inittrace=1 tells it.
type initialisation struct {
	path          string
	bytes, allocs int
}

// initialised is what the program does before main, in order.
func initialised(t *testing.T) (list []initialisation) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "runner")
	build := exec.Command("go", "build", "-o", program, "runner/cmd/runner")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	version := exec.Command(program, "version")
	version.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	version.Stderr = &trace
	if err := version.Run(); err != nil {
		t.Fatalf("runner version: %v\n%s", err, trace.Bytes())
	}
	line := regexp.MustCompile(`^init (\S+) @.* (\d+) bytes, (\d+) allocs$`)
	for lines := bufio.NewScanner(&trace); lines.Scan(); {
		m := line.FindStringSubmatch(lines.Text())
		if m == nil {
			t.Fatalf("not a line of the trace: %q", lines.Text())
		}
		size, _ := strconv.Atoi(m[2])
		allocs, _ := strconv.Atoi(m[3])
		list = append(list, initialisation{m[1], size, allocs})
	}
	return list
}
