package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"bench/runner/executors/shims"
	"bench/runner/gates"
	"bench/runner/internal/host"
	"bench/runner/internal/runtimes"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
	"bench/runner/workloads"
)

// topics are what `runner list` can list, in the order of its help.
func (a *app) topics() []topic {
	return []topic{
		{"experiments", "the specs below experiments/ and their questions", a.listExperiments},
		{"workloads", "the built-in work, with its parameters", listWorkloads},
		{"executors", "the ways to run tasks", listExecutors},
		{"runtimes", "what can execute workloads on this machine", a.listRuntimes},
		{"functions", "what an assertion can ask for", listFunctions},
		{"formats", "the report formats", listFormats},
		{"runs", "the stored runs, newest first", a.listRuns},
		{"tags", "the names that stored runs were given", a.listTags},
		{"agents", "the hosts of a fleet, asked through --join FILE", a.listAgents},
	}
}

type topic struct {
	name, doc string
	print     func(io.Writer) error
}

func (a *app) listCommand() *cobra.Command {
	var names []string
	var long strings.Builder
	long.WriteString("List prints one registry, each entry with its one-line doc:\n\n")
	for _, t := range a.topics() {
		names = append(names, t.name)
		fmt.Fprintf(&long, "  %-12s %s\n", t.name, t.doc)
	}
	c := &cobra.Command{
		Use:       "list [" + strings.Join(names, "|") + "]",
		Short:     "List experiments, workloads, executors, runtimes, functions, formats, runs, tags or agents",
		Long:      long.String(),
		Example:   "  runner list runs\n  runner list functions",
		ValidArgs: names,
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		RunE: func(_ *cobra.Command, args []string) error {
			out := bufio.NewWriter(a.stdout) // a tabwriter writes each piece of a line by itself
			defer out.Flush()
			w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
			defer w.Flush()
			for i, t := range a.topics() {
				if len(args) == 1 {
					if t.name == args[0] {
						return t.print(w)
					}
					continue
				}
				if t.name == "experiments" || t.name == "runs" || t.name == "tags" || t.name == "agents" {
					continue // these depend on where you stand; ask for them by name
				}
				if i > 1 {
					fmt.Fprintln(w)
				}
				fmt.Fprintf(w, "%s: %s\n", strings.ToUpper(t.name), t.doc)
				if err := t.print(w); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&a.joinFile, "join", "", "of agents: the join `FILE` of their fleet")
	return c
}

func (a *app) listExperiments(w io.Writer) error {
	files, err := specFiles(nil)
	if err != nil {
		return err
	}
	for _, file := range files {
		x, problems := load(file, results.Options{Cores: host.Cores()}, 0, nil)
		if len(problems) > 0 {
			fmt.Fprintf(w, "%s\t%s; see `runner check %s`\n", reports.Visible(file), plural(len(problems), "problem"), reports.Visible(file))
			continue
		}
		fmt.Fprintf(w, "%s\t%s\n", reports.Visible(file), oneLine(x.spec.Question))
	}
	return nil
}

func listWorkloads(w io.Writer) error {
	for _, b := range workloads.All() {
		fmt.Fprintf(w, "%s\t%s\n", b.Name, b.Doc)
		for _, p := range b.Params {
			fmt.Fprintf(w, "  %s\t%s%s\n", p.Name, p.Doc, defaultOf(p.Default, p.Required, p.Choices))
		}
	}
	return nil
}

func defaultOf(v any, required bool, choices []string) string {
	s := ""
	if len(choices) > 0 {
		s = "; one of " + strings.Join(choices, ", ")
	}
	if required {
		return s + " (required)"
	}
	if v == nil || v == "" {
		return s
	}
	return fmt.Sprintf("%s (default %v)", s, v)
}

func listExecutors(w io.Writer) error {
	for _, e := range allExecutors() {
		name := e.Name
		if len(e.Aliases) > 0 {
			name += " (" + strings.Join(e.Aliases, ", ") + ")"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", name, strings.Join(e.runtimes, ", "), e.Doc)
		for _, o := range e.options {
			fmt.Fprintf(w, "  %s\t%s\t%s%s\n", o.Name, strings.Join(o.runtimes, ", "), o.Doc, defaultOf(o.Default, false, o.Choices))
		}
	}
	return nil
}

func (a *app) listRuntimes(w io.Writer) error {
	m := host.Environment()
	fmt.Fprintf(w, "go\t%s, built in; %s usable\n", m.Go, plural(m.Cores, "core"))
	for _, s := range shims.All() {
		language := runtimes.Language{Kind: s.Runtime, Interpreter: s.Interpreter, Unset: s.Unset, Example: s.Example}
		found := runtimes.All(a.ctx, language, "/")
		for _, r := range found {
			gil := ""
			if r.GIL == "off" {
				gil = ", no GIL"
			}
			fmt.Fprintf(w, "%s\t%s %s%s, from %s: %s\n", r.Kind, r.Name, r.Version, gil, r.From, reports.Visible(r.Path))
		}
		if len(found) == 0 {
			fmt.Fprintf(w, "%s\tnone found on this machine: cells that want one are unavailable\n", s.Runtime)
		}
	}
	return nil
}

func listFunctions(w io.Writer) error {
	for _, f := range gates.Functions() {
		args := []string{}
		if f.Selector {
			args = append(args, "sel")
		}
		for _, p := range f.Params {
			args = append(args, fmt.Sprintf("%s=%#v", p.Name, p.Default))
		}
		unit := f.Unit
		if unit != "" {
			unit = " [" + unit + "]"
		}
		fmt.Fprintf(w, "%s(%s)\t%s%s\n", f.Name, strings.Join(args, ", "), f.Doc, unit)
	}
	return nil
}

func listFormats(w io.Writer) error {
	for _, f := range reports.All() {
		fmt.Fprintf(w, "%s\t%s\n", f.Name, f.Doc)
	}
	return nil
}

func (a *app) listRuns(w io.Writer) error {
	db, err := a.reading(a.database(""))
	if err != nil {
		return err
	}
	defer db.Close()
	runs, err := db.Runs(a.ctx, sqlite.Filter{})
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "RUN\tEXPERIMENT\tSTARTED\tTRIALS\tOUTCOME")
	for _, r := range runs {
		outcome := r.Outcome
		if r.Finished.IsZero() {
			if outcome, err = unfinished(a.ctx, db, r.ID); err != nil {
				return err
			}
		}
		started := "unknown"
		if !r.Started.IsZero() {
			started = r.Started.Local().Format("2006-01-02 15:04:05")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", r.ID, oneLine(r.Experiment), started, r.Trials, oneLine(outcome))
	}
	return nil
}

// unfinished tells a run that goes on from one that was killed.
func unfinished(ctx context.Context, db *sqlite.DB, id string) (string, error) {
	claimed, err := db.Claimed(ctx, id)
	if claimed {
		return "running", err
	}
	return interrupted, err
}

func oneLine(s string) string { return reports.Visible(strings.Join(strings.Fields(s), " ")) }
