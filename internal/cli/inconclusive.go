package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bench/runner/reports"
)

// inconclusive is what the exit code makes of checks that could not be decided: "" is a code of their own, 3.
type inconclusive string

var inconclusives = []string{"fail", "warn", "pass"}

func (i *inconclusive) flag(c *cobra.Command) {
	const name = "on-inconclusive"
	c.Flags().StringVar((*string)(i), name, "", "what checks that cannot be decided come to: fail (exit code 1), warn (0, with a line on stderr) or `pass` (0); without it exit code 3")
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(inconclusives, cobra.ShellCompDirectiveNoFileComp))
}

func (i inconclusive) valid() error {
	if i != "" && !slices.Contains(inconclusives, string(i)) {
		return fmt.Errorf("--on-inconclusive %s: it is one of %s", i, strings.Join(inconclusives, ", "))
	}
	return nil
}

// of is the exit code of a report. The report itself stays as it is: what was asked for here is not part of the run. A run
// that did not come to its end is excused by nothing.
func (i inconclusive) of(r *reports.Report) int {
	whole := !r.Run.Finished.IsZero() && r.Run.Outcome != interrupted
	switch {
	case r.Word != "INCONCLUSIVE" || i == "":
	case i == "fail":
		return 1
	case whole:
		return 0
	}
	return r.Code
}

// warn says that what could not be decided is let pass.
func (a *app) warn(i inconclusive, r *reports.Report) {
	if i == "warn" && i.of(r) != r.Code {
		fmt.Fprintf(a.stderr, "runner: warning: %s: not everything could be decided; exit code 0 as --on-inconclusive=warn asks\n", reports.Visible(r.Run.Experiment))
	}
}

// code is the exit code of what is inconclusive and has no report.
func (i inconclusive) code() int {
	switch i {
	case "":
		return 3
	case "fail":
		return 1
	}
	return 0
}
