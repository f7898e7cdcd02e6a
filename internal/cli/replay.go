package cli

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"bench/runner/gates"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

func (a *app) replayCommand() *cobra.Command {
	var (
		how    manner
		within string
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "replay RUN",
		Short: "Run the spec of a stored run again, and tell what was reproduced",
		Long: `Replay measures again what a stored run measured: its spec as it was stored, the same cells, blocks and order. Then it tells,
claim by claim and cell by cell, what was reproduced, what was not, and what cannot be decided, with the differences of
machine, runtimes and code beside it. The new run is stored as any other.

A claim is reproduced where it is decided as it was. A cell is where its speedup is the same within 10 % (--within): ratios
carry over between machines, times do not, and are shown but not judged.

What the workloads are made of must be as it was: where files here differ, those that the run carries are unpacked into a
directory of their own. An imported run is code from elsewhere: replay runs it.

Exit codes: 0 all was reproduced · 1 something was not · 2 trouble · 3 something could not be decided · 128+n signal n.`,
		Example: `  runner replay last
  runner import pi-20261121-212246-m9sa.run.gz && runner replay pi@last
  runner replay last --within 5%`,
		Args: oneRun,
		RunE: func(_ *cobra.Command, args []string) error {
			tolerance, err := share(within)
			if err = errors.Join(err, how.valid()); err != nil {
				return err
			}
			return a.replay(args[0], how, tolerance, asJSON)
		},
		ValidArgsFunction: a.completeRuns,
	}
	how.flags(c)
	a.turnsFlag(c)
	c.Flags().StringVar(&within, "within", "10%", "how much a speedup may differ and still be reproduced: a `SHARE`")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document on stdout")
	return c
}

// share reads 10% or 0.1.
func share(text string) (float64, error) {
	digits, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v > 0 && v < 1) {
		return 0, fmt.Errorf("--within %s: it is a share between 0 and 1\n  hint: such as --within 10%%", text)
	}
	return v, nil
}

func (a *app) replay(ref string, how manner, within float64, asJSON bool) error {
	path, err := filepath.Abs(a.database("")) // the directory may change
	if err != nil {
		return err
	}
	db, err := a.writing(path)
	if err != nil {
		return err
	}
	defer db.Close()
	id, err := db.Resolve(a.ctx, ref)
	if err != nil {
		return err
	}
	if busy, err := db.Claimed(a.ctx, id); err != nil {
		return err
	} else if busy {
		return fmt.Errorf("run %s is going on\n  hint: wait for its end", id)
	}
	was, before, err := a.recall(a.ctx, db, id)
	if err != nil {
		return err
	}
	x, err := stored(was)
	if err != nil {
		return err
	}
	leave, err := a.unpack(was)
	if err != nil {
		return err
	}
	defer leave()
	if err := otherBuild(was); err != nil {
		return err
	}
	refs, err := a.carriedOver(db, x, was)
	if err != nil {
		return err
	}
	now, undone, err := a.measure(db, x, was.Options, how, refs)
	if err != nil {
		return err
	}
	if undone != nil {
		fmt.Fprintf(a.stderr, "runner: %s\n", reports.Visible(strings.ReplaceAll(undone.Error(), "\n", "; ")))
	}
	if a.ctx.Err() != nil {
		return a.ctx.Err()
	}
	return a.tellReplay(db, was, before, now, within, asJSON, undone)
}

