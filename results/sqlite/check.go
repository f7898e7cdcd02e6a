package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bench/runner/results"
)

// Checked is one thing that was looked at.
type Checked struct {
	Name  string `json:"name"`
	Fact  string `json:"fact"`  // what was looked at, or what is wrong: of pages in several lines
	Wrong int    `json:"wrong"` // how often; 0: nothing
}

// Check looks at everything in a file, and changes nothing. What is wrong with it is no error; that it cannot be looked
// at is one: it is not there, not runner's, of another format, or locked.
func Check(ctx context.Context, path string) (list []Checked, err error) {
	db, err := OpenReadOnly(ctx, path)
	if errors.Is(err, ErrDamaged) {
		return []Checked{{"file", Fact(err), 1}}, nil
	}
	if err != nil {
		return nil, err
	}
	defer db.Close()
	// One transaction, so that what another process stores meanwhile is in all of it or in none.
	tx, err := db.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, db.explain(err)
	}
	defer tx.Rollback()
	c := &check{ctx: ctx, tx: tx}
	for _, look := range []func(){c.format, c.pages, c.references, c.runs, c.cells, c.trials, c.places, c.verdicts, c.tags, c.counts} {
		look()
		if err := errors.Join(c.locked, ctx.Err()); err != nil {
			return nil, db.explain(err)
		}
	}
	return c.list, nil
}

type check struct {
	ctx     context.Context
	tx      *sql.Tx
	list    []Checked
	planned map[int64][]results.PlannedCell
	locked  error // that it cannot be read now says nothing of what is in it
}

// finding collects what is wrong with one thing: the first few in words.
type finding struct {
	seen, wrong int
	words       []string
	few         int    // how many at most; 0: fewWords
	between     string // the words; "": a semicolon
}

// How many faults are told in words.
const (
	fewWords = 3
	fewPages = 5
)

func (f *finding) fault(format string, args ...any) {
	if f.wrong++; len(f.words) < cmp.Or(f.few, fewWords) {
		f.words = append(f.words, fmt.Sprintf(format, args...))
	}
}

func (c *check) add(name, fine string, f finding) {
	if n := len(f.words); f.wrong > n {
		f.words = append(f.words, fmt.Sprintf("and %d more", f.wrong-n))
	}
	if f.wrong > 0 {
		fine = strings.Join(f.words, cmp.Or(f.between, "; "))
	}
	c.list = append(c.list, Checked{name, fine, f.wrong})
}

// rows calls each for each row, and counts it. That reading came to an end in the middle is a fault.
func (c *check) rows(f *finding, query string, each func([]any)) {
	rows, err := c.tx.QueryContext(c.ctx, query)
	if busy(err) {
		c.locked = err
		return
	}
	if err != nil {
		f.fault("cannot be read: %v", err)
		return
	}
	defer rows.Close()
	names, _ := rows.Columns()
	for rows.Next() {
		f.seen++
		values, err := scan(rows, len(names))
		if err != nil {
			f.fault("%v", err)
			continue
		}
		each(values)
	}
	if err := rows.Err(); busy(err) {
		c.locked = err
	} else if err != nil {
		f.fault("cannot be read beyond the first %d rows: %v", f.seen, err)
	}
}

// format cannot be wrong any more: a file of another program or of another format was refused.
func (c *check) format() {
	h, err := readHead(c.ctx, c.tx)
	var f finding
	if err != nil {
		f.fault("cannot be read: %v", err)
	}
	c.add("format", fmt.Sprintf("%d, of this runner", h.version), f)
}

func (c *check) pages() {
	f := finding{few: fewPages, between: "\n"}
	c.rows(&f, "PRAGMA integrity_check(1000)", func(v []any) {
		for _, line := range damages(fmt.Sprint(v[0])) {
			f.fault("%s", line)
		}
	})
	c.add("pages", "SQLite finds each of them, the indices and the free ones in order", f)
}

func (c *check) references() {
	var f finding
	c.rows(&f, "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2", func(v []any) {
		f.fault("%d rows of %v refer to %v that are not there", v[2], v[0], v[1])
	})
	c.add("references", "what a row refers to is there", f)
}

