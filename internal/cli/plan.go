package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
	"bench/runner/internal/stats"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
	"bench/runner/spec"
)

func (a *app) planCommand() *cobra.Command {
	var (
		pick    selection
		explain bool
	)
	c := &cobra.Command{
		Use:   "plan [FILE…|DIR…]",
		Short: "Show cells, excluded cells, the order of trials and how long it should take",
		Example: `  runner plan experiments/pi.yaml
  runner plan --seed 7 --only "pool=2" experiments/pi.yaml
  runner plan --explain experiments/pi.yaml`,
		RunE: func(_ *cobra.Command, args []string) error {
			loaded, err := a.loadAll(args, &pick)
			if err != nil {
				return err
			}
			for i, x := range loaded {
				if i > 0 {
					fmt.Fprintln(a.stdout)
				}
				a.printPlan(x)
				a.printReferences(x, pick.options())
				if explain {
					a.printOrigins(x)
				}
			}
			return nil
		},
	}
	pick.flags(c.Flags())
	pick.across(c.Flags())
	c.Flags().BoolVar(&explain, "explain", false, "say where each value came from")
	return c
}

// shownBlocks is how many blocks' orders are printed.
const shownBlocks = 3

func (a *app) printPlan(x experiment) {
	w := a.stdout
	fmt.Fprintf(w, "%s  (%s)\n", x.spec.Name, reports.Visible(x.spec.File))
	r := x.spec.Repeats
	fmt.Fprintf(w, "%s, %d warm-up and %s counted blocks, %s, seed %d\n", plural(len(x.plan.Cells), "cell"), r.Warmup,
		fromTo(r.Min, r.Max), trialsText(x), x.plan.Seed)
	if r.Adaptive() {
		fmt.Fprintln(w, ending(r))
	}
	fmt.Fprintf(w, "%s\n\nCells\n", a.expected(x))
	for i, c := range x.plan.Cells {
		note := ""
		switch {
		case c.Baseline == i:
			note = "  baseline"
		case c.Baseline >= 0:
			note = "  against " + keyOf(x, c.Baseline)
		}
		fmt.Fprintf(w, "%4d  %s  %s, %s%s\n", i, reports.Visible(keyOf(x, i)), plural(len(c.Tasks), "task"), plural(c.Workers, "worker"), note)
		printCommands(w, &x.plan.Cells[i])
	}
	if len(x.plan.Excluded) > 0 {
		fmt.Fprintln(w, "\nExcluded")
		for _, e := range x.plan.Excluded {
			fmt.Fprintf(w, "      %s  %s\n", reports.Visible(e.Cell.Key()), reports.Visible(e.Reason))
		}
	}
	if len(x.plan.Cells) > 0 {
		fmt.Fprintln(w, "\nOrder (cell numbers; c is the control, the baseline once more)")
		for b := range min(shownBlocks, r.Warmup+r.Max) {
			fmt.Fprintf(w, "  block %d: %s\n", b, orderOf(x, b))
		}
	}
	if len(x.checks) > 0 {
		fmt.Fprintln(w, "\nChecks")
		for _, c := range x.checks {
			fmt.Fprintf(w, "  %s\n", reports.Visible(c.Name))
		}
	}
}

// printReferences says what a run that began now would be compared with.
func (a *app) printReferences(x experiment, options results.Options) {
	if options.Against == "" && len(gates.Sinces(x.checks)) == 0 {
		return
	}
	fmt.Fprintln(a.stdout, "\nCompared with")
	run := a.begun(x, options)
	db, err := a.reading(a.database(x.spec.File))
	var refs []results.Reference
	if err == nil {
		defer db.Close()
		refs, err = a.references(db, x, run)
	}
	if err != nil {
		fmt.Fprintf(a.stdout, "  nothing: %s\n", reports.Visible(firstOf(err)))
	}
	for _, r := range refs {
		fmt.Fprintf(a.stdout, "  %s: run %s, %s\n", reports.Visible(r.Since), r.Run, reports.Visible(r.How))
	}
	if err == nil && len(refs) == 0 {
		fmt.Fprintln(a.stdout, "  nothing yet: the checks that ask for it are skipped")
	}
}

// firstOf is the first line of an error.
func firstOf(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// ending says what ends a run that goes on as needed.
func ending(r spec.Repeats) string {
	if r.Precision > 0 {
		return fmt.Sprintf("ends when the interval of what each check compares is at most %s of it wide", strconv.FormatFloat(100*r.Precision, 'g', 6, 64)+" %")
	}
	var looks []string
	for _, n := range stats.Looks(r.Min, r.Max) {
		looks = append(looks, fmt.Sprint(n))
	}
	text := looks[0]
	if last := len(looks) - 1; last > 0 {
		text = strings.Join(looks[:last], ", ") + " and " + looks[last]
	}
	return fmt.Sprintf("ends when every check is decided; looked at after %s blocks", text)
}

func keyOf(x experiment, i int) string {
	if key := x.plan.Cells[i].Cell.Key(); key != "" {
		return key
	}
	return "workload=" + x.plan.Cells[i].Workload.Name
}

func orderOf(x experiment, block int) string {
	var parts []string
	for i, s := range x.plan.Block(block) {
		if i == 40 {
			return strings.Join(parts, " ") + " …"
		}
		label := fmt.Sprint(s.Cell)
		if s.Control {
			label += "c"
		}
		parts = append(parts, label)
	}
	return strings.Join(parts, " ")
}

// expected is how long the run should take: the medians of the newest stored run of the same experiment where there is
// one; else only the bound that the timeouts give.
func (a *app) expected(x experiment) string {
	total, known := time.Duration(0), 0
	if walls := a.storedWalls(x); walls != nil {
		slots := x.plan.Block(0)
		for _, s := range slots {
			if wall, ok := walls[x.plan.Cells[s.Cell].Identity]; ok {
				total += wall
				known++
			}
		}
		if known == len(slots) && known > 0 {
			r := x.spec.Repeats
			took := func(blocks int) string {
				return (total * time.Duration(r.Warmup+blocks)).Round(100 * time.Millisecond).String()
			}
			if r.Adaptive() {
				return fmt.Sprintf("should take about %s to %s, going by the last run here", took(r.Min), took(r.Max))
			}
			return fmt.Sprintf("should take about %s, going by the last run here", took(r.Min))
		}
	}
	return "how long it takes is not known: no stored run has the same cells"
}

// storedWalls is the median wall time of each cell of the last run of this experiment, by identity; nil without one.
func (a *app) storedWalls(x experiment) map[string]time.Duration {
	db, err := a.reading(a.database(x.spec.File))
	if err != nil {
		return nil
	}
	defer db.Close()
	id, err := db.Resolve(a.ctx, x.spec.Name+"@last")
	if err != nil {
		return nil
	}
	trials, err := db.Trials(a.ctx, id, sqlite.Detail{})
	if err != nil {
		return nil
	}
	identity := map[matrix.Cell]string{}
	for _, c := range x.plan.Cells {
		identity[c.Cell] = c.Identity
	}
	samples := map[string][]float64{}
	for _, t := range trials {
		if name, ok := identity[t.Cell]; ok {
			samples[name] = append(samples[name], float64(t.Wall))
		}
	}
	walls := map[string]time.Duration{}
	for name, sample := range samples {
		walls[name] = time.Duration(stats.Median(sample))
	}
	return walls
}
