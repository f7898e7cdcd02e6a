package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// reference is docs/commands.md: every command with its flags, from the commands themselves.
func reference(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("# Commands\n\nThis page is generated from the commands: `runner COMMAND --help` says the same. RUN is an id, a unique beginning of one, `last`,\n" +
		"`last~1`, or `EXPERIMENT@last`.\n\n| command | does |\n|---|---|\n")
	for _, c := range verbs(root) {
		_, args, _ := strings.Cut(c.Use, " ")
		fmt.Fprintf(&b, "| [%s](#%s) %s | %s |\n", c.Name(), anchor(c), strings.ReplaceAll(inPage(args), "|", `\|`), c.Short)
	}
	b.WriteString("\nFlags of every command:\n\n")
	flagTable(&b, root.PersistentFlags())
	for _, c := range verbs(root) {
		fmt.Fprintf(&b, "\n## runner %s\n\n%s\n", c.Name(), strings.TrimSpace(inPage(c.Long)))
		if c.Long == "" {
			fmt.Fprintf(&b, "%s.\n", c.Short)
		}
		if c.Example != "" {
			fmt.Fprintf(&b, "\n```\n%s\n```\n", strings.TrimRight(unindent(c.Example), "\n"))
		}
		if c.LocalNonPersistentFlags().HasAvailableFlags() {
			b.WriteString("\n")
			flagTable(&b, c.LocalNonPersistentFlags())
		}
	}
	return b.String()
}

func verbs(root *cobra.Command) (all []*cobra.Command) {
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "completion" && c.Name() != "help" {
			all = append(all, c)
		}
	}
	return all
}

func anchor(c *cobra.Command) string { return "runner-" + c.Name() }

func flagTable(b *strings.Builder, flags *pflag.FlagSet) {
	b.WriteString("| flag | is |\n|---|---|\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if value != "" {
			name += " " + value
		}
		if f.DefValue != "" && f.DefValue != "0" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0s" {
			usage += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", name, strings.ReplaceAll(inPage(usage), "|", `\|`))
	})
}

// unindent takes the two spaces away that examples begin with.
func unindent(s string) string {
	return strings.ReplaceAll(strings.TrimPrefix(s, "  "), "\n  ", "\n")
}

func inPage(s string) string { return strings.ReplaceAll(s, "<", "&lt;") }
