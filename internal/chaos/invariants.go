//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"bench/runner/results"
	"bench/runner/results/sqlite"
)

// The invariants.
const (
	ends      = "every runner ends"
	exits     = "exit codes are as documented"
	kept      = "acknowledged trials are kept"
	sound     = "the database is sound"
	complete  = "a resumed run has the whole plan"
	verdicts  = "a resumed run has the same verdicts"
	processes = "no process is left"
	files     = "no file is left"
	journal   = "the journal is bounded"
)

var invariants = []string{ends, exits, kept, sound, complete, verdicts, processes, files, journal}

func (r *round) check(what string) { r.found.Checked[what]++ }

func (r *round) broken(what, format string, args ...any) {
	r.found.Broken = append(r.found.Broken, finding{what, fmt.Sprintf(format, args...)})
}

// largest is what the journal may grow to, in bytes: SQLite puts it back into the file when it has 1000 pages, but for what
// is being read meanwhile.
const largest = 16 << 20

// gone looks at what all runners left: nothing but a sound database, with all that they acknowledged.
func (r *round) gone() {
	r.check(processes)
	r.check(files)
	alive, there := r.left()
	if len(alive) > 0 {
		r.broken(processes, "still there after %v: %s", clean, strings.Join(alive, "; "))
	}
	if len(there) > 0 {
		r.broken(files, "still there after %v: %s", clean, strings.Join(there, ", "))
	}
	r.check(journal)
	if info, err := os.Stat(r.db() + "-wal"); err == nil && info.Size() > largest {
		r.broken(journal, "%d B", info.Size())
	}
	runs, err := r.runs()
	if err != nil || len(runs) == 0 && len(r.acks) == 0 {
		return // next tells of the error; nothing was stored
	}
	r.check(sound)
	if text, err := r.examine(); err != nil {
		r.broken(sound, "%v: %s", err, text)
	}
	for id, acks := range r.acks {
		r.acknowledged(id, acks)
	}
}

// examine has runner examine the database: SQLite's integrity, foreign keys, and checksums. Where SQLite's own command is
// there, it is asked too.
func (r *round) examine() (string, error) {
	c := exec.Command(r.Runner, "doctor", "--db", r.db())
	c.Env = r.environment()
	out, err := c.CombinedOutput()
	if err != nil {
		return string(out), err
	}
	sqlite3, err := exec.LookPath("sqlite3")
	if err != nil {
		return "", nil
	}
	out, err = exec.Command(sqlite3, "-readonly", r.db(), "PRAGMA integrity_check; PRAGMA foreign_key_check").CombinedOutput()
	if err == nil && string(out) != "ok\n" {
		err = errors.New("not as it should be")
	}
	return string(out), err
}

// acknowledged looks for what runner said it had kept.
func (r *round) acknowledged(id string, acks []ack) {
	r.check(kept)
	trials, err := r.trials(id)
	if err != nil {
		r.broken(kept, "run %s cannot be read: %v", id, err)
		return
	}
	stored := map[ack]int{}
	for _, t := range trials {
		stored[t]++
	}
	for _, a := range acks {
		if stored[a] != 1 {
			r.broken(kept, "trial %d/%d %s (%s) of run %s is stored %d times", a.Block, a.Position, a.Key, a.Status, id, stored[a])
			return
		}
	}
	if n := slices.Compact(slices.SortedFunc(slices.Values(acks), compareAcks)); len(n) != len(acks) {
		r.broken(kept, "run %s: a trial was acknowledged twice", id)
	}
}

// settled looks at a run that has come to its end: it must be what an undisturbed one is.
func (r *round) settled(id string) {
	r.check(complete)
	trials, err := r.trials(id)
	if err != nil {
		r.broken(complete, "run %s cannot be read: %v", id, err)
		return
	}
	if text := difference(r.reference.Trials, trials, !r.tainted); text != "" {
		r.broken(complete, "run %s: %s", id, text)
	}
	if !r.experiment.scripted || r.tainted {
		return
	}
	r.check(verdicts)
	told, err := r.told(id)
	if err != nil {
		r.broken(verdicts, "run %s: %v", id, err)
		return
	}
	for _, part := range []struct{ name, want, got string }{
		{"report", r.reference.Text, told.Text}, {"verdicts", r.reference.Verdicts, told.Verdicts}, {"exit code", fmt.Sprint(r.reference.Code), fmt.Sprint(told.Code)},
	} {
		if part.want != part.got {
			r.broken(verdicts, "run %s: the %s differs: %s", id, part.name, firstDifference(part.want, part.got))
		}
	}
}

// swept looks beside the database after a runner that ended by itself.
func (r *round) swept() {
	r.check(journal)
	if info, err := os.Stat(r.db() + "-wal"); err == nil && info.Size() > 0 {
		r.broken(journal, "%d B are left when all runs have ended", info.Size())
	}
}

// runs are those in the database, the oldest first; none where there is no database yet.
func (r *round) runs() ([]results.RunSummary, error) {
	var list []results.RunSummary
	err := r.reading(func(ctx context.Context, db *sqlite.DB) (err error) {
		list, err = db.Runs(ctx, sqlite.Filter{})
		return err
	})
	if errors.Is(err, fs.ErrNotExist) || r.unmade() { // no file, one without tables yet, or one whose making was cut short
		return nil, nil
	}
	slices.Reverse(list)
	return list, err
}

// unmade tells of a database that is to be rolled back to nothing, which only a writer can.
func (r *round) unmade() bool {
	_, err := os.Stat(r.db() + "-journal")
	return err == nil && len(r.acks) == 0
}

func (r *round) reading(do func(context.Context, *sqlite.DB) error) error {
	ctx := context.Background()
	db, err := sqlite.OpenReadOnly(ctx, r.db())
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, db), db.Close())
}

// over tells whether there is nothing left to resume.
func over(run results.RunSummary) bool { return !run.Finished.IsZero() && run.Outcome != "interrupted" }

func (r *round) finished(id string) bool {
	runs, err := r.runs()
	return err == nil && slices.ContainsFunc(runs, func(s results.RunSummary) bool { return s.ID == id && !s.Finished.IsZero() })
}

// trials are those of a run as they would have been acknowledged.
func (r *round) trials(id string) (all []ack, err error) {
	err = r.reading(func(ctx context.Context, db *sqlite.DB) error {
		trials, err := db.Trials(ctx, id, sqlite.Detail{})
		for _, t := range trials {
			key := t.Cell.Key()
			if t.Control {
				key += " (control)"
			}
			all = append(all, ack{t.Block, t.Position, key, string(t.Status)})
		}
		return err
	})
	return all, err
}
