package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"bench/runner/executors"
	"bench/runner/internal/cli"
	"bench/runner/internal/host"
)

var update = flag.Bool("update", false, "write the goldens in the scripts again")

func TestMain(m *testing.M) {
	executors.Serve() // the trials of the runs below are this program again
	host.CountFor = 2 * time.Millisecond
	cli.OpenerPatience = time.Minute // what opens things here ends by itself, and is waited for
	testscript.Main(m, map[string]func(){"runner": main})
}

// The command line from end to end. Times are scripted, so that every byte is known.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("COLUMNS", "120")
			e.Setenv("TZ", "UTC")
			e.Setenv("ROOT", root)
			e.Setenv("LINES", "failures(n=1) == 0 and\n failures(n=99) == 0") // scripts cannot write a line break
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "order": order, "fetch": fetch},
	})
}

// order writes the places of all trials of a JSON report to a file: order stdout FILE.
func order(ts *testscript.TestScript, _ bool, args []string) {
	var report struct {
		Cells []struct {
			Key    string
			Trials []struct {
				Block, Position int
				Control         bool
			}
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &report))
	var lines []string
	for _, c := range report.Cells {
		for _, t := range c.Trials {
			lines = append(lines, fmt.Sprintf("%3d %2d %s %v", t.Block, t.Position, c.Key, t.Control))
		}
	}
	if len(lines) == 0 {
		ts.Fatalf("no trials in %s", args[0])
	}
	slices.Sort(lines)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
}

// exits runs a program and wants an exit code: exits 2 runner check broken.yaml.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG…]")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}
