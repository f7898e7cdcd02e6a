package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrNotFound is in the error of a reference that no run answers to.
var ErrNotFound = errors.New("no such run")

// ErrOlder is in the error of reading a file that has to be brought up to date first, which opening it for writing does.
var ErrOlder = errors.New("older runner")

// ErrCutShort is in the error of reading a file whose writer ended in the middle of a change, which opening it for writing
// undoes.
var ErrCutShort = errors.New("a writer was cut short")

// ErrLost is in the error of a write to a file that was removed or replaced meanwhile: nothing of the run is kept.
var ErrLost = errors.New("the file was removed or replaced while it was in use, and what this run had stored is lost")

// ErrDamaged is in the error of what cannot be read as it was stored.
var ErrDamaged = errors.New("damaged")

// ErrRecorded is in the error of a trial whose block and position the run has already.
var ErrRecorded = errors.New("already recorded")

// problem says what is wrong, and what to do next. What errors.Is finds in it is not in its text, which says it already.
type problem struct {
	fact, advice string
	is           error
}

func (p *problem) Error() string { return p.fact + ": " + p.advice }
func (p *problem) Unwrap() error { return p.is }

// Fact is what an error says is wrong, without what it says to do, for where that is told or done already.
func Fact(err error) string {
	var p *problem
	if errors.As(err, &p) {
		return p.fact
	}
	return err.Error()
}

// code is SQLite's extended result code, 0 if err is not SQLite's.
func code(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func busy(err error) bool {
	primary := code(err) & 0xff
	return primary == sqlite3.SQLITE_BUSY || primary == sqlite3.SQLITE_LOCKED
}

// explain adds the file and the next action to what SQLite says.
func (db *DB) explain(err error) error {
	if err == nil {
		return nil
	}
	action := ""
	switch code(err) {
	case sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY:
		return fmt.Errorf("%s: %w, and only one who may write to the file and its directory can undo what it left half done: change their permissions (%w)", db.path, ErrCutShort, err)
	}
	switch code(err) & 0xff {
	case 0:
		return err
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		action = fmt.Sprintf("another process has locked it for more than %v: wait for it to end, or name another file with --db", db.patience)
	case sqlite3.SQLITE_FULL:
		action = "the disk is full: free some space; what is stored is safe"
	case sqlite3.SQLITE_NOTADB:
		return &problem{fmt.Sprintf("%s: not a database (%v)", db.path, err), fmt.Sprintf(
			"name the file of results with --db; if it was one of runner's, `runner doctor --db %s --salvage NEWFILE` saves what can be read", db.path), err}
	case sqlite3.SQLITE_CORRUPT:
		return &problem{fmt.Sprintf("%s: the file is %v (%v)", db.path, ErrDamaged, err), db.remedy() + ", or name another file with --db", errors.Join(ErrDamaged, err)}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		action = "the file or its directory may not be written or opened: change its permissions, or name another file with --db"
	case sqlite3.SQLITE_IOERR:
		action = "the disk gave an error: look at its space and its health; what is stored is safe"
	default:
		return fmt.Errorf("%s: %w", db.path, err)
	}
	return fmt.Errorf("%s: %s (%w)", db.path, action, err)
}

// damaged is the error of one row; what is the row.
func (db *DB) damaged(err error, what string, args ...any) error {
	return &problem{fmt.Sprintf("%s: %s is %v: %v", db.path, fmt.Sprintf(what, args...), ErrDamaged, err), db.remedy(), errors.Join(ErrDamaged, err)}
}

func (db *DB) remedy() string {
	return fmt.Sprintf("`runner doctor --db %s` says what is left, and saves it with --salvage NEWFILE", db.path)
}