// carriedOver are the references of a run that this machine's can be compared with, too.
func (a *app) carriedOver(db *sqlite.DB, x experiment, was results.Run) (refs []results.Reference, err error) {
	s, err := a.seeker(db, a.begun(x, was.Options))
	if err != nil {
		return nil, err
	}
	for _, ref := range was.References {
		run, err := db.Run(a.ctx, ref.Run)
		if errors.Is(err, sqlite.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		if what := s.strange(&run); what != "" {
			fmt.Fprintf(a.stderr, "runner: run %s, which %q stands for, was measured on another machine (%s): nothing is compared with it\n", ref.Run, ref.Since, reports.Visible(what))
			continue
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

func (a *app) tellReplay(db *sqlite.DB, was results.Run, before gates.Data, now string, within float64, asJSON bool, undone error) error {
	told, err := a.judge(db, now)
	if err != nil {
		return err
	}
	then, _, err := a.retell(a.ctx, db, was.ID, nil)
	if err != nil {
		return err
	}
	is, after, err := a.recall(a.ctx, db, now)
	if err != nil {
		return err
	}
	r := &reports.Replay{Then: was, Now: is, Within: within, Differences: results.RunDifferences(was, is, before.Trials, after.Trials),
		Claims: gates.ClaimsAgain(then.Verdicts, told.Verdicts), Cells: gates.CellsAgain(before, after, within)}
	r.Word, r.Code = gates.RepeatedWord(r.Claims, r.Cells)
	switch {
	case asJSON:
		err = reports.ReplayJSON(a.stdout, r)
	case !a.quiet:
		err = reports.ReplayText(a.stdout, r, a.style(a.stdout))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "%s: %s\n", r.Word, r.Tally())
	if undone != nil {
		return &verdictError{exitTrouble}
	}
	return verdictCode(r.Code)
}

// unpack sees to it that the workloads of a run are what they were: it leaves things as they are where the files here are
// those of the run, and else goes to a directory of its own with those that the run carries. leave goes back.
func (a *app) unpack(run results.Run) (leave func(), err error) {
	var other []string // that are not here as they were
	for _, c := range run.Code {
		switch is, ok := digest(c.Path); {
		case ok && is.Digest == c.Digest:
		case !filepath.IsAbs(c.Path):
			other = append(other, c.Path)
		case c.Text != "": // a program of the system may be another one, and is told; one that somebody wrote is what was measured
			return nil, fmt.Errorf("%s is not what it was when run %s was measured\n  hint: put it back: a path from the root is not unpacked elsewhere", reports.Visible(c.Path), run.ID)
		}
	}
	spec := filepath.Dir(run.Spec)
	if info, err := os.Stat(spec); len(other) == 0 && err == nil && info.IsDir() {
		return func() {}, nil
	}
	for _, c := range run.Code {
		switch {
		case filepath.IsAbs(c.Path):
		case digestOf(c.Text) == c.Digest && filepath.IsLocal(c.Path):
		case c.Text == "" && !slices.Contains(other, c.Path):
			return nil, fmt.Errorf("not all files are here as they were, and %s, which run %s does not carry, cannot go with the others\n  hint: call replay in a checkout of what was measured", reports.Visible(c.Path), run.ID)
		case c.Text == "":
			return nil, fmt.Errorf("%s is not here as it was (sha256 %.12s), and run %s does not carry it\n  hint: call replay in the directory where it is, such as a checkout of commit %s",
				reports.Visible(c.Path), c.Digest, run.ID, cmp.Or(run.Environment.Commit, "that it was measured with"))
		case filepath.IsLocal(c.Path):
			return nil, fmt.Errorf("the text of %s that run %s carries is not what was measured: its digest differs", reports.Visible(c.Path), run.ID)
		default:
			return nil, fmt.Errorf("not all files are here as they were, and %s lies outside of the directory of run %s, so that it is not unpacked\n  hint: call replay in a checkout of what was measured", reports.Visible(c.Path), run.ID)
		}
	}
	return a.elsewhere(run, other)
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (a *app) elsewhere(run results.Run, other []string) (leave func(), err error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "runner-replay-")
	if err != nil {
		return nil, err
	}
	leave = func() {
		_ = os.Chdir(here)
		if a.ctx.Err() != nil && len(run.Code) > 0 { // to be resumed there
			fmt.Fprintf(a.stderr, "runner: its files are kept in %s: call resume there, with --db\n", dir)
			return
		}
		_ = os.RemoveAll(dir)
	}
	root, err := os.OpenRoot(dir) // nothing in a run leads out of it
	if err != nil {
		leave()
		return nil, err
	}
	defer root.Close()
	for _, c := range run.Code {
		if filepath.IsAbs(c.Path) {
			continue
		}
		mode := os.FileMode(0o600)
		if strings.HasPrefix(c.Text, "#!") {
			mode = 0o700
		}
		err := root.MkdirAll(filepath.Dir(c.Path), 0o700)
		if err == nil {
			err = root.WriteFile(c.Path, []byte(c.Text), mode)
		}
		if err != nil {
			leave()
			return nil, fmt.Errorf("unpack what run %s carries: %w", run.ID, err)
		}
	}
	if err := root.MkdirAll(filepath.Dir(filepath.Clean("./"+run.Spec)), 0o700); err != nil && !filepath.IsAbs(run.Spec) {
		leave()
		return nil, err
	}
	if err := os.Chdir(dir); err != nil {
		leave()
		return nil, err
	}
	if len(other) > 0 {
		fmt.Fprintf(a.stderr, "runner: %s: not here, or not what it was: the files of run %s are run\n", reports.Visible(strings.Join(other, ", ")), run.ID)
	}
	return leave, nil
}
