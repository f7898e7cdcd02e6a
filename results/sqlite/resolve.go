package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Resolve turns what people type into a run's id: an id or a unique beginning of one, `last`, `last~N` (N before it), a
// tag, or either of these within one experiment, as `EXPERIMENT@last`. A tag goes before the beginning of an id. An error says what there is instead.
func (db *DB) Resolve(ctx context.Context, ref string) (string, error) {
	experiment, within := "", ref
	if at := strings.LastIndexByte(ref, '@'); at >= 0 {
		experiment, within = ref[:at], ref[at+1:]
		if experiment == "" {
			return "", fmt.Errorf("%q: the experiment before @ is missing, as in primes@last", ref)
		}
	}
	if back, ok, err := lastRef(within); err != nil {
		return "", fmt.Errorf("%q: %w", ref, err)
	} else if ok {
		return db.nthLast(ctx, ref, experiment, back)
	}
	id, tagged, err := db.Tagged(ctx, within, experiment)
	if tagged || err != nil {
		return id, err
	}
	return db.byPrefix(ctx, ref, experiment, within)
}

// lastRef reads last and last~N.
func lastRef(text string) (back int, ok bool, err error) {
	count, counted := strings.CutPrefix(text, "last~")
	switch {
	case text == "last":
		return 0, true, nil
	case !counted:
		return 0, false, nil
	}
	back, err = strconv.Atoi(count)
	if err != nil || back < 0 {
		return 0, false, errors.New("last~N takes a number, as in last~1, the run before the last")
	}
	return back, true, nil
}

func (db *DB) nthLast(ctx context.Context, ref, experiment string, back int) (id string, err error) {
	where, args := "", []any{}
	if experiment != "" {
		where, args = "WHERE experiment = ?", []any{experiment}
	}
	err = db.sql.QueryRowContext(ctx, `SELECT id FROM runs `+where+` ORDER BY started_ns DESC, number DESC LIMIT 1 OFFSET ?`, append(args, back)...).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, db.explain(err)
	}
	var n int
	if err := db.sql.QueryRowContext(ctx, `SELECT count(*) FROM runs `+where, args...).Scan(&n); err != nil {
		return "", db.explain(err)
	}
	if n == 0 {
		return "", db.nothing(ctx, ref, experiment)
	}
	return "", &problem{fmt.Sprintf("%q: no such run", ref), fmt.Sprintf("%d stored, so last~%d is the oldest", n, n-1), ErrNotFound}
}

// nothing: there is no run at all, or none of that experiment.
func (db *DB) nothing(ctx context.Context, ref, experiment string) error {
	var names []string
	err := db.each(ctx, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, `SELECT DISTINCT experiment FROM runs ORDER BY experiment LIMIT 20`)
	switch {
	case err != nil:
		return err
	case len(names) == 0:
		return &problem{fmt.Sprintf("%q: no runs are stored in %s yet", ref, db.path), "`runner run` makes one", ErrNotFound}
	}
	return &problem{fmt.Sprintf("%q: no runs of %q are stored", ref, experiment), "there are some of " + strings.Join(names, ", "), ErrNotFound}
}

// candidates is how many of several runs an error lists.
const candidates = 8

func (db *DB) byPrefix(ctx context.Context, ref, experiment, prefix string) (string, error) {
	var found []string
	exact := false
	err := db.each(ctx, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		exact = exact || id == prefix
		found = append(found, id)
		return err
	}, `SELECT id FROM runs WHERE id >= ?1 AND id < ?1 || '{' AND ?1 <> '' AND (?2 = '' OR experiment = ?2)
		ORDER BY id LIMIT ?3`, prefix, experiment, candidates+1) // '{' comes after all that an id is made of
	switch {
	case err != nil:
		return "", err
	case exact: // an id that others begin with
		return prefix, nil
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return "", db.unknown(ctx, ref)
	}
	return "", fmt.Errorf("%q is the beginning of several runs: %s; type more of it", ref, some(found, ", "))
}

// unknown tells of the tags too.
func (db *DB) unknown(ctx context.Context, ref string) error {
	tags, err := db.Tags(ctx)
	if err != nil {
		return err
	}
	if len(tags) == 0 {
		return errUnknown(ref)
	}
	return &problem{fmt.Sprintf("no run %q", ref), "`runner list runs` shows those that are stored; of tags " + thereAre(tags), ErrNotFound}
}
