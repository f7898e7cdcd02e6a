package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"runner/results"
)

// validID: 1 to 64 letters, digits, '.', '_' and '-', the first of them a letter or a digit. Resolve can find it again.
func validID(id string) bool {
	for i, r := range id {
		switch {
		case '0' <= r && r <= '9', 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		case i == 0, r != '.' && r != '_' && r != '-':
			return false
		}
	}
	return 1 <= len(id) && len(id) <= 64
}

// CreateRun stores a run and its planned cells, before its first trial. run.Finished and run.After are stored too if
// they are set, as for a run that was imported.
func (db *DB) CreateRun(ctx context.Context, run results.Run, cells []results.PlannedCell) error {
	if !validID(run.ID) {
		return fmt.Errorf("run id %q: an id is 1 to 64 letters, digits, '.', '_' and '-'", run.ID)
	}
	if err := checkCells(cells); err != nil {
		return fmt.Errorf("run %s: %w", run.ID, err)
	}
	row, err := runRow(run, len(cells))
	if err != nil {
		return fmt.Errorf("run %s: %w", run.ID, err)
	}
	err = db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		inserted, err := tx.ExecContext(ctx, `INSERT INTO runs (id, experiment, spec, seed, started_ns, finished_ns, outcome,
			version, cells, options, environment, after, sources) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, row...)
		if err != nil {
			return err
		}
		number, err := inserted.LastInsertId()
		if err != nil {
			return err
		}
		return insertCells(ctx, tx, number, cells)
	})
	if code(err) == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return fmt.Errorf("run %s is stored already: %w", run.ID, ErrRecorded)
	}
	return err
}

// checkCells: a cell is found again by its workload and its facets, and a baseline by its index.
func checkCells(cells []results.PlannedCell) error {
	places, indices := map[place]bool{}, map[int]bool{}
	for _, c := range cells {
		p := place{c.Workload, c.Cell}
		if places[p] || indices[c.Index] {
			return fmt.Errorf("cell %d (%s, %q) is in the plan twice", c.Index, c.Workload, c.Cell.Key())
		}
		places[p], indices[c.Index] = true, true
	}
	for _, c := range cells {
		if c.Baseline != nil && !indices[*c.Baseline] {
			return fmt.Errorf("cell %d has baseline %d, which is not in the plan", c.Index, *c.Baseline)
		}
	}
	return nil
}

func insertCells(ctx context.Context, tx *sql.Tx, number int64, cells []results.PlannedCell) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO cells (run, cell, workload, key, encoded, identity, baseline) VALUES (?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, c := range cells {
		_, err := insert.ExecContext(ctx, number, c.Index, c.Workload, c.Cell.Key(), c.Cell.Encoded(), c.Identity, c.Baseline)
		if err != nil {
			return err
		}
	}
	return nil
}

func runRow(run results.Run, cells int) ([]any, error) {
	started, err := nanoseconds(run.Started)
	if err != nil {
		return nil, err
	}
	finished, err := nanoseconds(run.Finished)
	if err != nil {
		return nil, err
	}
	var sources []results.Source
	if run.Sources != nil {
		sources = make([]results.Source, len(run.Sources))
	}
	for i, s := range run.Sources {
		sources[i] = results.Source{Path: visible(s.Path), Text: visible(s.Text)}
	}
	texts := make([]any, 4)
	for i, part := range []any{run.Options, run.Environment, run.After, sources} {
		text, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		texts[i] = string(text)
	}
	if run.After == nil {
		texts[2] = nil
	}
	return append([]any{run.ID, visible(run.Experiment), visible(run.Spec), fmt.Sprint(run.Seed), started, finished,
		visible(run.Outcome), visible(run.Version), cells}, texts...), nil
}

// nanoseconds since 1970, nil for the zero time.
func nanoseconds(t time.Time) (any, error) {
	if t.IsZero() {
		return nil, nil
	}
	if back := time.Unix(0, t.UnixNano()); !back.Equal(t) {
		return nil, fmt.Errorf("the time %v cannot be stored: it is not between 1678 and 2262", t)
	}
	return t.UnixNano(), nil
}

// FinishRun notes how and when a run ended, and the machine as it was then. A run that is resumed is finished again.
func (db *DB) FinishRun(ctx context.Context, id string, finished time.Time, outcome string, after results.Environment) error {
	at, err := nanoseconds(finished)
	if err != nil {
		return fmt.Errorf("run %s: %w", id, err)
	}
	text, err := json.Marshal(after)
	if err != nil {
		return fmt.Errorf("run %s: %w", id, err)
	}
	return db.change(ctx, id, `UPDATE runs SET finished_ns = ?, outcome = ?, after = ? WHERE id = ?`, at, visible(outcome), string(text), id)
}

// SetOutcome notes the verdict word of a later judgement; nothing else of the run changes.
func (db *DB) SetOutcome(ctx context.Context, id, outcome string) error {
	return db.change(ctx, id, `UPDATE runs SET outcome = ? WHERE id = ?`, visible(outcome), id)
}

func (db *DB) change(ctx context.Context, id, update string, args ...any) error {
	return db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		changed, err := tx.ExecContext(ctx, update, args...)
		if err != nil {
			return err
		}
		if n, err := changed.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return errUnknown(id)
	})
}

// SaveVerdicts stores what a judgement came to, instead of what the run's last one did.
func (db *DB) SaveVerdicts(ctx context.Context, id string, verdicts []results.StoredVerdict) error {
	for _, v := range verdicts {
		if !json.Valid(v.JSON) {
			return fmt.Errorf("run %s: the verdict %q is not JSON", id, v.Name)
		}
	}
	return db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		number, err := runNumber(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM verdicts WHERE run = ?`, number); err != nil {
			return err
		}
		for i, v := range verdicts {
			_, err := tx.ExecContext(ctx, `INSERT INTO verdicts (run, place, name, check_text, outcome, level, file, line, col, reason, json)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, number, i, visible(v.Name), visible(v.Check), visible(v.Outcome),
				visible(v.Level), visible(v.File), v.Line, v.Col, visible(v.Reason), visible(string(v.JSON)))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
