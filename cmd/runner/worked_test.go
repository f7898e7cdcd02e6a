package main

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The worked example of docs/methodology.md is a spec whose report and self-test are the ones that stand there.
func TestWorkedExample(t *testing.T) {
	page, err := os.ReadFile("../../docs/methodology.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "\n## A worked example\n")
	example, _, _ = strings.Cut(example, "\n## ")
	blocks := strings.Split(example, "```")
	if len(blocks) != 7 {
		t.Fatalf("three blocks of code are expected, not %d", len(blocks)/2)
	}
	_, spec, _ := strings.Cut(blocks[1], "\n")
	testscript.Run(t, testscript.Params{
		Dir: "testdata/worked",
		Setup: func(e *testscript.Env) error {
			e.Setenv("COLUMNS", "120")
			for name, text := range map[string]string{"worked.yaml": spec, "report.txt": blocks[3][1:], "selftest.txt": blocks[5][1:]} {
				if err := os.WriteFile(e.WorkDir+"/"+name, []byte(text), 0o600); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "holds": holds},
	})
}

// holds wants one file to stand in another: holds stdout report.txt.
func holds(ts *testscript.TestScript, _ bool, args []string) {
	if all, part := ts.ReadFile(args[0]), ts.ReadFile(args[1]); !strings.Contains(all, part) {
		ts.Fatalf("this:\n%s\nis not in this:\n%s", part, all)
	}
}
