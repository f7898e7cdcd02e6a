package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"bench/runner/results"
)

// Tally is how many rows were saved, and how many are known to be lost.
type Tally struct {
	Saved int `json:"saved"`
	Lost  int `json:"lost"`
}

// Salvaged says what was copied out of a damaged file.
type Salvaged struct {
	Runs     Tally `json:"runs"`
	Cells    Tally `json:"cells"`
	Trials   Tally `json:"trials"`
	Verdicts Tally `json:"verdicts"`
	Tags     Tally `json:"tags"`
	// Incomplete are the runs that lost trials, or may have: they are stored as interrupted, without their verdicts.
	Incomplete []string `json:"incomplete,omitempty"`
	Notes      []string `json:"notes"` // what is damaged, and what that did to what was saved
}

// Salvage copies every run, cell, trial and verdict that can still be read from a file into a new one, which must not be
// there yet. The damaged file stays as it is. A run that lost trials, or may have, is stored as interrupted. A run whose own row is lost is kept under its id, or as lost-N, if its
// cells are there. It must not be open in this process, and is refused while another one measures into it.
func Salvage(ctx context.Context, path, into string) (s Salvaged, err error) {
	if err := isThere(path); err != nil {
		return s, err
	}
	if anyClaim(path) {
		return s, fmt.Errorf("%s: %w: salvage it when that has ended", path, ErrClaimed)
	}
	old, err := openPages(path)
	if err != nil {
		return s, fmt.Errorf("cannot read the results: %w", err)
	}
	defer old.close()
	f, err := os.OpenFile(into, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return s, &problem{into + " is there already", "name a new file to salvage into", fs.ErrExist}
	case err != nil:
		return s, fmt.Errorf("cannot create the file to salvage into: %w", err)
	}
	f.Close()
	defer func() {
		if err != nil {
			for _, end := range []string{"", "-wal", "-shm"} {
				os.Remove(into + end)
			}
		}
	}()
	db, err := Open(ctx, into)
	if err != nil {
		return s, err
	}
	v := &salvage{ctx: ctx, db: db, plan: plan{runs: map[int64]savedRun{}, cells: map[int64]map[int]results.PlannedCell{},
		verdicts: map[int64]map[int]results.StoredVerdict{}, counts: map[int64]int{}, known: map[int64]results.Run{}, lost: map[string]int{}}}
	err = v.save(old)
	if err == nil && len(v.ready) == 0 {
		err = fmt.Errorf("%s: no run in it can be read any more: nothing was saved", path)
	}
	if err = errors.Join(err, db.Close()); err == nil {
		err = settle(into)
	}
	return v.Salvaged, err
}

