package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"runner/results"
)

// alike are the runs r that a run o can be told beside: ended by themselves, of its experiment, on its machine, with the
// same cells asked for.
const alike = `r.experiment = o.experiment AND r.finished_ns IS NOT NULL AND r.outcome NOT IN ('', 'interrupted')
	AND json_extract(r.environment, '$.host', '$.cores', '$.cpu') = json_extract(o.environment, '$.host', '$.cores', '$.cpu')
	AND json_extract(r.options, '$.profile', '$.only', '$.define') = json_extract(o.options, '$.profile', '$.only', '$.define')`

// Past reads the verdicts of at most limit runs before the run id that are like it, oldest first. It reads no trials.
func (db *DB) Past(ctx context.Context, id string, limit int) (past []results.Judged, err error) {
	err = db.each(ctx, func(rows *sql.Rows) error {
		var p results.Judged
		var started sql.NullInt64
		var commit sql.NullString
		if err := rows.Scan(&p.ID, &started, &commit); err != nil {
			return err
		}
		p.Started, p.Commit = moment(started), commit.String
		past = append(past, p)
		return nil
	}, `SELECT r.id, r.started_ns, json_extract(r.environment, '$.commit')
		FROM runs o JOIN runs r ON `+alike+` AND (r.started_ns, r.number) < (o.started_ns, o.number)
		WHERE o.id = ? ORDER BY r.started_ns DESC, r.number DESC LIMIT ?`, id, limit)
	if err != nil {
		return nil, err
	}
	slices.Reverse(past)
	for i := range past {
		if past[i].Verdicts, err = db.Verdicts(ctx, past[i].ID); err != nil {
			return nil, err
		}
	}
	return past, nil
}