func (c *check) runs() {
	var f finding
	planned := map[int64]int64{}
	c.rows(&f, "SELECT run, count(*) FROM cells GROUP BY run", func(v []any) {
		run, _ := v[0].(int64)
		planned[run], _ = v[1].(int64)
	})
	f.seen = 0
	c.rows(&f, "SELECT "+runColumns+", number FROM runs ORDER BY number", func(v []any) {
		last := len(v) - 1
		number, _ := v[last].(int64)
		run, cells, err := decodeRun(v[:last])
		switch {
		case err != nil:
			f.fault("%v: %v", v[0], err)
		case !validID(run.ID):
			f.fault("%q is no id", run.ID)
		case int64(cells) != planned[number]:
			f.fault("%s has %d cells of %d", run.ID, planned[number], cells)
		}
	})
	c.add("runs", fmt.Sprintf("%d, with their sources and settings", f.seen), f)
}

func (c *check) cells() {
	var f finding
	c.planned = map[int64][]results.PlannedCell{}
	c.rows(&f, "SELECT "+cellColumns+" FROM cells ORDER BY run, cell", func(v []any) {
		run, cell, err := decodeCell(v)
		if err != nil {
			f.fault("cell %v of run number %v: %v", v[1], v[0], err)
			return
		}
		c.planned[run] = append(c.planned[run], cell)
	})
	for _, run := range sorted(c.planned) {
		if err := checkCells(c.planned[run]); err != nil {
			f.fault("run number %d: %v", run, err)
		}
	}
	c.add("cells", fmt.Sprintf("%d, none twice in a run", f.seen), f)
}

// trials reads all parts of each.
func (c *check) trials() {
	var f finding
	var r *reader
	c.rows(&f, "SELECT run, "+Everything.columns()+" FROM trials ORDER BY trial", func(v []any) {
		run, _ := v[0].(int64)
		if r == nil || r.run != run {
			r = newReader(run, c.planned[run], Everything)
		}
		copy(r.values, v[1:])
		var t results.Trial
		err := r.read(&t)
		if err == nil && !slices.Contains(results.Statuses, t.Status) {
			err = fmt.Errorf("no status %q", t.Status)
		}
		if err != nil {
			f.fault("block %d, position %d of run number %d: %v", t.Block, t.Position, run, err)
		}
	})
	c.add("trials", fmt.Sprintf("%d, with their results, output and timelines", f.seen), f)
}

// places goes by the table alone: an index may be what is damaged.
func (c *check) places() {
	var f finding
	c.rows(&f, "SELECT run, block, position, count(*) FROM trials NOT INDEXED GROUP BY run, block, position HAVING count(*) > 1", func(v []any) {
		f.fault("%v trials of run number %v are at block %v, position %v", v[3], v[0], v[1], v[2])
	})
	c.add("places", "no two trials of a run are at one place in its order", f)
}

func (c *check) verdicts() {
	var f finding
	c.rows(&f, "SELECT "+verdictColumns+" FROM verdicts ORDER BY run, place", func(v []any) {
		if run, place, _, err := decodeVerdict(v); err != nil {
			f.fault("verdict %d of run number %d: %v", place, run, err)
		}
	})
	c.add("verdicts", fmt.Sprintf("%d, with their evidence", f.seen), f)
}

func (c *check) tags() {
	var f finding
	c.rows(&f, "SELECT runs.experiment, tags.name, tags.experiment, tags.run, tags.checksum FROM tags JOIN runs ON runs.number = tags.run ORDER BY 2, 3", func(v []any) {
		run, tag, err := decodeTag(v[1:])
		if err == nil {
			err = checkTag(tag.Name)
		}
		if err == nil && v[0] != tag.Experiment {
			err = fmt.Errorf("its run is of %v", v[0])
		}
		if err != nil {
			f.fault("tag %q of %q, run number %d: %v", tag.Name, tag.Experiment, run, err)
		}
	})
	c.add("tags", fmt.Sprintf("%d, each of a run of its experiment", f.seen), f)
}

func (c *check) counts() {
	var f finding
	c.rows(&f, `SELECT coalesce(t.run, counts.run), coalesce(t.status, counts.status), coalesce(trials, 0), coalesce(n, 0)
		FROM (SELECT run, status, count(*) AS n FROM trials NOT INDEXED GROUP BY run, status) t
		FULL JOIN counts ON counts.run = t.run AND counts.status = t.status WHERE coalesce(n, 0) <> coalesce(trials, 0)`, func(v []any) {
		f.fault("run number %v: %v trials are counted as %v, %v are there", v[0], v[2], v[1], v[3])
	})
	c.add("counts", "those of the list of runs are those of the trials", f)
}
