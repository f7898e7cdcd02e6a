// Package sqlite keeps runs, trials and verdicts in one SQLite file, the whole record of what was measured.
//
// A trial is on the disk when Record returns: kill -9 loses at most the trial in flight. Several processes may write to
// one file at once. The package refuses files that are not its own, and files of a newer runner; it never cuts what it
// is given without saying so in the row, and it neither computes nor judges. Its views and tables are documented in
// migrations, for people with sqlite3.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations/*.sql
var embedded embed.FS

// DB is one open file. Its methods may be called from several goroutines; they take turns.
type DB struct {
	path     string
	readOnly bool
	patience time.Duration // how long to wait for another writer
	sql      *sql.DB
	full     string      // path, absolute
	file     os.FileInfo // what it was when it was opened for writing
	insert   *sql.Stmt   // one trial
}

// Path is the file, as it was given.
func (db *DB) Path() string { return db.path }

// config is what tests change.
type config struct {
	migrations fs.FS
	patience   time.Duration
}

func standard() config {
	migrations, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the name is a constant
	}
	return config{migrations, 30 * time.Second}
}

// Open opens the file for reading and writing. It creates it (0600) and its directory (0700, with a .gitignore if it is
// called .runner) where they are missing, and migrates an older file after it has made a backup copy beside it.
// It refuses, and leaves as it is, a file of a newer runner, one that is not runner's, and one that is plainly damaged:
// see probe.
func Open(ctx context.Context, path string) (*DB, error) { return open(ctx, path, standard()) }

func open(ctx context.Context, path string, c config) (*DB, error) {
	if err := create(path); err != nil {
		return nil, err
	}
	db, err := connect(path, false, c.patience)
	if err != nil {
		return nil, err
	}
	if err := db.migrate(ctx, c.migrations); err != nil {
		db.sql.Close()
		return nil, err
	}
	if db.file, err = os.Stat(db.full); err != nil {
		db.sql.Close()
		return nil, fmt.Errorf("cannot keep results: %w", err)
	}
	db.insert, err = db.sql.PrepareContext(ctx, insertTrial)
	if err != nil {
		db.sql.Close()
		return nil, db.explain(err)
	}
	return db, nil
}

// OpenReadOnly opens a file that is there, while others write to it or where nothing may be written. It never changes
// the file: an older one is refused.
func OpenReadOnly(ctx context.Context, path string) (*DB, error) {
	return openReadOnly(ctx, path, standard())
}

func openReadOnly(ctx context.Context, path string, c config) (*DB, error) {
	if err := isThere(path); err != nil {
		return nil, err
	}
	db, err := connect(path, true, c.patience)
	if err != nil {
		return nil, err
	}
	if err := db.checkReadable(ctx, c.migrations); err != nil {
		db.sql.Close()
		return nil, err
	}
	return db, nil
}

// isThere refuses what cannot be read, or is no file.
func isThere(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &problem{path + ": no results are stored there yet", "`runner run` makes the file, --db names another", fs.ErrNotExist}
	case err != nil:
		return fmt.Errorf("cannot read the results: %w", err)
	}
	if err := refuseKind(path, info); err != nil {
		return err
	}
	if !readable(path) {
		return &problem{path + " cannot be read: permission denied", "change its permissions, or name another file with --db", fs.ErrPermission}
	}
	return nil
}

// lost tells that the file was removed or replaced while it was open: SQLite would go on writing to what nobody can read.
func (db *DB) lost() error {
	now, err := os.Stat(db.full)
	if err == nil && os.SameFile(now, db.file) {
		return nil
	}
	return fmt.Errorf("%s: %w", db.path, ErrLost)
}

// Close ends all use of the file.
func (db *DB) Close() error {
	if db.insert != nil {
		db.insert.Close()
	}
	return db.explain(db.sql.Close())
}

