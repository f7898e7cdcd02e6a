package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	sqlite3 "modernc.org/sqlite/lib"

	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// The columns of a trial as they are written, and in groups as they are read: see Detail.
const (
	plainColumns = `cell, block, position, warmup, control, status, workers, tasks, startup_ns, spawn_ns, work_ns, join_ns,
		total_ns, user_ns, system_ns, memory_bytes, voluntary_switches, involuntary_switches, major_faults, minor_faults,
		leaked, wall_ns, started_ns, reason, runtime_name, runtime_version, runtime_gil, runtime_path, warnings,
		results_digest, result_digest, contaminated, hosts`
	outputColumns = `stdout, stderr`
	resultColumns = `result, results`
	spanColumn    = `spans`
	allColumns    = plainColumns + ", " + outputColumns + ", " + resultColumns + ", " + spanColumn + ", checksum"
)

var insertTrial = fmt.Sprintf("INSERT INTO trials (run, %s) VALUES (?, %s)", allColumns, marks(allColumns))

// Recorder stores the trials of one run. It may be used by several goroutines.
type Recorder struct {
	db    *DB
	id    string
	mu    sync.Mutex
	run   int64
	cells map[place]int // nil: not loaded yet
}

// place is what a trial names its cell by.
type place struct {
	workload string
	cell     matrix.Cell
}

// Recorder is for the run of that id; that the run is there shows at the first Record.
func (db *DB) Recorder(id string) *Recorder { return &Recorder{db: db, id: id} }

// Record stores one trial durably: it is on the disk when Record returns nil. Its cell must be in the run's plan, and
// its block and position must be new (else ErrRecorded). ctx only ends the waiting for another writer.
func (r *Recorder) Record(ctx context.Context, trial results.Trial) error {
	row, err := r.row(ctx, trial)
	if err != nil {
		return err
	}
	err = r.db.retry(ctx, func() error {
		// One statement is one transaction, and takes the write lock from its start.
		_, err := r.db.insert.ExecContext(context.WithoutCancel(ctx), row...)
		return err
	})
	if err == nil {
		return r.db.lost()
	}
	return r.refused(trial, err)
}

// RecordAll stores many trials in one transaction, all or none.
func (r *Recorder) RecordAll(ctx context.Context, trials []results.Trial) error {
	rows := make([][]any, len(trials))
	for i, trial := range trials {
		var err error
		if rows[i], err = r.row(ctx, trial); err != nil {
			return err
		}
	}
	return r.db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		insert := tx.StmtContext(ctx, r.db.insert)
		defer insert.Close()
		for i, row := range rows {
			if _, err := insert.ExecContext(ctx, row...); err != nil {
				return r.refused(trials[i], err)
			}
		}
		return nil
	})
}

func (r *Recorder) refused(trial results.Trial, err error) error {
	switch code(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return fmt.Errorf("run %s, block %d, position %d: %w", r.id, trial.Block, trial.Position, ErrRecorded)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errUnknown(r.id)
	}
	return err
}

func (r *Recorder) row(ctx context.Context, t results.Trial) ([]any, error) {
	if r.db.readOnly {
		return nil, fmt.Errorf("%s is open for reading only", r.db.path)
	}
	if !slices.Contains(results.Statuses, t.Status) {
		return nil, fmt.Errorf("run %s, block %d, position %d: no status %q", r.id, t.Block, t.Position, t.Status)
	}
	if err := r.load(ctx); err != nil {
		return nil, err
	}
	cell, planned := r.cells[place{t.Workload, t.Cell}]
	if !planned {
		return nil, fmt.Errorf("run %s has no cell %q of workload %q in its plan", r.id, t.Cell.Key(), t.Workload)
	}
	heavy, err := heavyColumns(&t)
	if err != nil {
		return nil, fmt.Errorf("run %s, block %d, position %d: %w", r.id, t.Block, t.Position, err)
	}
	light, err := lightColumns(t)
	if err != nil {
		return nil, fmt.Errorf("run %s, block %d, position %d: %w", r.id, t.Block, t.Position, err)
	}
	plain := append(append(make([]any, 0, 3+len(light)+len(heavy)), r.run, cell), light...)
	sum := trialSum(plain, heavy)
	return append(append(plain, heavy...), sum), nil
}

// load reads the plan once, so that a Record costs the same whatever its size.
func (r *Recorder) load(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cells != nil {
		return nil
	}
	number, cells, err := r.db.plan(ctx, r.id)
	if err != nil {
		return err
	}
	r.run, r.cells = number, make(map[place]int, len(cells))
	for _, c := range cells {
		r.cells[place{c.Workload, c.Cell}] = c.Index
	}
	return nil
}

// lightColumns are plainColumns without the cell.
func lightColumns(t results.Trial) ([]any, error) {
	started, err := nanoseconds(t.Started)
	if err != nil {
		return nil, err
	}
	warnings, err := textList(t.Warnings)
	if err != nil {
		return nil, err
	}
	hosts, err := textList(t.Hosts)
	if err != nil {
		return nil, err
	}
	p, u, rt := t.Phases, t.Usage, t.Runtime
	return []any{t.Block, t.Position, t.Warmup, t.Control, string(t.Status), t.Workers, t.Tasks,
		int64(p.Startup), int64(p.Spawn), int64(p.Work), int64(p.Join), int64(p.Total),
		int64(u.User), int64(u.System), u.Memory, u.Voluntary, u.Involuntary, u.MajorFaults, u.MinorFaults, u.Leaked,
		int64(t.Wall), started, text(t.Reason), text(rt.Name), text(rt.Version), text(rt.GIL), text(rt.Path), warnings,
		text(t.ResultsDigest), text(t.ResultDigest), text(t.Contaminated), hosts}, nil
}

// heavyColumns are the output, the results and the timeline. What is too large is replaced in t by a digest or by a
// warning, so it comes before lightColumns.
func heavyColumns(t *results.Trial) ([]any, error) {
	var combined, list, timeline any
	var err error
	if t.Result != nil {
		if combined, t.ResultDigest, err = storedValue(t.Result, 1); err != nil {
			return nil, err
		}
	}
	if t.Results != nil {
		if list, t.ResultsDigest, err = storedValue(t.Results, len(t.Results)); err != nil {
			return nil, err
		}
	}
	blob, fits := encodeSpans(t.Spans, keepSpans)
	if !fits {
		t.Warnings = append(slices.Clone(t.Warnings), fmt.Sprintf("the timeline of %d tasks is too large to be stored, and was left out", len(t.Spans)))
	}
	if blob != nil {
		timeline = blob
	}
	return []any{text(t.Stdout), text(t.Stderr), combined, list, timeline}, nil
}

// text is NULL where it is empty, which costs no space and no time to read.
func text(s string) any {
	if s == "" {
		return nil
	}
	return visible(s)
}

func textList(list []string) (any, error) {
	if list == nil {
		return nil, nil
	}
	shown := make([]string, len(list))
	for i, s := range list {
		shown[i] = visible(s)
	}
	b, err := json.Marshal(shown)
	return string(b), err
}
