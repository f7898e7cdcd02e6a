package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"bench/runner/internal/version"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

func (a *app) resumeCommand() *cobra.Command {
	var (
		out      outputs
		how      manner
		machines bool
	)
	c := &cobra.Command{
		Use:   "resume RUN",
		Short: "Go on with an interrupted run",
		Long: `Resume measures what an interrupted run has not measured yet: the same plan, the same seed, the remaining trials in the
order in which they would have come, whatever stopped the run. It goes by the spec as it was stored, and must be called
from the directory where the run was begun, since the spec's paths count from there. What has changed of the machine is told,
and kept with the run; on another machine it refuses.

The exit codes are those of "runner run".`,
		Example: `  runner resume last
  runner resume 20261121-212246-m9sa`,
		Args: oneRun,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := errors.Join(out.valid(1), how.valid()); err != nil {
				return err
			}
			return a.ended(&out, a.resume(args[0], &out, how, machines))
		},
		ValidArgsFunction: a.completeRuns,
	}
	out.flags(c)
	how.flags(c)
	a.turnsFlag(c)
	c.Flags().BoolVar(&machines, "any-machine", false, "go on even if this is another machine than the run was begun on")
	return c
}

func (a *app) resume(ref string, out *outputs, how manner, machines bool) error {
	db, err := a.writing(a.database(""))
	if err != nil {
		return err
	}
	defer db.Close()
	id, err := db.Resolve(a.ctx, ref)
	if err != nil {
		return err
	}
	release, err := a.claim(db, id)
	if err != nil {
		return err
	}
	defer release()
	undone, err := a.goOn(db, id, how, machines)
	if err != nil {
		return err
	}
	r, trouble, err := a.conclude(db, id, undone, out, how)
	if err != nil {
		return err
	}
	if a.ctx.Err() != nil {
		return a.ctx.Err()
	}
	word, code := r.Word, how.inconclusive.of(r)
	if trouble {
		word, code = "TROUBLE", exitTrouble
	}
	a.endCI(out, word, code)
	return verdictCode(code)
}

// goOn measures what a run has not measured yet. undone is what could not be undone after it.
func (a *app) goOn(db *sqlite.DB, id string, how manner, machines bool) (undone, err error) {
	run, err := db.Run(a.ctx, id)
	if err != nil {
		return nil, err
	}
	if !run.Finished.IsZero() && run.Outcome == "" {
		fmt.Fprintf(a.stderr, "run %s was measured to its end, but not judged yet\n", id)
		return nil, nil
	}
	x, trials, err := a.unfinished(db, run)
	if err != nil {
		return nil, err
	}
	if how.hosts.agents == 0 && how.hosts.listen == "" {
		how.hosts.agents = run.Options.Agents
	}
	others, done, err := a.equipped(x, how.hosts)
	if err != nil {
		return nil, err
	}
	defer done()
	if others != nil && !others.can {
		return nil, fmt.Errorf("%w\n  nothing was changed", errNoHosts)
	}
	now := a.environment(run.Spec)
	if err := a.sayDifferences(run, now, machines); err != nil {
		return nil, err
	}
	again := results.Resumption{At: time.Now(), Trials: len(trials), Environment: now}
	if err := db.ResumeRun(a.ctx, id, again); err != nil {
		return nil, err
	}
	run.Resumed = append(run.Resumed, again)
	if !a.quiet {
		fmt.Fprintf(a.stderr, "run %s goes on after %s, kept in %s\n", id, plural(len(trials), "trial"), reports.Visible(db.Path()))
	}
	how.noConfirm = how.noConfirm || run.Options.NoConfirm
	return a.carryOut(db, x, run, trials, how, others)
}

// claim keeps other runners from a run as long as this one measures it. Where files have no locks, nobody is kept from it.
func (a *app) claim(db *sqlite.DB, id string) (release func(), err error) {
	release, err = db.Claim(a.ctx, id)
	lockless := func(e syscall.Errno) bool { return errors.Is(err, e) }
	if !slices.ContainsFunc([]syscall.Errno{syscall.EINVAL, syscall.ENOLCK, syscall.EOPNOTSUPP, syscall.ENOSYS}, lockless) {
		return release, err
	}
	fmt.Fprintf(a.stderr, "runner: that this run goes on cannot be told to other runners: %s\n", reports.Visible(err.Error()))
	return func() {}, nil
}

