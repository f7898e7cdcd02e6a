package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"bench/runner/internal/cli"
	"bench/runner/internal/host"
)

// lab is where things are counted.
type lab struct {
	dir     string // temporary, removed at the end
	self    string // this program
	runner  string // the command as it is shipped; built when it is first needed
	minimal string // a minimal Go program
	files   int

	calls    bool   // tell system calls by name
	untraced string // why system calls cannot be counted; "": they can
}

// asRunner tells this program to be runner, and names the file for its memory.
const asRunner = "RUNNER_COSTS_MEMORY"

// allocated is what a process has allocated in all until its end.
type allocated struct {
	Bytes, Objects uint64
	Heap           uint64 // B that the heap took from the system at most
}

// serveRunner is runner, and does not return, in a process that is told so. It asks the machine how much runs at once
// as briefly as runner's own tests do: that is no cost that grows, and would take a second of each run.
func serveRunner() {
	file := os.Getenv(asRunner)
	if file == "" {
		return
	}
	os.Unsetenv(asRunner)
	host.CountFor = 2 * time.Millisecond
	code := cli.Main(os.Args[1:])
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	text, _ := json.Marshal(allocated{Bytes: m.TotalAlloc, Objects: m.Mallocs, Heap: m.HeapSys})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "costs:", err)
		code = 2
	}
	os.Exit(code)
}

// as runs runner with these arguments behind a command such as strace, and says what it allocated. No garbage is collected,
// unless the command says so: pools are emptied by that, now and then, and what they held is allocated anew.
func (l *lab) as(before []string, args ...string) (a allocated, err error) {
	file := filepath.Join(l.dir, "memory.json")
	argv := append(append(before, l.self), args...)
	c := exec.Command(argv[0], argv[1:]...)
	c.Dir = l.dir
	c.Env = append(os.Environ(), asRunner+"="+file, "GOMAXPROCS=2", "GOGC=off", "PATH=/usr/bin:/bin") // each folder of PATH is a call more
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Run(); err != nil {
		var exit *exec.ExitError // any verdict is as good as another, also of a trial that went wrong since the machine is full
		if !errors.As(err, &exit) || !slices.Contains([]int{1, 3, 4}, exit.ExitCode()) {
			return a, fmt.Errorf("runner %s: %w\n%s", strings.Join(args, " "), err, said.String())
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(text, &a)
}

// spec writes a spec, and gives its path and that of a database which nobody has used.
func (l *lab) spec(text string) (file, db string, err error) {
	l.files++
	file = filepath.Join(l.dir, fmt.Sprintf("spec%d.yaml", l.files))
	return file, filepath.Join(l.dir, fmt.Sprintf("results%d.db", l.files)), os.WriteFile(file, []byte(text), 0o600)
}

// build builds the shipped command, and a minimal program to compare it with, once.
func (l *lab) build() error {
	if _, err := os.Stat(l.minimal); err == nil {
		return nil
	}
	source := filepath.Join(l.dir, "minimal.go")
	if err := os.WriteFile(source, []byte("package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(\"x\") }\n"), 0o600); err != nil {
		return err
	}
	for out, from := range map[string]string{l.runner: "bench/runner/cmd/runner", l.minimal: source} {
		c := exec.Command("go", "build", "-ldflags", "-s -w", "-o", out, from)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if said, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("go build %s: %w\n%s", from, err, said)
		}
	}
	return nil
}
