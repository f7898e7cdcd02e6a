package cli

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"bench/runner/gates"
	"bench/runner/internal/diag"
)

func (a *app) gateCommand() *cobra.Command {
	var (
		asserts []string
		out     outputs
		lenient inconclusive
		proof   bool
	)
	c := &cobra.Command{
		Use:   "gate RUN",
		Short: "Judge a stored run again, or with other assertions; nothing is run",
		Long: `Gate judges what is stored and exits as "runner run" does. With --assert the given expressions are judged instead of
those of the spec.

With --self-test it asks whether each check could fail at all: it makes one cell after the other slower in a copy of the
stored data, by 1 % up to a thousandfold, judges that as the data itself, and prints the least slowdown that turns the
check red. Where no slowdown does, cells are made faster; a check on CPU time, memory or context switches is tried on
those. Copies are judged on fewer resamples (2000), and on the blocks that are stored: a run that goes on until
everything is decided would see smaller changes. Exit code 1: a check of level error cannot fail; 4: a check has no
data; 0: neither.`,
		Example: `  runner gate last
  runner gate last --assert 'speedup(procs=2) > 1.5' --assert 'memory(procs=2) < 64*MiB'
  runner gate last --self-test                     how much slower a cell must get until a check is red
  runner gate last --self-test --assert 'time(procs=2) < 10*s'`,
		Args: oneRun,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := errors.Join(out.valid(1), lenient.valid(), out.unlike(proof, lenient)); err != nil {
				return err
			}
			db, id, err := a.stored(args[0])
			if err != nil {
				return err
			}
			defer db.Close()
			r, x, data, err := a.reread(a.ctx, db, id, asserts)
			if err != nil {
				return err
			}
			if proof {
				return a.selfTests(id, x.checks, data, out.json)
			}
			a.warn(lenient, r)
			if err := a.tell(r, &out); err != nil {
				return err
			}
			code := lenient.of(r)
			a.endCI(&out, r.Word, code)
			return verdictCode(code)
		},
		ValidArgsFunction: a.completeRuns,
	}
	c.Flags().StringArrayVar(&asserts, "assert", nil, "judge `EXPR` instead of the spec's assertions (repeatable)")
	c.Flags().BoolVar(&proof, "self-test", false, "tell how much slower each cell must get for a check to turn red, and which check cannot")
	out.flags(c)
	lenient.flag(c)
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
		more, list := gates.CompileText(typed(file, text), x.spec, &x.plan, gates.Options{Aliases: aliases()})
		checks = append(checks, more...)
		problems = append(problems, list...)
	}
	if len(problems) > 0 {
		return nil, a.refuseTyped(problems, texts)
	}
	return checks, nil
}

// typed is an expression that was typed as an argument, which stands for its file.
func typed(argument, text string) diag.Text {
	return diag.Text{String: text, At: func(offset int) diag.Pos {
		before := string([]rune(text)[:offset])
		line := before[strings.LastIndexByte(before, '\n')+1:]
		return diag.Pos{File: argument, Line: 1 + strings.Count(before, "\n"), Col: 1 + utf8.RuneCountInString(line)}
	}}
}

// refuseTyped prints the problems of arguments with their lines.
func (a *app) refuseTyped(problems diag.List, texts map[string]string) error {
	problems.Sort()
	diag.Print(a.stderr, problems, func(argument string, n int) (string, bool) {
		lines := strings.Split(texts[argument], "\n")
		if n < 1 || n > len(lines) {
			return "", false
		}
		return lines[n-1], true
	})
	return errReported
}
