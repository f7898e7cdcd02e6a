package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"bench/runner/results"
)

// alike are the runs r that a run o can be told beside: ended by themselves, of its experiment, on its machine, with the
// same cells asked for, and on hosts of the same kinds.
var alike = `r.experiment = o.experiment AND r.finished_ns IS NOT NULL AND r.outcome NOT IN ('', 'interrupted')
	AND json_extract(r.environment, '$.host', '$.cores', '$.cpu') = json_extract(o.environment, '$.host', '$.cores', '$.cpu')
	AND json_extract(r.options, '$.profile', '$.only', '$.define') = json_extract(o.options, '$.profile', '$.only', '$.define')
	AND ` + makes("r") + ` = ` + makes("o")

// makes are the kinds of hosts that a run had, each once: a fleet of another size is like it, one of other machines is not.
func makes(run string) string {
	return `coalesce((SELECT group_concat(DISTINCT json_extract(value, '$.environment.cores', '$.environment.cpu')) FROM json_each(` + run + `.hosts)), '')`
}

// Alike finds at most limit runs before the run id that are like it, oldest first; a limit below 0 is none. It reads no
// verdicts.
func (db *DB) Alike(ctx context.Context, id string, limit int) (past []results.Judged, err error) {
	err = db.each(ctx, func(rows *sql.Rows) error {
		var p results.Judged
		var started sql.NullInt64
		var commit sql.NullString
		var dirty sql.NullBool
		if err := rows.Scan(&p.ID, &started, &commit, &dirty); err != nil {
			return err
		}
		p.Started, p.Commit, p.Dirty = moment(started), commit.String, dirty.Bool
		past = append(past, p)
		return nil
	}, `SELECT r.id, r.started_ns, json_extract(r.environment, '$.commit'), json_extract(r.environment, '$.dirty')
		FROM runs o JOIN runs r ON `+alike+` AND (r.started_ns, r.number) < (o.started_ns, o.number)
		WHERE o.id = ? ORDER BY r.started_ns DESC, r.number DESC LIMIT ?`, id, limit)
	slices.Reverse(past)
	return past, err
}

// Past is Alike with the verdicts of each run. It reads no trials.
func (db *DB) Past(ctx context.Context, id string, limit int) ([]results.Judged, error) {
	past, err := db.Alike(ctx, id, limit)
	if err != nil {
		return nil, err
	}
	for i := range past {
		if past[i].Verdicts, err = db.Verdicts(ctx, past[i].ID); err != nil {
			return nil, err
		}
	}
	return past, nil
}

// Ended lists the runs of an experiment that ended by themselves, newest first. What can be long is left out: Sources and
// Code are nil. Nor are checksums looked at, which cover these; Run does both.
func (db *DB) Ended(ctx context.Context, experiment string) (list []results.Run, err error) {
	err = each(ctx, db.sql, func(values []any) error {
		run, _, err := decodeRun(values)
		if err != nil {
			return db.damaged(err, "run %s", run.ID)
		}
		list = append(list, run)
		return nil
	}, `SELECT id, experiment, spec, seed, started_ns, finished_ns, outcome, version, cells, options, environment, after, NULL, resumed, refs, NULL, hosts, NULL
		FROM runs WHERE experiment = ? AND finished_ns IS NOT NULL AND outcome NOT IN ('', 'interrupted') ORDER BY started_ns DESC, number DESC`, experiment)
	return list, db.explain(err)
}

// Medians reads what v_cells has of these runs, by id and in the order of each plan.
func (db *DB) Medians(ctx context.Context, ids []string) (map[string][]results.CellMedian, error) {
	all := make(map[string][]results.CellMedian, len(ids))
	for _, id := range ids {
		number, err := db.number(ctx, id)
		if err != nil {
			return nil, err
		}
		var cells []results.CellMedian
		err = db.each(ctx, func(rows *sql.Rows) error {
			var c results.CellMedian
			var median sql.NullFloat64
			if err := rows.Scan(&c.Workload, &c.Key, &c.Identity, &c.N, &median); err != nil {
				return err
			}
			c.Median = median.Float64
			cells = append(cells, c)
			return nil
		}, medians, number)
		if err != nil {
			return nil, err
		}
		all[id] = cells
	}
	return all, nil
}

// medians is v_cells of one run. The view itself would look at the trials of all runs.
const medians = `WITH sample AS (
		SELECT cell, total_ns, row_number() OVER (PARTITION BY cell ORDER BY total_ns) AS place, count(*) OVER (PARTITION BY cell) AS n
		FROM trials WHERE run = ?1 AND status = 'ok' AND NOT warmup AND NOT control AND contaminated IS NULL
	), middle AS (
		SELECT cell, n, avg(CASE WHEN place IN ((n + 1) / 2, (n + 2) / 2) THEN total_ns END) AS median FROM sample GROUP BY cell
	)
	SELECT workload, key, identity, coalesce(n, 0), median / 1e9 FROM cells LEFT JOIN middle USING (cell) WHERE run = ?1 ORDER BY cell`
