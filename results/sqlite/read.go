package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"bench/runner/results"
)

func errUnknown(id string) error {
	return &problem{fmt.Sprintf("no run %q", id), "`runner list runs` shows those that are stored", ErrNotFound}
}

func runNumber(ctx context.Context, q queryer, id string) (number int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT number FROM runs WHERE id = ?`, id).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errUnknown(id)
	}
	return number, err
}

// each calls f with each row of a query, as the driver gives it.
func each(ctx context.Context, q asker, f func([]any) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values, err := scan(rows, len(names))
		if err != nil {
			return err
		}
		if err := f(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// each calls scan for each row of a query.
func (db *DB) each(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := db.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return db.explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return db.explain(err)
		}
	}
	return db.explain(rows.Err())
}

// Run reads a run by its full id; see Resolve.
func (db *DB) Run(ctx context.Context, id string) (results.Run, error) {
	run, err := db.runWithin(ctx, db.sql, id)
	return run, db.explain(err)
}

// scan reads a row of n columns as the driver gives it.
func scan(rows *sql.Rows, n int) ([]any, error) {
	values, targets := slots(n)
	return values, rows.Scan(targets...)
}

// slots are n values, and pointers to them.
func slots(n int) (values, targets []any) {
	values, targets = make([]any, n), make([]any, n)
	for i := range values {
		targets[i] = &values[i]
	}
	return values, targets
}

func widthOf(columns string) int { return 1 + strings.Count(columns, ",") }

// Cells reads the plan of a run, in its order.
func (db *DB) Cells(ctx context.Context, id string) ([]results.PlannedCell, error) {
	_, cells, err := db.plan(ctx, id)
	return cells, err
}

func (db *DB) plan(ctx context.Context, id string) (number int64, cells []results.PlannedCell, err error) {
	var planned int
	err = db.sql.QueryRowContext(ctx, `SELECT number, cells FROM runs WHERE id = ?`, id).Scan(&number, &planned)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, errUnknown(id)
	}
	if err != nil {
		return 0, nil, db.explain(err)
	}
	err = db.each(ctx, func(rows *sql.Rows) error {
		values, err := scan(rows, widthOf(cellColumns))
		if err != nil {
			return err
		}
		_, c, err := decodeCell(values)
		if err != nil {
			return db.damaged(err, "run %s, cell %d", id, c.Index)
		}
		cells = append(cells, c)
		return nil
	}, `SELECT `+cellColumns+` FROM cells WHERE run = ? ORDER BY cell`, number)
	if err == nil && len(cells) != planned {
		err = db.damaged(fmt.Errorf("%d cells were planned, %d are there", planned, len(cells)), "run %s", id)
	}
	return number, cells, err
}

// Verdicts reads what the last judgement of a run came to; empty if it was never judged.
func (db *DB) Verdicts(ctx context.Context, id string) (verdicts []results.StoredVerdict, err error) {
	number, err := runNumber(ctx, db.sql, id)
	if err != nil {
		return nil, db.explain(err)
	}
	err = db.each(ctx, func(rows *sql.Rows) error {
		values, err := scan(rows, widthOf(verdictColumns))
		if err != nil {
			return err
		}
		_, place, v, err := decodeVerdict(values)
		if err != nil {
			return db.damaged(err, "run %s, verdict %d", id, place)
		}
		verdicts = append(verdicts, v)
		return nil
	}, `SELECT `+verdictColumns+` FROM verdicts WHERE run = ? ORDER BY place`, number)
	return verdicts, err
}

// Filter chooses runs.
type Filter struct {
	Experiment string // "": all
	Limit      int    // 0: all
}

// listRuns takes the arguments of where and a limit (negative for none). It reads counts, never trials.
func listRuns(where string) string {
	return `SELECT r.*, counts.status, counts.trials
	FROM (SELECT number, started_ns, finished_ns, id, experiment, spec, outcome, version, cells
		FROM runs ` + where + ` ORDER BY started_ns DESC, number DESC LIMIT ?) r
	LEFT JOIN counts ON counts.run = r.number AND counts.trials > 0
	ORDER BY r.started_ns DESC, r.number DESC, counts.status`
}

// Runs lists runs, the newest first.
func (db *DB) Runs(ctx context.Context, filter Filter) (list []results.RunSummary, err error) {
	where, args := "", []any{}
	if filter.Experiment != "" {
		where, args = "WHERE experiment = ?", []any{filter.Experiment}
	}
	limit := filter.Limit
	if limit <= 0 {
		limit = -1
	}
	err = db.each(ctx, func(rows *sql.Rows) error {
		var s results.RunSummary
		var number int64
		var started, finished, trials sql.NullInt64
		var status sql.NullString
		if err := rows.Scan(&number, &started, &finished, &s.ID, &s.Experiment, &s.Spec, &s.Outcome, &s.Version, &s.Cells, &status, &trials); err != nil {
			return err
		}
		if len(list) == 0 || list[len(list)-1].ID != s.ID {
			s.Started, s.Finished, s.Counts = moment(started), moment(finished), map[results.Status]int{}
			list = append(list, s)
		}
		if run := &list[len(list)-1]; status.Valid {
			run.Counts[results.Status(status.String)] = int(trials.Int64)
			run.Trials += int(trials.Int64)
		}
		return nil
	}, listRuns(where), append(args, limit)...)
	return list, err
}
