package cli

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bench/runner/internal/engine"
	"bench/runner/internal/host"
	"bench/runner/internal/stage"
	"bench/runner/internal/version"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

func (a *app) runCommand() *cobra.Command {
	var (
		pick selection
		out  outputs
		how  manner
	)
	c := &cobra.Command{
		Use:   "run [FILE…|DIR…]",
		Short: "Check, plan, measure, judge and report",
		Long: `Run checks every spec first; if one has a problem, nothing runs. Then it measures each experiment, one trial at a
time, keeps each trial in the database before the next one starts, judges the assertions and prints the report.
Without an argument it runs experiments/.

Where the spec's repeats have a max above min, or with --until-decided, it measures as many blocks as the checks need. A
check that fails is measured again, in fresh blocks of its cells, before it counts.

Where a check asks for change(), or with --against, it is compared with a stored run of a branch, a commit, a tag or an id;
with --against-build with another build of the same program, in the same blocks.

Exit codes: 0 every check passed · 1 a check is false · 2 trouble · 3 inconclusive · 4 a needed measurement failed ·
5 nothing was measured · 128+n ended by signal n.`,
		Example: `  runner run experiments/quickstart.yaml
  runner run --only "procs=2" --repeats 5 experiments/quickstart.yaml
  runner run -D timeout=10s --seed 7 experiments/pi.yaml
  runner run --against main experiments/pi.yaml
  runner run --until-decided --budget 10m experiments/pi.yaml
  runner run --json experiments/quickstart.yaml > report.json`,
		RunE: func(_ *cobra.Command, args []string) error { return a.ended(&out, a.run(args, &pick, &out, how)) },
	}
	pick.flags(c.Flags())
	pick.across(c.Flags())
	out.flags(c)
	how.flags(c)
	a.turnsFlag(c)
	return c
}

func (a *app) run(args []string, pick *selection, out *outputs, how manner) error {
	a.service = out.service.found(a.getenv)
	if err := how.valid(); err != nil {
		return err
	}
	loaded, err := a.loadAll(args, pick)
	if err != nil {
		return err
	}
	if err := out.valid(len(loaded)); err != nil {
		return err
	}
	db, err := a.open(loaded[0].spec.File)
	if err != nil {
		return err
	}
	defer db.Close()
	refs := make([][]results.Reference, len(loaded)) // of all, before anything is measured
	for i, x := range loaded {
		if refs[i], err = a.references(db, x, a.begun(x, pick.options())); err != nil {
			return a.refuseReference(x, err)
		}
	}
	code, worst, word := 0, 0, "SKIPPED" // unless one is something else
	for i, x := range loaded {
		id, undone, err := a.measure(db, x, pick.options(), how, refs[i])
		if err != nil {
			return err
		}
		if i > 0 && !out.json && !a.quiet {
			fmt.Fprintln(a.stdout)
		}
		r, trouble, err := a.conclude(db, id, undone, out, how)
		if err != nil {
			return err
		}
		if trouble {
			code, worst, word = exitTrouble, exitTrouble, "TROUBLE"
		}
		if a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		if precedes(r.Code, worst) || r.Code == worst && word == "SKIPPED" {
			worst, word = r.Code, r.Word
		}
		if own := how.inconclusive.of(r); precedes(own, code) {
			code = own
		}
	}
	if len(loaded) > 1 {
		fmt.Fprintf(a.stderr, "%s over %d experiments\n", word, len(loaded))
	}
	a.endCI(out, word, code)
	return verdictCode(code)
}

// conclude judges a run that has ended, or was ended, and tells of it. undone is what could not be undone after it: trouble,
// whatever the verdict.
func (a *app) conclude(db *sqlite.DB, id string, undone error, out *outputs, how manner) (r *reports.Report, trouble bool, err error) {
	if undone != nil {
		fmt.Fprintf(a.stderr, "runner: %s\n", reports.Visible(strings.ReplaceAll(undone.Error(), "\n", "; ")))
	}
	if r, err = a.judge(db, id); err != nil {
		return nil, false, err
	}
	a.warn(how.inconclusive, r)
	return r, undone != nil, a.tell(r, out)
}

// loadAll checks every spec before anything runs.
func (a *app) loadAll(args []string, pick *selection) ([]experiment, error) {
	files, err := specFiles(args)
	if err != nil {
		return nil, err
	}
	if err := pick.valid(); err != nil {
		return nil, err
	}
	var all []experiment
	failed := false
	for _, file := range files {
		seed := rand.Uint64() >> 11 // fits a float64, so that JSON readers keep it whole
		x, problems := load(file, pick.options(), seed, nil)
		if len(problems) > 0 {
			a.refuse(x, problems)
			failed = true
		}
		all = append(all, x)
	}
	failed = a.refuseTwins(all) || failed
	if failed {
		fmt.Fprintln(a.stderr, "\nNothing was run.")
		return nil, errReported
	}
	return all, nil
}

// refuseTwins tells of experiments with one name: their runs could not be told apart in history.
func (a *app) refuseTwins(all []experiment) (found bool) {
	file := map[string]string{}
	for _, x := range all {
		name := x.spec.Name
		if other, twice := file[name]; twice && name != "" && filepath.Clean(other) != filepath.Clean(x.spec.File) {
			fmt.Fprintf(a.stderr, "%s: the experiment %q is in %s too\n  hint: give one of them another name\n",
				reports.Visible(x.spec.File), name, reports.Visible(other))
			found = true
		}
		file[name] = x.spec.File
	}
	return found
}