// connect does not touch the file yet. The journal mode is not set here, since the file may not be ours.
func connect(path string, readOnly bool, patience time.Duration) (*DB, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	options := "_pragma=busy_timeout(250)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_txlock=immediate&_error_rc=1"
	if readOnly {
		options = "mode=ro&_pragma=busy_timeout(250)&_error_rc=1"
		if sealed(full) {
			options += "&immutable=1"
		}
	}
	// Percent-escapes keep ?, # and % of the path from being read as something else.
	handle, err := sql.Open("sqlite", "file:"+(&url.URL{Path: full}).EscapedPath()+"?"+options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	handle.SetMaxOpenConns(1) // one file, one writer; a second connection would only wait for the first
	return &DB{path: path, full: full, readOnly: readOnly, patience: patience, sql: handle}, nil
}

// creating keeps a file from being closed here while it is locked elsewhere in this process: to close any descriptor of
// a file drops all POSIX locks that the process has on it.
var creating sync.Mutex

// create makes an empty file and its directory where they are missing.
func create(path string) error {
	creating.Lock()
	defer creating.Unlock()
	info, err := os.Stat(path)
	switch {
	case err == nil:
		if err := refuseKind(path, info); err != nil {
			return err
		}
		if !writable(path) { // SQLite would open it for reading, and fail at the first write
			return &problem{path + " may not be written", "change its permissions, or name another file with --db", fs.ErrPermission}
		}
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("cannot open the results: %w", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot create the directory of the results: %w; name another file with --db", err)
	}
	if filepath.Base(dir) == ".runner" {
		if err := ignore(filepath.Join(dir, ".gitignore")); err != nil {
			return fmt.Errorf("cannot create the results: %w; name another file with --db", err)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was first
	}
	if err != nil {
		return fmt.Errorf("cannot create the results: %w; name another file with --db", err)
	}
	err = f.Close()
	for _, holder := range []string{dir, filepath.Dir(dir)} { // so that the names outlive a loss of power
		if d, failed := os.Open(holder); failed == nil {
			d.Sync() // some file systems refuse, and need it not
			d.Close()
		}
	}
	return err
}

// ignore keeps the directory out of git, unless there is a .gitignore already.
func ignore(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString("*\n")
	return errors.Join(err, f.Close())
}

// refuseKind tells what is no database without opening it. SQLite itself takes a file below 512 B, its smallest page,
// for an empty one, and would overwrite it.
func refuseKind(path string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return fmt.Errorf("%s is a directory: --db takes a file, such as %s", path, filepath.Join(path, "results.db"))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file: name another with --db", path)
	case info.Size() > 0 && info.Size() < 512:
		return fmt.Errorf("%s: not a database: name the file of results with --db", path)
	}
	return nil
}

// retry calls f until the file is free, ctx is done or patience is at its end. f runs at least once.
func (db *DB) retry(ctx context.Context, f func() error) error {
	start := time.Now()
	for {
		err := f()
		if !busy(err) || time.Since(start) > db.patience {
			return db.explain(err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: waiting for another writer: %w", db.path, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// write runs f in one durable transaction, anew if the file was busy. A write that has begun is not interrupted by ctx:
// what was measured is not to be lost to Ctrl-C.
func (db *DB) write(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	if db.readOnly {
		return fmt.Errorf("%s is open for reading only", db.path)
	}
	return db.retry(ctx, func() error {
		calm := context.WithoutCancel(ctx)
		tx, err := db.sql.BeginTx(calm, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if err := f(calm, tx); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		return db.lost()
	})
}

// visible makes text that every reader can show: a byte that is not UTF-8, and NUL, at which sqlite3 stops printing,
// become \xNN.
func visible(s string) string {
	s = strings.ReplaceAll(s, "\x00", `\x00`)
	if strings.ToValidUTF8(s, "") == s {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if r == '\uFFFD' && !strings.HasPrefix(s[i:], "\uFFFD") {
			fmt.Fprintf(&b, `\x%02x`, s[i])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
