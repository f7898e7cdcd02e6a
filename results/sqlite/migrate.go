package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// applicationID marks the file as runner's: "runr" in ASCII, at offset 68 of the file.
const applicationID = 0x72756e72

// head is what a file says of itself.
type head struct {
	application int
	version     int // migrations it has
	tables      int
}

func (h head) blank() bool { return h.application == 0 && h.version == 0 && h.tables == 0 }

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readHead(ctx context.Context, q queryer) (h head, err error) {
	err = q.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)`).
		Scan(&h.application, &h.version, &h.tables)
	return h, err
}

// refuse says why a file is not to be touched; newest is the number of migrations that are known.
func (h head) refuse(path string, newest int) error {
	switch {
	case h.blank():
		return nil
	case h.application != applicationID:
		return fmt.Errorf("%s is a SQLite file of another program: it is left as it is; name another file with --db", path)
	case h.version > newest:
		return fmt.Errorf("%s was written by a newer runner: its format is %d, this runner knows up to %d; update runner, or name another file with --db",
			path, h.version, newest)
	}
	return nil
}

// load reads the migrations in order of their names.
func load(migrations fs.FS) ([]string, error) {
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		return nil, err
	}
	scripts := make([]string, len(names))
	for i, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			return nil, err
		}
		scripts[i] = string(text)
	}
	return scripts, nil
}

// migrate brings the file to the newest format. A file that has it costs two small queries.
func (db *DB) migrate(ctx context.Context, migrations fs.FS) error {
	scripts, err := load(migrations)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	var found head
	var mode string
	err = db.retry(ctx, func() (err error) {
		if found, err = readHead(ctx, db.sql); err != nil {
			return err
		}
		return db.sql.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode)
	})
	if err != nil {
		return err
	}
	if err := found.refuse(db.path, len(scripts)); err != nil {
		return err
	}
	if found.version > 0 {
		if err := db.probe(ctx, probeWhole); err != nil {
			return err
		}
	}
	if mode != "wal" {
		if err := db.useWAL(ctx); err != nil {
			return err
		}
	}
	if found.version == len(scripts) {
		return nil
	}
	return db.retry(ctx, func() error { return db.upgrade(ctx, scripts) })
}

// useWAL lets readers and a writer work at once. Some file systems cannot: SQLite then stays with its journal, and only
// the waiting gets longer.
func (db *DB) useWAL(ctx context.Context) error {
	return db.retry(ctx, func() error {
		var mode string
		return db.sql.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
	})
}

// upgrade applies the migrations that the file lacks in one transaction, all or none. It looks again under the write
// lock, since another process may have been first.
func (db *DB) upgrade(ctx context.Context, scripts []string) (err error) {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// A migration that rebuilds a table must not fire its foreign keys; they are checked as a whole at the end.
	if _, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	defer func() {
		_, on := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA foreign_keys = ON")
		err = errors.Join(err, on)
	}()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	found, err := readHead(ctx, tx)
	if err != nil {
		return err
	}
	if err := found.refuse(db.path, len(scripts)); err != nil || found.version == len(scripts) {
		return err
	}
	backup := ""
	if found.version > 0 {
		if backup, err = db.backup(ctx, found.version); err != nil {
			return fmt.Errorf("%s: no backup copy could be made, so the file is left as it is: %w", db.path, err)
		}
	}
	if err := apply(ctx, tx, scripts, found.version); err != nil {
		if backup != "" {
			os.Remove(backup)
		}
		return fmt.Errorf("%s stays at format %d, unchanged: %w", db.path, found.version, err)
	}
	return tx.Commit()
}

func apply(ctx context.Context, tx *sql.Tx, scripts []string, from int) error {
	for i, script := range scripts[from:] {
		if _, err := tx.ExecContext(ctx, script); err != nil {
			return fmt.Errorf("migration %d: %w", from+i+1, err)
		}
	}
	var broken int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&broken); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d rows would refer to rows that are not there", broken)
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(scripts)))
	return err
}

// backup copies the file as last committed to FILE.bak-vN, or FILE.bak-vN-2 and so on where that is taken.
func (db *DB) backup(ctx context.Context, version int) (path string, err error) {
	path, err = reserve(fmt.Sprintf("%s.bak-v%d", db.path, version))
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.Remove(path)
		}
	}()
	reader, err := connect(db.path, true, db.patience)
	if err != nil {
		return "", err
	}
	defer reader.sql.Close()
	if _, err := reader.sql.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	return path, errors.Join(f.Sync(), f.Close())
}

// reserve makes an empty file of that name, which only its owner may read, and which SQLite then fills.
func reserve(name string) (string, error) {
	path := name
	for i := 2; ; i++ {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			return path, f.Close()
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		path = fmt.Sprintf("%s-%d", name, i)
	}
}

// checkReadable refuses what cannot be read without being changed first.
func (db *DB) checkReadable(ctx context.Context, migrations fs.FS) error {
	scripts, err := load(migrations)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	var found head
	err = db.retry(ctx, func() (err error) {
		found, err = readHead(ctx, db.sql)
		return err
	})
	if err != nil {
		return err
	}
	if err := found.refuse(db.path, len(scripts)); err != nil {
		return err
	}
	switch {
	case found.version == 0:
		return &problem{fmt.Sprintf("%s holds no results yet", db.path),
			fmt.Sprintf("`runner run` fills it; if it held some, they were in %s-wal, and where that file was removed or not copied they are gone", db.path), fs.ErrNotExist}
	case found.version < len(scripts):
		return fmt.Errorf("%s was written by an %w: its format is %d, this runner reads %d; whoever may write to it brings it up to date with any command, and keeps a copy",
			db.path, ErrOlder, found.version, len(scripts))
	}
	return nil
}
