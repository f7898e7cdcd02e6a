package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"bench/runner/results"
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
		inserted, err := tx.ExecContext(ctx, `INSERT INTO runs (`+runColumns+`) VALUES (`+marks(runColumns)+`)`, row...)
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
		return &problem{fmt.Sprintf("run %s is stored already", run.ID), "give it another id", ErrRecorded}
	}
	return err
}

// marks are the places of values for these columns.
func marks(columns string) string { return "?" + strings.Repeat(", ?", widthOf(columns)-1) }

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
	insert, err := tx.PrepareContext(ctx, `INSERT INTO cells (`+cellColumns+`) VALUES (`+marks(cellColumns)+`)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, c := range cells {
		var baseline any
		if c.Baseline != nil {
			baseline = *c.Baseline
		}
		row := []any{number, c.Index, c.Workload, c.Cell.Key(), c.Cell.Encoded(), c.Identity, baseline}
		if _, err := insert.ExecContext(ctx, append(row, int64(checksum(row...)))...); err != nil {
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
	row := []any{run.ID, visible(run.Experiment), visible(run.Spec), fmt.Sprint(run.Seed), started, finished, visible(run.Outcome), visible(run.Version), cells}
	for _, part := range []struct {
		value any
		none  bool
	}{
		{run.Options, false}, {run.Environment, false}, {run.After, run.After == nil}, {visibleSources(run.Sources), false},
		{run.Resumed, run.Resumed == nil}, {visibleReferences(run.References), len(run.References) == 0}, {visibleCode(run.Code), len(run.Code) == 0},
		{run.Hosts, len(run.Hosts) == 0},
	} {
		if part.none {
			row = append(row, nil)
			continue
		}
		text, err := json.Marshal(part.value)
		if err != nil {
			return nil, err
		}
		row = append(row, string(text))
	}
	return append(row, int64(runSum(row))), nil
}

func visibleSources(list []results.Source) []results.Source {
	list = slices.Clone(list)
	for i, s := range list {
		list[i] = results.Source{Path: visible(s.Path), Text: visible(s.Text)}
	}
	return list
}

func visibleReferences(list []results.Reference) []results.Reference {
	list = slices.Clone(list)
	for i, r := range list {
		list[i] = results.Reference{Since: visible(r.Since), Run: visible(r.Run), How: visible(r.How)}
	}
	return list
}

func visibleCode(list []results.Code) []results.Code {
	list = slices.Clone(list)
	for i, c := range list {
		list[i] = results.Code{Workload: visible(c.Workload), Path: visible(c.Path), Digest: c.Digest, Text: visible(c.Text)}
	}
	return list
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

// ResumeRun notes that a run is taken up again: it is then unfinished, as it was before it ended. One that ended by itself
// is refused, since there is nothing left to measure.
func (db *DB) ResumeRun(ctx context.Context, id string, r results.Resumption) error {
	return db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		run, err := db.runWithin(ctx, tx, id)
		if err != nil {
			return err
		}
		if !run.Finished.IsZero() && run.Outcome != "interrupted" {
			return fmt.Errorf("run %s ended by itself on %s (%s): there is nothing to resume; `runner run` starts a new one",
				id, run.Finished.Format("2006-01-02 15:04:05 MST"), run.Outcome)
		}
		text, err := json.Marshal(append(run.Resumed, r))
		if err != nil {
			return fmt.Errorf("run %s: %w", id, err)
		}
		_, err = tx.ExecContext(ctx, `UPDATE runs SET resumed = ?, finished_ns = NULL, outcome = '', after = NULL WHERE id = ?`, string(text), id)
		if err != nil {
			return err
		}
		return seal(ctx, tx, id)
	})
}

// SetOutcome notes the verdict word of a later judgement; nothing else of the run changes.
func (db *DB) SetOutcome(ctx context.Context, id, outcome string) error {
	return db.change(ctx, id, `UPDATE runs SET outcome = ? WHERE id = ?`, visible(outcome), id)
}

// change never gives a damaged row a checksum that is right.
func (db *DB) change(ctx context.Context, id, update string, args ...any) error {
	return db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := db.runWithin(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, update, args...); err != nil {
			return err
		}
		return seal(ctx, tx, id)
	})
}

func runValues(ctx context.Context, q queryer, id string) ([]any, error) {
	values, targets := slots(widthOf(runColumns))
	err := q.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs WHERE id = ?`, id).Scan(targets...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errUnknown(id)
	}
	return values, err
}

func (db *DB) runWithin(ctx context.Context, q queryer, id string) (results.Run, error) {
	values, err := runValues(ctx, q, id)
	if err != nil {
		return results.Run{}, err
	}
	run, _, err := decodeRun(values)
	if err != nil {
		return results.Run{}, db.damaged(err, "run %s", id)
	}
	return run, nil
}

// seal brings the checksum of a run up to date.
func seal(ctx context.Context, tx *sql.Tx, id string) error {
	values, err := runValues(ctx, tx, id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE runs SET checksum = ? WHERE id = ?`, int64(runSum(values[:len(values)-1])), id)
	return err
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
			row := []any{number, i, visible(v.Name), visible(v.Check), visible(v.Outcome), visible(v.Level), visible(v.File), v.Line, v.Col,
				visible(v.Reason), visible(string(v.JSON))}
			_, err := tx.ExecContext(ctx, `INSERT INTO verdicts (`+verdictColumns+`) VALUES (`+marks(verdictColumns)+`)`,
				append(row, int64(checksum(row...)))...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
