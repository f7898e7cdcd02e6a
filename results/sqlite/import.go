package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"runner/results"
)

// Imported is what became of the runs of a portable file.
type Imported struct {
	Runs   []string // ids that were stored
	Known  []string // ids that were there already, with the same contents
	Trials int      // that were stored
	Notes  []string // of what was left out
}

// Import stores the runs of a portable file. open is called twice: the whole file is looked at before anything is stored.
// Each run is then stored in one transaction, so that others can write in between; if that is cut short, importing again goes on.
// A run that is there already is left as it is; with other contents it is an error, and nothing is stored.
func (db *DB) Import(ctx context.Context, open func() (io.ReadCloser, error)) (got Imported, err error) {
	fresh := map[string]bool{}
	if err := readPortable(open, func(p *parcel) error {
		known, err := db.known(ctx, p)
		if known {
			got.Known = append(got.Known, p.run.ID)
		}
		fresh[p.run.ID] = !known
		return err
	}); err != nil {
		return Imported{}, err
	}
	err = readPortable(open, func(p *parcel) error {
		if !fresh[p.run.ID] {
			return nil
		}
		notes, err := db.store(ctx, p)
		if err != nil {
			return fmt.Errorf("run %s: %w", p.run.ID, err)
		}
		got.Runs, got.Trials, got.Notes = append(got.Runs, p.run.ID), got.Trials+len(p.trials), append(got.Notes, notes...)
		return nil
	})
	return got, err
}

// known tells whether a run is there, with the same contents.
func (db *DB) known(ctx context.Context, p *parcel) (bool, error) {
	_, err := runNumber(ctx, db.sql, p.run.ID)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, db.explain(err)
	}
	ours, err := contents(func(row func(*kind, []any) error) error { return db.rowsOf(ctx, p.run.ID, row) })
	if err != nil {
		return false, db.explain(err)
	}
	theirs, err := contents(p.rows)
	if err == nil && ours != theirs {
		err = &problem{fmt.Sprintf("run %s is stored already, with other contents", p.run.ID), "import it into another database: --db FILE", ErrRecorded}
	}
	return true, err
}

// rows gives what was measured, as rowsOf does.
func (p *parcel) rows(row func(*kind, []any) error) error {
	if err := row(&runLine, p.runRow); err != nil {
		return err
	}
	for _, c := range p.cellRows {
		if err := row(&cellLine, c); err != nil {
			return err
		}
	}
	for _, t := range p.trials {
		if err := row(&trialLine, t); err != nil {
			return err
		}
	}
	return nil
}

// store puts a run and all that belongs to it into the database, all or nothing.
func (db *DB) store(ctx context.Context, p *parcel) (notes []string, err error) {
	err = db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		notes = nil
		inserted, err := tx.ExecContext(ctx, `INSERT INTO runs (`+runColumns+`) VALUES (`+marks(runColumns)+`)`, append(clone(p.runRow), int64(runSum(p.runRow)))...)
		if err != nil {
			return err
		}
		number, err := inserted.LastInsertId()
		if err != nil {
			return err
		}
		for _, c := range p.cellRows {
			if err := insertSummed(ctx, tx, "cells", cellColumns, append([]any{number}, c...)); err != nil {
				return err
			}
		}
		insert := tx.StmtContext(ctx, db.insert)
		defer insert.Close()
		split := widthOf(plainColumns)
		for _, t := range p.trials {
			plain, heavy := append([]any{number}, t[:split]...), t[split:]
			if _, err := insert.ExecContext(ctx, append(append(clone(plain), heavy...), trialSum(plain, heavy))...); err != nil {
				return err
			}
		}
		for _, v := range p.verdicts {
			if err := insertSummed(ctx, tx, "verdicts", verdictColumns, append([]any{number}, v...)); err != nil {
				return err
			}
		}
		for _, name := range p.tags {
			note, err := storeTag(ctx, tx, number, results.Tag{Name: name, Experiment: p.run.Experiment})
			if err != nil {
				return err
			}
			if note != "" {
				notes = append(notes, note)
			}
		}
		return nil
	})
	return notes, err
}

func clone(row []any) []any { return append([]any{}, row...) }

func insertSummed(ctx context.Context, tx *sql.Tx, table, columns string, row []any) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO `+table+` (`+columns+`) VALUES (`+marks(columns)+`)`, append(row, int64(checksum(row...)))...)
	return err
}

// storeTag leaves a name with the run that has it here.
func storeTag(ctx context.Context, tx *sql.Tx, number int64, tag results.Tag) (note string, err error) {
	var taken int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM tags WHERE name = ? AND experiment = ?`, tag.Name, tag.Experiment).Scan(&taken); err != nil {
		return "", err
	}
	if taken > 0 {
		return fmt.Sprintf("the tag %s stays with the run of %s that has it here", tag.Name, tag.Experiment), nil
	}
	return "", insertTag(ctx, tx, number, tag)
}