// unfinished reads what a run has, if it can be gone on with here.
func (a *app) unfinished(db *sqlite.DB, run results.Run) (x experiment, trials []results.Trial, err error) {
	if !run.Finished.IsZero() && run.Outcome != interrupted {
		return x, nil, fmt.Errorf("run %s has come to its end (%s): there is nothing to go on with\n  hint: `runner run %s` measures anew", run.ID, run.Outcome, reports.Visible(run.Spec))
	}
	if x, err = stored(run); err != nil {
		return x, nil, err
	}
	if err := cmp.Or(a.sameSpec(run), otherBuild(run), sameCode(run)); err != nil {
		return x, nil, err
	}
	trials, err = db.Trials(context.WithoutCancel(a.ctx), run.ID, sqlite.Everything)
	return x, trials, err
}

// sameCode tells of a workload that is not what it was when the run was begun: blocks of two programs are no sample of either.
func sameCode(run results.Run) error {
	for _, c := range run.Code {
		info, err := os.Stat(c.Path)
		if err == nil && c.Text == "" && info.Mode()&0o111 == 0 {
			continue // data, which its own preparation may have made
		}
		if is, ok := digest(c.Path); !ok || is.Digest != c.Digest {
			return fmt.Errorf("%s is not what it was when run %s was begun: its blocks would be of two programs\n  hint: put it back, or measure anew%s", reports.Visible(c.Path), run.ID, begunIn(run))
		}
	}
	return nil
}

// otherBuild tells that the other build of a run is not there any more.
func otherBuild(run results.Run) error {
	if dir := run.Options.AgainstBuild; dir != "" {
		if _, err := os.Stat(dir); err != nil {
			return fmt.Errorf("the other build of run %s is not at %s: %w\n  hint: be in the directory where the run was begun%s", run.ID, reports.Visible(dir), reason(err), begunIn(run))
		}
	}
	return nil
}

// sameSpec tells of a spec that is not what it was when the run was begun; one that is not there at all is an error: paths
// in it count from the directory where that was.
func (a *app) sameSpec(run results.Run) error {
	for _, s := range run.Sources {
		text, err := os.ReadFile(s.Path)
		if err != nil {
			return fmt.Errorf("the spec of run %s is not at %s: %w\n  hint: call `runner resume` in the directory where the run was begun%s", run.ID, reports.Visible(s.Path), reason(err), begunIn(run))
		}
		if string(text) != s.Text {
			fmt.Fprintf(a.stderr, "runner: %s has changed since; the run goes on by what it was begun with\n", reports.Visible(s.Path))
		}
	}
	return nil
}

// begunIn names the directory where a run was begun, if it is known and another one.
func begunIn(run results.Run) string {
	if here, err := os.Getwd(); run.Options.Dir == "" || err == nil && here == run.Options.Dir {
		return ""
	}
	return ", " + reports.Visible(run.Options.Dir)
}

// sayDifferences tells what is not as it was when the run was begun, or last gone on with.
func (a *app) sayDifferences(run results.Run, now results.Environment, machines bool) error {
	was := run.Environment
	if n := len(run.Resumed); n > 0 {
		was = run.Resumed[n-1].Environment
	}
	another := ""
	for _, d := range results.Differences(was, now) {
		fmt.Fprintf(a.stderr, "runner: since the run was interrupted, %s\n", reports.Visible(d.String()))
		if d.Machine {
			another = d.What
		}
	}
	if v := version.Text(); v != run.Version {
		fmt.Fprintf(a.stderr, "runner: since the run was interrupted, version of runner: %s, now %s\n", reports.Visible(run.Version), v)
	}
	if another != "" && !machines {
		return fmt.Errorf("the %s is not that of the machine on which run %s was begun: the times of the two cannot be compared\n  hint: go on there, or say --any-machine", another, run.ID)
	}
	return nil
}
