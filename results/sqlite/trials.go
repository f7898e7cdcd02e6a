package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"bench/runner/results"
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
	columns := plainColumns + ", checksum"
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
	r := newReader(number, cells, detail)
	err = db.each(ctx, func(rows *sql.Rows) error {
		trials = append(trials, results.Trial{})
		t := &trials[len(trials)-1]
		if err := rows.Scan(r.targets...); err != nil {
			return err
		}
		if err := r.read(t); err != nil {
			return db.damaged(err, "run %s, block %d, position %d", id, t.Block, t.Position)
		}
		return nil
	}, fmt.Sprintf(`SELECT %s FROM trials WHERE run = ? ORDER BY block, position`, detail.columns()), number)
	if err == nil && len(trials) < total {
		err = db.damaged(fmt.Errorf("%d trials were counted, %d are there", total, len(trials)), "run %s", id)
	}
	return trials, err
}

// reader turns rows into trials.
type reader struct {
	run    int64
	detail Detail
	cells  map[int64]results.PlannedCell
	columns
	targets []any // pointers to values
	plain   []any // what verify takes the checksum of
}

func newReader(run int64, cells []results.PlannedCell, detail Detail) *reader {
	values, targets := slots(widthOf(detail.columns()))
	r := &reader{run: run, detail: detail, cells: make(map[int64]results.PlannedCell, len(cells)), columns: columns{values: values}, targets: targets}
	for _, c := range cells {
		r.cells[int64(c.Index)] = c
	}
	return r
}

// read makes a trial of values, in the order of the columns in Detail.columns.
func (r *reader) read(t *results.Trial) error {
	r.next, r.err = 0, nil
	number := r.integer()
	cell, planned := r.cells[number]
	if !planned {
		r.fail(fmt.Errorf("its cell %d is damaged", number))
	}
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
	t.Hosts = r.list()
	r.verify()
	r.readHeavy(t)
	return r.err
}

// verify compares the checksum, which stands between the plain columns and the heavy ones, with those that were read.
func (r *reader) verify() {
	plain := r.values[:r.next]
	stored := r.value()
	if stored == nil {
		return
	}
	sum, ok := stored.(int64)
	r.plain = append(append(r.plain[:0], r.run), plain...)
	if !ok || uint32(sum) != plainSum(r.plain) || r.detail == Everything && uint32(sum>>32) != checksum(r.values[r.next:]...) {
		r.fail(errChecksum)
	}
}

func (r *reader) readHeavy(t *results.Trial) {
	if r.detail.Output {
		t.Stdout, t.Stderr = r.text(), r.text()
	}
	if r.detail.Results {
		t.Result = r.result()
		if list := r.result(); list != nil {
			var ok bool
			if t.Results, ok = list.([]any); !ok {
				r.fail(errColumn)
			}
		}
	}
	if r.detail.Spans {
		column := r.value()
		blob, ok := column.([]byte)
		if !ok && column != nil {
			r.fail(errColumn)
		}
		spans, err := decodeSpans(blob)
		t.Spans = spans
		r.fail(err)
	}
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
