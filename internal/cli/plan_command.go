package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"bench/runner/internal/shell"
	"bench/runner/reports"
	"bench/runner/spec"
)

// shownTasks is how many tasks' commands are printed of a cell.
const shownTasks = 3

// printCommands says what will be started in a cell, word by word as a shell would take it. What is known only when the
// run begins stands as {{name}}.
func printCommands(w io.Writer, c *spec.PlannedCell) {
	line := func(what string, text string) { fmt.Fprintf(w, "      %-8s %s\n", what, reports.Visible(text)) }
	for _, step := range c.Prepare {
		line("prepare", fmt.Sprintf("(each %s) %s", step.Each, typedCommand(&step.Command)))
	}
	for i, command := range c.Commands {
		if i > 0 && command == c.Commands[i-1] {
			continue
		}
		if i == shownTasks {
			line("", fmt.Sprintf("… %d tasks", len(c.Commands)))
			break
		}
		line("runs", typedCommand(command))
	}
	if len(c.Program) > 0 {
		line("runs", words(c.Program))
	}
	if c.Proof != nil {
		line("verify", typedCommand(&c.Proof.Command))
	}
	for _, step := range c.Cleanup {
		line("cleanup", fmt.Sprintf("(each %s) %s", step.Each, typedCommand(&step.Command)))
	}
	if env := variables(c.Env); env != "" && (len(c.Commands) > 0 || len(c.Program) > 0) {
		line("env", env)
	}
}

// typedCommand is a command with its own variables before it. Of a shell text it is the text.
func typedCommand(c *spec.Command) string {
	text := words(c.Argv)
	if script, is := c.Script(); is {
		text = strings.TrimSpace(script)
	}
	if env := variables(c.Env); env != "" {
		text = env + " " + text
	}
	if c.Stdin != "" {
		text += " < " + word(c.Stdin)
	}
	return text
}

func variables(env map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		all = append(all, name+"="+word(env[name]))
	}
	return strings.Join(all, " ")
}

func words(argv []string) string {
	quoted := make([]string, len(argv))
	for i, arg := range argv {
		quoted[i] = word(arg)
	}
	return strings.Join(quoted, " ")
}

// word writes an argument as a shell takes it; Late's marks become {{name}} again.
func word(arg string) string { return shell.Quote(spec.Named(arg)) }
