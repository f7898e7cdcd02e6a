package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"runner/gates"
	"runner/internal/diag"
)

func (a *app) gateCommand() *cobra.Command {
	var (
		asserts []string
		out     outputs
	)
	c := &cobra.Command{
		Use:   "gate RUN",
		Short: "Judge a stored run again, or with other assertions; nothing is run",
		Long: `Gate judges what is stored and exits as "runner run" does. With --assert the given expressions are judged instead of
those of the spec.`,
		Example: `  runner gate last
  runner gate last --assert 'speedup(procs=2) > 1.5' --assert 'memory(procs=2) < 64*MiB'`,
		Args: oneRun,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := out.valid(1); err != nil {
				return err
			}
			db, id, err := a.stored(args[0])
			if err != nil {
				return err
			}
			defer db.Close()
			r, _, err := a.retell(a.ctx, db, id, asserts)
			if err != nil {
				return err
			}
			if err := a.tell(r, &out); err != nil {
				return err
			}
			return verdictCode(r.Code)
		},
		ValidArgsFunction: a.completeRuns,
	}
	c.Flags().StringArrayVar(&asserts, "assert", nil, "judge `EXPR` instead of the spec's assertions (repeatable)")
	out.flags(c.Flags())
	return c
}

// compile makes checks of the expressions given with --assert. Their positions are in the argument itself.
func (a *app) compile(asserts []string, x experiment) ([]gates.Check, error) {
	var checks []gates.Check
	var problems diag.List
	texts := map[string]string{}
	for i, text := range asserts {
		file := fmt.Sprintf("--assert %d", i+1)
		texts[file] = text
		more, list := gates.CompileText(diag.Text{String: text, At: func(offset int) diag.Pos {
			before := string([]rune(text)[:offset])
			line := before[strings.LastIndexByte(before, '\n')+1:]
			return diag.Pos{File: file, Line: 1 + strings.Count(before, "\n"), Col: 1 + utf8.RuneCountInString(line)}
		}}, x.spec, &x.plan, gates.Options{Aliases: aliases()})
		checks = append(checks, more...)
		problems = append(problems, list...)
	}
	if len(problems) > 0 {
		problems.Sort()
		diag.Print(a.stderr, problems, func(file string, n int) (string, bool) {
			lines := strings.Split(texts[file], "\n")
			if n < 1 || n > len(lines) {
				return "", false
			}
			return lines[n-1], true
		})
		return nil, errReported
	}
	return checks, nil
}