// settle brings to the disk what was written without waiting for it.
func settle(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// anyClaim tells whether a process has claimed a run of the file.
func anyClaim(path string) bool {
	db := DB{full: path}
	fd, err := openClaims(db.claims(), unix.O_RDONLY)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return held(fd, 0, 0)
}

// salvage is one in progress.
type salvage struct {
	Salvaged
	plan
	ctx    context.Context
	db     *DB
	fields map[string][]string // names of the columns of each table, in order
	ready  map[int64]*target
	waits  int // trials that are not written yet
}

// target is where the trials of a run go.
type target struct {
	id     string
	reader *reader
	rec    *Recorder
	waits  []results.Trial
	places map[[2]int]bool
	found  int
	first  time.Time
	row    bool // its own row is there
	whole  bool // and all of its cells
	gaps   bool // it lost trials, or may have
}

// plan is all of the old file but the trials, by the numbers of the runs.
type plan struct {
	runs     map[int64]savedRun
	cells    map[int64]map[int]results.PlannedCell
	verdicts map[int64]map[int]results.StoredVerdict
	tags     []savedTag
	counts   map[int64]int         // how many trials there were
	known    map[int64]results.Run // what indices say of it
	lost     map[string]int        // rows that cannot be read, by table
}

type savedRun struct {
	results.Run
	cells int
}

type savedTag struct {
	results.Tag
	run int64
}

func (v *salvage) save(old *pages) (err error) {
	if v.fields, err = v.db.fields(v.ctx); err != nil {
		return err
	}
	if _, err := v.db.sql.ExecContext(v.ctx, "PRAGMA synchronous = OFF"); err != nil { // all of it or nothing
		return v.db.explain(err)
	}
	c := &carver{pages: old, seen: map[uint32]bool{}, torn: map[string]bool{}}
	c.found = v.take
	c.broken = func(table string) { v.lost[table]++ }
	c.carve()
	if err := v.saveRuns(); err != nil {
		return err
	}
	var failed error
	c.found = func(_ string, row []any) {
		if failed == nil {
			failed = v.takeTrial(row)
		}
	}
	c.carveTrials()
	if failed = errors.Join(failed, v.flush()); failed != nil {
		return failed
	}
	if err := v.interrupt(c); err != nil {
		return err
	}
	if err := v.saveVerdicts(); err != nil {
		return err
	}
	if err := v.saveTags(); err != nil {
		return err
	}
	v.Notes = slices.Concat(old.notes, v.Notes)
	v.reckon()
	return nil
}

// fields are the names of the columns, in the order in which rows have them: a file of an older runner has the first of
// them, since migrations only add to the end.
func (db *DB) fields(ctx context.Context) (map[string][]string, error) {
	fields := map[string][]string{}
	for _, table := range []string{"runs", "cells", "trials", "verdicts", "tags"} {
		row := db.sql.QueryRowContext(ctx, `SELECT group_concat(name) FROM pragma_table_info(?)`, table)
		var names string
		if err := row.Scan(&names); err != nil {
			return nil, db.explain(err)
		}
		fields[table] = strings.Split(names, ",")
	}
	return fields, nil
}

// pick takes the named columns out of a row, NULL for those that it does not have.
func (v *salvage) pick(table string, row []any, names string) []any {
	order := strings.Split(names, ",")
	picked := make([]any, len(order))
	for i, name := range order {
		if at := slices.Index(v.fields[table], strings.TrimSpace(name)); at < len(row) {
			picked[i] = row[at]
		}
	}
	return picked
}

// take keeps a row. The first one of several is the better one.
func (v *salvage) take(table string, row []any) {
	switch table {
	case "runs":
		v.takeRun(row)
	case "cells":
		if run, cell, err := decodeCell(v.pick(table, row, cellColumns)); err != nil {
			v.lost[table]++
		} else {
			keep(v.cells, run, cell.Index, cell)
		}
	case "verdicts":
		if run, place, verdict, err := decodeVerdict(v.pick(table, row, verdictColumns)); err != nil {
			v.lost[table]++
		} else {
			keep(v.verdicts, run, place, verdict)
		}
	case "tags":
		if run, tag, err := decodeTag(v.pick(table, row, tagColumns)); err != nil {
			v.lost[table]++
		} else {
			v.tags = append(v.tags, savedTag{tag, run})
		}
	case "counts":
		c := columns{values: row}
		if len(row) == 3 {
			if run, _, n := c.integer(), c.text(), c.integer(); c.err == nil {
				v.counts[run] += int(n)
			}
		}
	case runsByID, runsByExperiment:
		v.takeHint(row)
	}
}

func (v *salvage) takeRun(row []any) {
	run, cells, err := decodeRun(v.pick("runs", row, runColumns))
	number, ok := row[0].(int64)
	if err != nil || !ok || !validID(run.ID) {
		v.lost["runs"]++
	} else if _, twice := v.runs[number]; !twice {
		v.runs[number] = savedRun{run, cells}
	}
}

// takeHint takes the entry of an index: id and number, or experiment, start and number (twice, since SQLite adds it to each
// entry).
func (v *salvage) takeHint(row []any) {
	if len(row) != 2 && len(row) != 4 {
		return
	}
	c := columns{values: row}
	name := c.text()
	if len(row) == 2 {
		if number := c.integer(); c.err == nil && validID(name) {
			run := v.known[number]
			run.ID = name
			v.known[number] = run
		}
		return
	}
	started := c.moment()
	if number := c.integer(); c.err == nil {
		run := v.known[number]
		run.Experiment, run.Started = name, started
		v.known[number] = run
	}
}

func keep[T any](all map[int64]map[int]T, run int64, place int, v T) {
	if all[run] == nil {
		all[run] = map[int]T{}
	}
	if _, twice := all[run][place]; !twice {
		all[run][place] = v
	}
}
