package sqlite

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// The columns of the other tables, as they are written and read; those of a trial are in record.go.
const (
	runColumns = `id, experiment, spec, seed, started_ns, finished_ns, outcome, version, cells, options, environment, after,
		sources, resumed, refs, code, hosts, checksum`
	cellColumns    = `run, cell, workload, key, encoded, identity, baseline, checksum`
	verdictColumns = `run, place, name, check_text, outcome, level, file, line, col, reason, json, checksum`
	tagColumns     = `name, experiment, run, checksum`
)

// columns takes the values of a row one after the other, as the driver gives them: to convert each into its field through
// database/sql takes twice as long. The first that is of a wrong kind is kept as the error.
type columns struct {
	values []any
	next   int
	err    error
}

var errColumn = errors.New("a value is damaged")

func (c *columns) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *columns) value() any {
	v := c.values[c.next]
	c.next++
	return v
}

func (c *columns) integer() int64 {
	v, ok := c.value().(int64)
	if !ok {
		c.fail(errColumn)
	}
	return v
}

func (c *columns) duration() time.Duration { return time.Duration(c.integer()) }

// text is "" for NULL.
func (c *columns) text() string {
	v := c.value()
	s, ok := v.(string)
	if !ok && v != nil {
		c.fail(errColumn)
	}
	return s
}

// moment is the zero time for NULL.
func (c *columns) moment() time.Time {
	v := c.value()
	ns, ok := v.(int64)
	if !ok && v != nil {
		c.fail(errColumn)
	}
	return moment(sql.NullInt64{Int64: ns, Valid: ok})
}

func moment(ns sql.NullInt64) time.Time {
	if !ns.Valid {
		return time.Time{}
	}
	return time.Unix(0, ns.Int64).UTC()
}

// json reads into v, which stays as it is for NULL.
func (c *columns) json(v any) {
	if s := c.value(); s != nil {
		text, ok := s.(string)
		if !ok {
			c.fail(errColumn)
			return
		}
		if err := json.Unmarshal([]byte(text), v); err != nil {
			c.fail(err)
		}
	}
}

func (c *columns) list() (list []string) {
	c.json(&list)
	return list
}

// decodeRun makes a run of runColumns, and says how many cells it has.
func decodeRun(values []any) (run results.Run, cells int, err error) {
	c := columns{values: values}
	run.ID, run.Experiment, run.Spec = c.text(), c.text(), c.text()
	seed := c.text()
	run.Started, run.Finished = c.moment(), c.moment()
	run.Outcome, run.Version = c.text(), c.text()
	cells = int(c.integer())
	c.json(&run.Options)
	c.json(&run.Environment)
	c.json(&run.After)
	c.json(&run.Sources)
	c.json(&run.Resumed)
	c.json(&run.References)
	c.json(&run.Code)
	c.json(&run.Hosts)
	if run.Seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
		c.fail(fmt.Errorf("the seed: %w", err))
	}
	if differs(c.value(), runSum(values[:c.next-1])) {
		c.fail(errChecksum)
	}
	return run, cells, c.err
}

// decodeCell makes a cell of cellColumns.
func decodeCell(values []any) (run int64, cell results.PlannedCell, err error) {
	c := columns{values: values}
	run = c.integer()
	cell.Index, cell.Workload = int(c.integer()), c.text()
	_, encoded := c.text(), c.text()
	cell.Identity = c.text()
	if baseline := c.value(); baseline != nil {
		n, ok := baseline.(int64)
		if !ok {
			c.fail(errColumn)
		}
		index := int(n)
		cell.Baseline = &index
	}
	if cell.Cell, err = matrix.ParseCell(encoded); err != nil {
		c.fail(err)
	}
	if differs(c.value(), checksum(values[:c.next-1]...)) {
		c.fail(errChecksum)
	}
	return run, cell, c.err
}

// decodeTag makes a tag of tagColumns, but for the id of its run.
func decodeTag(values []any) (run int64, tag results.Tag, err error) {
	c := columns{values: values}
	tag.Name, tag.Experiment = c.text(), c.text()
	run = c.integer()
	if differs(c.value(), checksum(values[:c.next-1]...)) {
		c.fail(errChecksum)
	}
	return run, tag, c.err
}

// decodeVerdict makes a verdict of verdictColumns.
func decodeVerdict(values []any) (run int64, place int, v results.StoredVerdict, err error) {
	c := columns{values: values}
	run, place = c.integer(), int(c.integer())
	v.Name, v.Check, v.Outcome, v.Level, v.File = c.text(), c.text(), c.text(), c.text(), c.text()
	v.Line, v.Col, v.Reason = int(c.integer()), int(c.integer()), c.text()
	v.JSON = json.RawMessage(c.text())
	if !json.Valid(v.JSON) {
		c.fail(errors.New("its JSON is damaged"))
	}
	if differs(c.value(), checksum(values[:c.next-1]...)) {
		c.fail(errChecksum)
	}
	return run, place, v, c.err
}
