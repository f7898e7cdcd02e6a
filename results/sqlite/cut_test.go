package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestAWriterThatWasCutShort in the middle of a change to a file without WAL leaves a journal. A reader cannot undo the
// change, and says so; the next writer does.
func TestAWriterThatWasCutShort(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	path, cut := filepath.Join(dir, "whole.db"), filepath.Join(dir, "cut.db")
	db, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	raw.SetMaxOpenConns(1)
	for _, statement := range []string{"PRAGMA journal_mode=DELETE", "PRAGMA cache_size=1", "BEGIN IMMEDIATE", "CREATE TABLE more (x)",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO more SELECT randomblob(1000) FROM n"} {
		if _, err := raw.Exec(statement); err != nil {
			t.Fatal(statement, err)
		}
	}
	for _, end := range []string{"", "-journal"} {
		data, err := os.ReadFile(path + end)
		if err == nil {
			err = os.WriteFile(cut+end, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	raw.Close()
	if _, err := OpenReadOnly(ctx, cut); !errors.Is(err, ErrCutShort) {
		t.Fatalf("read: %v", err)
	}
	db, err = Open(ctx, cut)
	if err != nil {
		t.Fatal(err)
	}
	checkIntegrity(t, db)
	db.Close()
	if db, err = OpenReadOnly(ctx, cut); err != nil {
		t.Fatal(err)
	}
	db.Close()
}
