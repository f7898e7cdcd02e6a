package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"

	sqlite3 "modernc.org/sqlite/lib"

	"bench/runner/results"
)

// Imported is what became of the runs of a portable file.
type Imported struct {
	Runs   []string // ids that were stored
	Known  []string // ids that were there already, with the same contents
	Trials int      // that were stored
	Notes  []string // of what was left out
}

// Portable is a portable file that was looked at as a whole.
type Portable struct {
	open func() (io.ReadCloser, error)
	runs []travelled
}

type travelled struct{ id, digest string }

// Examine looks at a portable file from its beginning to its end, and keeps next to nothing of it. open is called again when
// the file is imported.
func Examine(ctx context.Context, open func() (io.ReadCloser, error)) (*Portable, error) {
	s := &survey{ctx: ctx, file: &Portable{open: open}}
	return s.file, s.file.read(s)
}

func (f *Portable) read(to sink) error {
	file, err := f.open()
	if err != nil {
		return err
	}
	defer file.Close()
	return unpack(file, to)
}

// survey notes what runs there are.
type survey struct {
	ctx  context.Context
	file *Portable
	contents
}

func (s *survey) row(_ *inspection, k *kind, values []any, line []byte) error {
	return errors.Join(s.ctx.Err(), s.add(k, values, line))
}

func (s *survey) end(of *inspection) error {
	s.file.runs = append(s.file.runs, travelled{of.run.ID, s.digest()})
	return nil
}

// compare tells which runs of a file are here already. One with other contents under the same id is an error.
func (db *DB) compare(ctx context.Context, f *Portable) (known []string, err error) {
	for _, r := range f.runs {
		var ours contents
		err := db.rowsOf(ctx, db.sql, r.id, func(k *kind, values []any) error {
			line, err := k.encode(nil, values)
			if err != nil {
				return err
			}
			return ours.add(k, values, line)
		})
		switch {
		case errors.Is(err, ErrNotFound):
			continue
		case err != nil:
			return nil, db.explain(err)
		case ours.digest() != r.digest:
			return nil, &problem{fmt.Sprintf("run %s is stored already, with other contents", r.id), "import it into another database: --db FILE", ErrRecorded}
		}
		known = append(known, r.id)
	}
	return known, nil
}

// Import stores the runs of a file beside those that are there. Each run is stored in one transaction, so that others can
// write in between; if that is cut short, importing again goes on. A run that is there already is left as it is; with other
// contents it is an error, and nothing is stored.
func (db *DB) Import(ctx context.Context, f *Portable) (got Imported, err error) {
	if db.readOnly {
		return got, fmt.Errorf("%s is open for reading only", db.path)
	}
	if got.Known, err = db.compare(ctx, f); err != nil {
		return Imported{}, err
	}
	s := &storing{ctx: ctx, db: db, file: f, got: &got}
	err = f.read(s)
	s.cancel()
	return got, db.explain(err)
}

// storing puts rows into the database as they are read.
type storing struct {
	ctx    context.Context
	db     *DB
	file   *Portable
	got    *Imported
	tx     *sql.Tx // nil: between runs, or within one that is known
	insert map[*kind]*sql.Stmt
	number int64
	notes  []string
	contents
}

func (s *storing) row(of *inspection, k *kind, values []any, line []byte) (err error) {
	if slices.Contains(s.got.Known, of.run.ID) {
		return s.ctx.Err()
	}
	if k == &runLine {
		if err := s.begin(); err != nil {
			return err
		}
	}
	if err := s.add(k, values, line); err != nil {
		return err
	}
	switch k {
	case &runLine:
		return s.storeRun(of.run.ID, values)
	case &tagLine:
		return s.storeTag(results.Tag{Name: values[0].(string), Experiment: of.run.Experiment})
	}
	row := append([]any{s.number}, values...)
	sum := rowSum(row)
	if k == &trialLine {
		split := 1 + widthOf(plainColumns)
		sum = trialSum(row[:split], row[split:])
	}
	_, err = s.insert[k].ExecContext(s.ctx, append(row, sum)...)
	return err
}

// begin takes the write lock, which others may hold for a while.
func (s *storing) begin() error {
	err := s.db.retry(s.ctx, func() (err error) {
		s.tx, err = s.db.sql.BeginTx(s.ctx, nil)
		return err
	})
	if err != nil {
		return err
	}
	s.insert, s.notes = map[*kind]*sql.Stmt{&trialLine: s.tx.StmtContext(s.ctx, s.db.insert)}, nil
	for k, statement := range map[*kind]string{
		&cellLine:    `INSERT INTO cells (` + cellColumns + `) VALUES (` + marks(cellColumns) + `)`,
		&verdictLine: `INSERT INTO verdicts (` + verdictColumns + `) VALUES (` + marks(verdictColumns) + `)`,
	} {
		if s.insert[k], err = s.tx.PrepareContext(s.ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (s *storing) storeRun(id string, values []any) error {
	inserted, err := s.tx.ExecContext(s.ctx, `INSERT INTO runs (`+runColumns+`) VALUES (`+marks(runColumns)+`)`, append(slices.Clone(values), int64(runSum(values)))...)
	if code(err) == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return &problem{fmt.Sprintf("run %s was stored by another process meanwhile", id), "import the file again", ErrRecorded}
	}
	if err == nil {
		s.number, err = inserted.LastInsertId()
	}
	return err
}

// storeTag leaves a name with the run that has it here.
func (s *storing) storeTag(tag results.Tag) error {
	var taken int
	err := s.tx.QueryRowContext(s.ctx, `SELECT count(*) FROM tags WHERE name = ? AND experiment = ?`, tag.Name, tag.Experiment).Scan(&taken)
	if err != nil {
		return err
	}
	if taken > 0 {
		s.notes = append(s.notes, fmt.Sprintf("the tag %s stays with the run of %s that has it here", tag.Name, tag.Experiment))
		return nil
	}
	return insertTag(s.ctx, s.tx, s.number, tag)
}

func (s *storing) end(of *inspection) error {
	if s.tx == nil {
		return nil
	}
	if !slices.Contains(s.file.runs, travelled{of.run.ID, s.digest()}) {
		return fmt.Errorf("run %s is another than it was a moment ago: somebody writes to the file", of.run.ID)
	}
	err := s.tx.Commit()
	if s.tx = nil; err != nil {
		return err
	}
	s.got.Runs, s.got.Trials, s.got.Notes = append(s.got.Runs, of.run.ID), s.got.Trials+of.trials, append(s.got.Notes, s.notes...)
	return s.db.lost()
}

// cancel takes back what was stored of a run that was not read to its end.
func (s *storing) cancel() {
	if s.tx != nil {
		_ = s.tx.Rollback()
		s.tx = nil
	}
}
