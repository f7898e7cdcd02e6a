package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"bench/runner/results"
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestOpenCreates(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", ".runner")
	db := openAt(t, filepath.Join(dir, "results.db"))
	mustCreate(t, db, aRun("r", 0))
	if got := mode(t, dir); got != 0o700 {
		t.Errorf("the directory has mode %o", got)
	}
	for _, name := range []string{"results.db", "results.db-wal", "results.db-shm"} {
		if got := mode(t, filepath.Join(dir, name)); got != 0o600 {
			t.Errorf("%s has mode %o", name, got)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, ".gitignore")); err != nil || string(text) != "*\n" {
		t.Errorf(".gitignore: %q (%v)", text, err)
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "application_id": "1920298610", "user_version": "5"} {
		var got string
		if err := db.sql.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", pragma, got, err, want)
		}
	}
}

func TestOpenLeavesWhatIsThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".runner")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	openAt(t, filepath.Join(dir, "results.db"))
	openAt(t, filepath.Join(filepath.Dir(dir), "plain", "results.db"))
	if text, _ := os.ReadFile(filepath.Join(dir, ".gitignore")); string(text) != "mine" {
		t.Errorf(".gitignore became %q", text)
	}
	if got := mode(t, dir); got != 0o755 {
		t.Errorf("the directory's mode became %o", got)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "plain", ".gitignore")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a .gitignore in a directory of another name: %v", err)
	}
}

func TestNamesOfFiles(t *testing.T) {
	for _, name := range []string{"a b.db", "what?.db", "c#1.db", "100%.db", "%41.db", "a&b=c;d.db", "Größe.db", "file:x.db", ":memory:", "caf\xe9.db", "?mode=memory", "+.db", "'\".db", "back\\slash.db"} {
		path := filepath.Join(t.TempDir(), name)
		db := openAt(t, path)
		mustCreate(t, db, aRun("r", 0))
		db.Close()
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) != 1 || entries[0].Name() != name {
			t.Errorf("%q made %v (%v)", name, entries, err)
		}
		reader, err := OpenReadOnly(context.Background(), path)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if list, err := reader.Runs(context.Background(), Filter{}); err != nil || len(list) != 1 {
			t.Errorf("%q: %d runs (%v)", name, len(list), err)
		}
		reader.Close()
	}
}

func TestRelativePathOutlivesChdir(t *testing.T) {
	t.Chdir(t.TempDir())
	db := openAt(t, "results.db")
	t.Chdir(t.TempDir())
	mustCreate(t, db, aRun("r", 0))
	if _, err := os.Stat("results.db"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a second file was made: %v", err)
	}
}

// foreign makes a SQLite file of another program.
func foreign(t *testing.T, statements string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenRefusesAndLeavesUnchanged(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("no database\n"), 1000), 0o644); err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(short, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	newer := openNew(t)
	mustCreate(t, newer, aRun("r", 0))
	if _, err := newer.sql.Exec("PRAGMA user_version = 9"); err != nil {
		t.Fatal(err)
	}
	newer.Close()
	for _, c := range []struct {
		name, path string
		tells      []string
	}{
		{"text", garbage, []string{"notes.txt", "not a database", "--db"}},
		{"one byte", short, []string{"short", "--db"}},
		{"tables of another", foreign(t, "CREATE TABLE t (x); INSERT INTO t VALUES (1)"), []string{"another program", "left as it is", "--db"}},
		{"id of another", foreign(t, "PRAGMA application_id = 77; CREATE TABLE t (x)"), []string{"another program"}},
		{"id of another, no tables", foreign(t, "PRAGMA application_id = 77"), []string{"another program"}},
		{"version of another", foreign(t, "PRAGMA user_version = 1; CREATE TABLE runs (x)"), []string{"another program"}},
		{"newer", newer.path, []string{"newer runner", "format is 9", "up to 5", "update runner", "--db"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, err := os.ReadFile(c.path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Open(context.Background(), c.path)
			wantError(t, err, c.tells...)
			_, err = OpenReadOnly(context.Background(), c.path)
			wantError(t, err, c.tells...)
			if after, err := os.ReadFile(c.path); err != nil || !bytes.Equal(after, before) {
				t.Errorf("the file was changed (%v)", err)
			}
			if entries, _ := os.ReadDir(filepath.Dir(c.path)); c.name != "newer" && len(entries) != 1 {
				t.Errorf("something was left beside it: %v", entries)
			}
		})
	}
}

func TestOpenDirectoryOrBelowAFile(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	_, err := Open(ctx, dir)
	wantError(t, err, "is a directory", filepath.Join(dir, "results.db"))
	_, err = OpenReadOnly(ctx, dir)
	wantError(t, err, "is a directory")
	_, err = Open(ctx, os.DevNull)
	wantError(t, err, "not a regular file")
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(ctx, filepath.Join(file, "results.db"))
	wantError(t, err, "file/results.db", "not a directory")
	_, err = Open(ctx, filepath.Join(dir, "a\x00b"))
	wantError(t, err, "invalid argument")
}

func TestOpenEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := OpenReadOnly(context.Background(), path)
	wantError(t, err, "holds no results yet", "runner run")
	mustCreate(t, openAt(t, path), aRun("r", 0))
}

func TestOpenReadOnlyOfNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.db")
	_, err := OpenReadOnly(context.Background(), path)
	wantError(t, err, path, "no results are stored there yet", "runner run", "--db")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("not fs.ErrNotExist")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the file was made")
	}
}

