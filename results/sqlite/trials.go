package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"runner/results"
)

// Detail says which heavy parts of the trials to read; the zero Detail is the fastest.
type Detail struct {
	Spans   bool
	Results bool // Results and Result
	Output  bool // Stdout and Stderr
}

// Everything reads trials as they were recorded.
var Everything = Detail{Spans: true, Results: true, Output: true}

func (d Detail) columns() string {
	columns := plainColumns
	if d.Output {
		columns += ", " + outputColumns
	}
	if d.Results {
		columns += ", " + resultColumns
	}
	if d.Spans {
		columns += ", " + spanColumn
	}
	return columns
}

// Trials reads the trials of a run, by block and position. Times are in UTC; a byte that was not UTF-8 is \xNN.
func (db *DB) Trials(ctx context.Context, id string, detail Detail) ([]results.Trial, error) {
	number, cells, err := db.plan(ctx, id)
	if err != nil {
		return nil, err
	}
	var total int
	if err := db.sql.QueryRowContext(ctx, `SELECT coalesce(sum(trials), 0) FROM counts WHERE run = ?`, number).Scan(&total); err != nil {
		return nil, db.explain(err)
	}
	trials := make([]results.Trial, 0, total)
	r := newReader(cells, detail)
	err = db.each(ctx, func(rows *sql.Rows) error {
		trials = append(trials, results.Trial{})
		t := &trials[len(trials)-1]
		if err := r.read(rows, t); err != nil {
			return fmt.Errorf("%s: run %s, block %d, position %d: %w", db.path, id, t.Block, t.Position, err)
		}
		return nil
	}, fmt.Sprintf(`SELECT %s FROM trials WHERE run = ? ORDER BY block, position`, detail.columns()), number)
	return trials, err
}

// reader turns rows into trials. It takes values as the driver gives them: to convert each into its field through
// database/sql takes twice as long.
type reader struct {
	detail  Detail
	cells   map[int64]results.PlannedCell
	values  []any
	targets []any // pointers to values
	next    int
	err     error
}

func newReader(cells []results.PlannedCell, detail Detail) *reader {
	n := strings.Count(detail.columns(), ",") + 1
	r := &reader{detail: detail, cells: make(map[int64]results.PlannedCell, len(cells)), values: make([]any, n), targets: make([]any, n)}
	for i := range r.values {
		r.targets[i] = &r.values[i]
	}
	for _, c := range cells {
		r.cells[int64(c.Index)] = c
	}
	return r
}

// read follows the order of the columns in Detail.columns.
func (r *reader) read(rows *sql.Rows, t *results.Trial) error {
	if err := rows.Scan(r.targets...); err != nil {
		return err
	}
	r.next, r.err = 0, nil
	cell := r.cells[r.integer()]
	t.Cell, t.Workload = cell.Cell, cell.Workload
	t.Block, t.Position = int(r.integer()), int(r.integer())
	t.Warmup, t.Control = r.integer() != 0, r.integer() != 0
	t.Status = results.Status(r.text())
	t.Workers, t.Tasks = int(r.integer()), int(r.integer())
	t.Phases = results.Phases{Startup: r.duration(), Spawn: r.duration(), Work: r.duration(), Join: r.duration(), Total: r.duration()}
	t.Usage = results.Usage{User: r.duration(), System: r.duration(), Memory: r.integer(), Voluntary: r.integer(),
		Involuntary: r.integer(), MajorFaults: r.integer(), MinorFaults: r.integer(), Leaked: int(r.integer())}
	t.Wall = r.duration()
	t.Started = r.moment()
	t.Reason = r.text()
	t.Runtime = results.RuntimeInfo{Name: r.text(), Version: r.text(), GIL: r.text(), Path: r.text()}
	t.Warnings = r.list()
	t.ResultsDigest, t.ResultDigest = r.text(), r.text()
	t.Contaminated = r.text()
	r.readHeavy(t)
	return r.err
}

func (r *reader) readHeavy(t *results.Trial) {
	if r.detail.Output {
		t.Stdout, t.Stderr = r.text(), r.text()
	}
	if r.detail.Results {
		t.Result = r.result()
		if list := r.result(); list != nil {
			t.Results, _ = list.([]any)
		}
	}
	if r.detail.Spans {
		blob, _ := r.value().([]byte)
		spans, err := decodeSpans(blob)
		t.Spans = spans
		r.fail(err)
	}
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) value() any {
	v := r.values[r.next]
	r.next++
	return v
}

func (r *reader) integer() int64 {
	v, ok := r.value().(int64)
	if !ok {
		r.fail(fmt.Errorf("a number is damaged"))
	}
	return v
}

func (r *reader) duration() time.Duration { return time.Duration(r.integer()) }

// text is "" for NULL.
func (r *reader) text() string {
	s, _ := r.value().(string)
	return s
}

func (r *reader) moment() time.Time {
	ns, valid := r.value().(int64)
	return moment(sql.NullInt64{Int64: ns, Valid: valid})
}

func (r *reader) list() []string {
	v, ok := r.value().(string)
	if !ok {
		return nil
	}
	var list []string
	r.fail(json.Unmarshal([]byte(v), &list))
	return list
}

func (r *reader) result() any {
	column := r.value()
	if column == nil {
		return nil
	}
	v, err := loadValue(column)
	r.fail(err)
	return v
}