// interrupted is the outcome of a run that did not come to its end.
const interrupted = "interrupted"

// measure runs one experiment and returns the id of the stored run. An interrupted run is stored too.
// undone is what could not be undone after it.
func (a *app) measure(db *sqlite.DB, x experiment, options results.Options, how manner, refs []results.Reference) (id string, undone, err error) {
	options.Dir, _ = os.Getwd() // "" where it is gone
	options.NoConfirm, options.Agents = how.noConfirm, how.hosts.agents
	others, done, err := a.equipped(x, how.hosts)
	if err != nil {
		return "", nil, err
	}
	defer done()
	run := a.begun(x, options)
	run.Environment = a.environment(x.spec.File)
	run.ID, run.References, run.Code = results.NewID(run.Started, rand.Uint64), refs, codeOf(&x.plan)
	for _, s := range x.spec.Sources {
		run.Sources = append(run.Sources, results.Source{Path: s.Path, Text: s.Text})
	}
	if err := db.CreateRun(a.ctx, run, planned(x)); err != nil {
		return "", nil, err
	}
	release, err := a.claim(db, run.ID)
	if err != nil {
		return "", nil, err
	}
	defer release()
	if !a.quiet {
		fmt.Fprintf(a.stderr, "run %s, kept in %s\n", run.ID, reports.Visible(db.Path()))
	}
	undone, err = a.carryOut(db, x, run, nil, how, others)
	return run.ID, undone, err
}

// begun is a run that begins now, without its machine and all else that takes time to find out.
func (a *app) begun(x experiment, options results.Options) results.Run {
	return results.Run{Experiment: x.spec.Name, Spec: x.spec.File, Options: options, Seed: x.plan.Seed, Started: time.Now(), Version: version.Text()}
}

// equipped makes this process fit to run an experiment, with the fleet that it needs; nil where it needs none.
func (a *app) equipped(x experiment, how hosting) (others *hosted, done func(), err error) {
	if err := host.Adopt(); err != nil && !a.quiet {
		fmt.Fprintf(a.stderr, "runner: processes that escape a trial cannot be found here: %v\n", err)
	}
	release := a.guard()
	if others, err = a.fleetOf(a.ctx, x, how); err != nil {
		release()
		return nil, nil, err
	}
	return others, func() { others.close(); release() }, nil
}

// carryOut measures what a run has not measured yet: all, or what is missing after the trials before. undone is what could
// not be undone after it.
func (a *app) carryOut(db *sqlite.DB, x experiment, run results.Run, before []results.Trial, how manner, others *hosted) (undone, err error) {
	watch, live := watched(x, run, how), a.live(x, how.each)
	refs, err := a.referred(a.ctx, db, run.References)
	if err != nil {
		return nil, err
	}
	watch.Against(refs)
	a.say = live.step
	defer func() { a.say = nil }()
	var capacity *float64
	e := engine.Engine{Plan: &x.plan, Recorder: db.Recorder(run.ID), Announce: live.step, More: a.more(watch, &capacity),
		Notify: func(event engine.Event) {
			watch.Add(judged(event.Trial))
			live.event(event)
		},
		Before:        before,
		Spent:         run.Spent(before),
		Turn:          a.turn,
		Contamination: host.NewMonitor().Trial,
		Stage:         func(ctx context.Context, dir string) (*engine.Stage, error) { return stage.Set(ctx, &x.plan, dir) }}
	others.equip(&e, db, run.ID, watch.Needed)
	outcome, err := e.Run(a.ctx)
	live.finish()
	switch {
	case errors.Is(err, sqlite.ErrLost):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w\n  what was measured before, %s, is kept; to go on: runner resume %s", err, plural(outcome.Trials, "trial"), run.ID)
	}
	word := ""
	if outcome.Interrupted {
		word = interrupted
	}
	a.sayEnd(x, run.ID, outcome, watch.Reason())
	after := machine(a.ctx, x.spec.File)
	if after.Parallelism = capacity; capacity == nil {
		after = a.environment(x.spec.File)
	}
	return outcome.Undone, db.FinishRun(context.WithoutCancel(a.ctx), run.ID, time.Now(), word, after)
}

func planned(x experiment) []results.PlannedCell {
	var cells []results.PlannedCell
	for i, c := range x.plan.Cells {
		cell := results.PlannedCell{Index: i, Workload: c.Workload.Name, Identity: c.Identity, Cell: c.Cell}
		if c.Baseline >= 0 {
			cell.Baseline = &c.Baseline
		}
		cells = append(cells, cell)
	}
	return cells
}

// open opens the database that belongs to a spec (or, with "", to the current directory) for writing.
func (a *app) open(specFile string) (*sqlite.DB, error) {
	return sqlite.Open(a.ctx, a.database(specFile))
}

// database is --db, or .runner/results.db at the root of the repository that the spec is in; without a repository in the
// current directory, where `runner report last` looks for it.
func (a *app) database(specFile string) string {
	if a.db != "" {
		return a.db
	}
	dir := "."
	if specFile != "" {
		dir = filepath.Dir(specFile)
	}
	root := "."
	if abs, err := filepath.Abs(dir); err == nil {
		for d := abs; d != filepath.Dir(d); d = filepath.Dir(d) {
			if _, err := os.Stat(filepath.Join(d, ".git")); err == nil {
				root = d
				break
			}
		}
	}
	return filepath.Join(root, ".runner", "results.db")
}