func TestDamagedFile(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	for block := range 200 {
		trial := aTrial(block, 0)
		trial.Stdout = "some output to fill pages with, and more of it, and more"
		mustRecord(t, db, "r", trial)
	}
	db.Close()
	data, err := os.ReadFile(db.path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(data); i++ {
		data[i] = 0xa5
	}
	if err := os.WriteFile(db.path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	tells := []string{db.path, "damaged", "`runner doctor --db " + db.path, "--salvage"}
	db, err = Open(ctx, db.path)
	if err != nil {
		wantError(t, err, tells...)
		return
	}
	defer db.Close()
	_, err = db.Runs(ctx, Filter{})
	wantError(t, err, tells...)
	_, err = db.Trials(ctx, "r", Everything)
	wantError(t, err, tells...)
	wantError(t, db.CreateRun(ctx, aRun("s", 0), nil), tells...)
}

func TestReadOnlyRefusesToWrite(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	reader, err := OpenReadOnly(ctx, db.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for what, err := range map[string]error{
		"CreateRun":    reader.CreateRun(ctx, aRun("s", 0), nil),
		"Record":       reader.Recorder("r").Record(ctx, aTrial(0, 0)),
		"RecordAll":    reader.Recorder("r").RecordAll(ctx, []results.Trial{aTrial(0, 0)}),
		"FinishRun":    reader.FinishRun(ctx, "r", monday, "", results.Environment{}),
		"SetOutcome":   reader.SetOutcome(ctx, "r", "pass"),
		"SaveVerdicts": reader.SaveVerdicts(ctx, "r", nil),
	} {
		t.Run(what, func(t *testing.T) { wantError(t, err, "open for reading only") })
	}
}

func TestReaderSeesWhatIsWrittenMeanwhile(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	reader, err := OpenReadOnly(ctx, db.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for block := range 20 {
		mustRecord(t, db, "r", aTrial(block, 0))
		if n := len(mustTrials(t, reader, "r", Detail{})); n != block+1 {
			t.Fatalf("the reader sees %d trials of %d", n, block+1)
		}
	}
}

// hold takes the write lock until it is called back.
func hold(t *testing.T, db *DB) (release func()) {
	t.Helper()
	tx, err := db.sql.Begin()
	if err != nil {
		t.Fatal(err)
	}
	return func() { tx.Rollback() }
}

func TestLockedFile(t *testing.T) {
	ctx := context.Background()
	holder := openNew(t)
	mustCreate(t, holder, aRun("r", 0))
	db, err := open(ctx, holder.path, config{standard().migrations, time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r := db.Recorder("r")
	if err := r.Record(ctx, aTrial(0, 0)); err != nil {
		t.Fatal(err)
	}
	release := hold(t, holder)
	wantError(t, r.Record(ctx, aTrial(0, 1)), db.path, "another process has locked it", "--db")
	wantError(t, db.CreateRun(ctx, aRun("s", 0), nil), "another process has locked it")
	if n := len(mustTrials(t, db, "r", Detail{})); n != 1 { // reading goes on
		t.Errorf("%d trials, want 1", n)
	}
	db.patience = time.Hour
	stop, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if err := r.Record(stop, aTrial(0, 1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting did not end with its context: %v", err)
	}
	release()
	if err := r.Record(ctx, aTrial(0, 1)); err != nil {
		t.Errorf("after the lock was released: %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	var pages int
	if err := db.sql.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := db.sql.Exec("PRAGMA max_page_count = " + strconv.Itoa(pages+5)); err != nil {
		t.Fatal(err)
	}
	r, stored := db.Recorder("r"), 0
	var full error
	for ; stored < 10_000 && full == nil; stored++ {
		full = r.Record(ctx, aTrial(stored, 0))
	}
	stored-- // the last one failed
	wantError(t, full, db.path, "the disk is full", "what is stored is safe")
	wantError(t, db.CreateRun(ctx, aRun("s", 0), manyCells(5000)), "the disk is full")
	if got := mustTrials(t, db, "r", Everything); len(got) != stored || stored == 0 {
		t.Errorf("%d trials can be read of %d", len(got), stored)
	}
	if _, err := db.sql.Exec("PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if err := r.Record(ctx, aTrial(stored, 0)); err != nil {
		t.Errorf("after space was freed: %v", err)
	}
	checkIntegrity(t, db)
}

func checkIntegrity(t *testing.T, db *DB) {
	t.Helper()
	var found string
	if err := db.sql.QueryRow("PRAGMA integrity_check").Scan(&found); err != nil || found != "ok" {
		t.Errorf("integrity_check: %s (%v)", found, err)
	}
	var wrong int
	err := db.sql.QueryRow(`SELECT count(*) FROM (SELECT run, status, count(*) AS n FROM trials GROUP BY run, status)
		FULL JOIN counts USING (run, status) WHERE n IS NOT trials`).Scan(&wrong)
	if err != nil || wrong > 0 {
		t.Errorf("%d counts are wrong (%v)", wrong, err)
	}
}

func TestSchemaIsTheGolden(t *testing.T) {
	db := openNew(t)
	var b bytes.Buffer
	err := db.each(context.Background(), func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		b.WriteString(text + ";\n\n")
		return err
	}, `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid`)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "schema.sql", b.String())
}

// SQLite goes on writing to a file that has no name any more; nobody would ever read what is stored there.
func TestRemovedFileIsNoticed(t *testing.T) {
	for name, remove := range map[string]func(string) error{
		"removed": os.Remove,
		"replaced": func(path string) error {
			return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "results.db")
			db, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := remove(path); err != nil {
				t.Fatal(err)
			}
			run := results.Run{ID: "a1", Experiment: "x", Spec: "x.yaml", Started: time.Unix(1, 0)}
			if err := db.CreateRun(t.Context(), run, nil); err == nil || !strings.Contains(err.Error(), "removed or replaced") {
				t.Errorf("creating a run: %v", err)
			}
		})
	}
}
