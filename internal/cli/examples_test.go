package cli

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every `runner run`, `plan` or `check` of an experiment that the README and the help show is accepted: the spec is there,
// and the flags fit it. It is planned, not run.
func TestShownExamplesArePlanned(t *testing.T) {
	t.Chdir("../..")
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := strings.Split(string(readme), "\n")
	var collect func(*cobra.Command)
	collect = func(c *cobra.Command) {
		shown = append(shown, strings.Split(c.Example, "\n")...)
		for _, sub := range c.Commands() {
			collect(sub)
		}
	}
	collect((&app{stdout: io.Discard, stderr: io.Discard}).root())

	planned := 0
	for _, line := range shown {
		found := commandLine.FindStringSubmatch(line)
		if found == nil || !strings.Contains(line, "experiments/") {
			continue
		}
		command, _, _ := strings.Cut(found[1], "  ") // what it is for stands behind it
		command, _, _ = strings.Cut(command, " > ")
		words := shellWord.FindAllString(strings.TrimSuffix(command, "`"), -1)
		if words[0] != "run" && words[0] != "plan" && words[0] != "check" {
			continue
		}
		args := []string{"plan"}
		for _, w := range words[1:] {
			if w != "--json" && w != "--explain" {
				args = append(args, strings.Trim(w, `"'`))
			}
		}
		var said strings.Builder
		a := &app{ctx: t.Context(), stdout: io.Discard, stderr: &said, getenv: func(string) string { return "" }}
		root := a.root()
		root.SetArgs(args)
		if err := root.Execute(); err != nil {
			t.Errorf("%s: %v\n%s", strings.TrimSpace(line), err, said.String())
		}
		planned++
	}
	if planned < 6 {
		t.Errorf("only %d examples found", planned)
	}
}
