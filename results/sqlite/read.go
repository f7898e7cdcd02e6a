package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"runner/internal/matrix"
	"runner/results"
)

func errUnknown(id string) error {
	return fmt.Errorf("no run %q: `runner list runs` shows those that are stored: %w", id, ErrNotFound)
}

func runNumber(ctx context.Context, q queryer, id string) (number int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT number FROM runs WHERE id = ?`, id).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errUnknown(id)
	}
	return number, err
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
	run := results.Run{ID: id}
	var started, finished sql.NullInt64
	var seed string
	var options, environment, after, sources []byte
	err := db.sql.QueryRowContext(ctx, `SELECT experiment, spec, seed, started_ns, finished_ns, outcome, version,
		options, environment, after, sources FROM runs WHERE id = ?`, id).
		Scan(&run.Experiment, &run.Spec, &seed, &started, &finished, &run.Outcome, &run.Version, &options, &environment, &after, &sources)
	if errors.Is(err, sql.ErrNoRows) {
		return results.Run{}, errUnknown(id)
	}
	if err != nil {
		return results.Run{}, db.explain(err)
	}
	run.Started, run.Finished = moment(started), moment(finished)
	run.Seed, err = strconv.ParseUint(seed, 10, 64)
	err = errors.Join(err, json.Unmarshal(options, &run.Options), json.Unmarshal(environment, &run.Environment), json.Unmarshal(sources, &run.Sources))
	if after != nil {
		err = errors.Join(err, json.Unmarshal(after, &run.After))
	}
	if err != nil {
		return results.Run{}, fmt.Errorf("%s: run %s is damaged: %w", db.path, id, err)
	}
	return run, nil
}

func moment(ns sql.NullInt64) time.Time {
	if !ns.Valid {
		return time.Time{}
	}
	return time.Unix(0, ns.Int64).UTC()
}

// Cells reads the plan of a run, in its order.
func (db *DB) Cells(ctx context.Context, id string) ([]results.PlannedCell, error) {
	_, cells, err := db.plan(ctx, id)
	return cells, err
}

func (db *DB) plan(ctx context.Context, id string) (number int64, cells []results.PlannedCell, err error) {
	number, err = runNumber(ctx, db.sql, id)
	if err != nil {
		return 0, nil, db.explain(err)
	}
	err = db.each(ctx, func(rows *sql.Rows) error {
		var c results.PlannedCell
		var encoded string
		var baseline sql.NullInt64
		if err := rows.Scan(&c.Index, &c.Workload, &encoded, &c.Identity, &baseline); err != nil {
			return err
		}
		var err error
		if c.Cell, err = matrix.ParseCell(encoded); err != nil {
			return fmt.Errorf("%s: run %s, cell %d is damaged: %w", db.path, id, c.Index, err)
		}
		if baseline.Valid {
			index := int(baseline.Int64)
			c.Baseline = &index
		}
		cells = append(cells, c)
		return nil
	}, `SELECT cell, workload, encoded, identity, baseline FROM cells WHERE run = ? ORDER BY cell`, number)
	return number, cells, err
}

// Verdicts reads what the last judgement of a run came to; empty if it was never judged.
func (db *DB) Verdicts(ctx context.Context, id string) (verdicts []results.StoredVerdict, err error) {
	number, err := runNumber(ctx, db.sql, id)
	if err != nil {
		return nil, db.explain(err)
	}
	err = db.each(ctx, func(rows *sql.Rows) error {
		var v results.StoredVerdict
		if err := rows.Scan(&v.Name, &v.Check, &v.Outcome, &v.Level, &v.File, &v.Line, &v.Col, &v.Reason, (*[]byte)(&v.JSON)); err != nil {
			return err
		}
		verdicts = append(verdicts, v)
		return nil
	}, `SELECT name, check_text, outcome, level, file, line, col, reason, json FROM verdicts WHERE run = ? ORDER BY place`, number)
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
