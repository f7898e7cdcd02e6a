package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"
)

func TestMigration(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "results.db")
	first := fstest.MapFS{"0001_a.sql": {Data: []byte("CREATE TABLE parent (x INTEGER PRIMARY KEY); CREATE TABLE child (p REFERENCES parent (x) ON DELETE CASCADE); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);")}}
	both := fstest.MapFS{"0001_a.sql": first["0001_a.sql"],
		// A table is rebuilt: with foreign keys on, the DROP would empty child.
		"0002_b.sql": {Data: []byte("CREATE TABLE p2 (x INTEGER PRIMARY KEY, y TEXT); INSERT INTO p2 SELECT x, 'new' FROM parent; DROP TABLE parent; ALTER TABLE p2 RENAME TO parent;")},
		"readme.txt": {Data: []byte("not a migration")}}
	broken := fstest.MapFS{"0001_a.sql": first["0001_a.sql"], "0002_b.sql": {Data: []byte("CREATE TABLE extra (x); nonsense;")}}
	orphan := fstest.MapFS{"0001_a.sql": first["0001_a.sql"], "0002_b.sql": {Data: []byte("DELETE FROM parent;")}}

	upTo := func(migrations fs.FS) error {
		db, err := connect(path, false, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer db.sql.Close()
		return db.migrate(ctx, migrations)
	}
	state := func(file string) (h head, children int) {
		db, err := connect(file, true, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer db.sql.Close()
		if h, err = readHead(ctx, db.sql); err != nil {
			t.Fatal(err)
		}
		if err := db.sql.QueryRow("SELECT count(*) FROM child JOIN parent ON p = x").Scan(&children); err != nil {
			t.Fatal(err)
		}
		return h, children
	}
	exists := func(file string) bool { _, err := os.Stat(file); return err == nil }

	if err := create(path); err != nil {
		t.Fatal(err)
	}
	if err := upTo(first); err != nil {
		t.Fatal(err)
	}
	if exists(path + ".bak-v0") {
		t.Error("a new file was backed up")
	}
	old := head{applicationID, 1, 2}
	for name, c := range map[string]struct {
		migrations fs.FS
		tells      string
	}{"broken": {broken, "nonsense"}, "orphan": {orphan, "refer to rows that are not there"}} {
		wantError(t, upTo(c.migrations), "stays at format 1, unchanged", c.tells)
		if h, n := state(path); h != old || n != 1 {
			t.Errorf("%s: the file became %+v with %d children", name, h, n)
		}
		if exists(path + ".bak-v1") {
			t.Errorf("%s: a useless backup was left", name)
		}
	}

	_, err := openReadOnly(ctx, path, config{both, time.Second})
	wantError(t, err, "older runner", "format is 1", "reads 2")
	if !errors.Is(err, ErrOlder) {
		t.Errorf("%v does not say that the file is older", err)
	}
	if h, _ := state(path); h != old {
		t.Errorf("reading changed the file to %+v", h)
	}

	if err := os.WriteFile(path+".bak-v1", []byte("an older backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := upTo(both); err != nil {
		t.Fatal(err)
	}
	if h, n := state(path); h != (head{applicationID, 2, 2}) || n != 1 {
		t.Errorf("the file became %+v with %d children", h, n)
	}
	if h, n := state(path + ".bak-v1-2"); h != old || n != 1 {
		t.Errorf("the backup is %+v with %d children", h, n)
	}
	if got := mode(t, path+".bak-v1-2"); got != 0o600 {
		t.Errorf("the backup has mode %o", got)
	}
	if text, _ := os.ReadFile(path + ".bak-v1"); string(text) != "an older backup" {
		t.Errorf("the older backup became %q", text)
	}
	if err := upTo(both); err != nil || exists(path+".bak-v2") || exists(path+".bak-v1-3") {
		t.Errorf("a file that is up to date was migrated (%v)", err)
	}
	wantError(t, upTo(first), "newer runner", "format is 2", "up to 1")
}

func TestMigrationByTwoAtOnce(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	db.Close()
	next := fstest.MapFS{}
	scripts, err := load(standard().migrations)
	if err != nil {
		t.Fatal(err)
	}
	for i, script := range append(scripts, "CREATE TABLE extra (x);") {
		next[fmt.Sprintf("%04d.sql", i+1)] = &fstest.MapFile{Data: []byte(script)}
	}
	failed := make(chan error)
	for range 4 {
		go func() {
			db, err := open(ctx, db.path, config{next, time.Minute})
			if err == nil {
				err = db.Close()
			}
			failed <- err
		}()
	}
	for range 4 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if copies, err := filepath.Glob(db.path + ".bak-*"); err != nil || len(copies) != 1 {
		t.Errorf("backups: %v (%v)", copies, err)
	}
}

// TestOldFiles: a file of each format before this one becomes like a new one, and what is in it stays.
func TestOldFiles(t *testing.T) {
	ctx := context.Background()
	scripts, err := load(standard().migrations)
	if err != nil {
		t.Fatal(err)
	}
	want := columnsOf(t, openNew(t))
	for version := 1; version < len(scripts); version++ {
		path := filepath.Join(t.TempDir(), "results.db")
		if err := create(path); err != nil {
			t.Fatal(err)
		}
		old, err := connect(path, false, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		files := fstest.MapFS{}
		for i, script := range scripts[:version] {
			files[fmt.Sprintf("%04d.sql", i+1)] = &fstest.MapFile{Data: []byte(script)}
		}
		if err := old.migrate(ctx, files); err != nil {
			t.Fatal(err)
		}
		if _, err := old.sql.Exec(anOldRun, threeCells()[0].Workload, threeCells()[0].Cell.Encoded()); err != nil {
			t.Fatal(err)
		}
		if version == 3 { // the first one with checksums
			row, targets := slots(14)
			if err := old.sql.QueryRow("SELECT id, experiment, spec, seed, started_ns, finished_ns, outcome, version, cells, options, environment, after, sources, resumed FROM runs").Scan(targets...); err != nil {
				t.Fatal(err)
			}
			if _, err := old.sql.Exec("UPDATE runs SET checksum = ?", int64(checksum(row...))); err != nil {
				t.Fatal(err)
			}
		}
		if err := old.sql.Close(); err != nil {
			t.Fatal(err)
		}
		saved, err := Salvage(ctx, path, path+".saved")
		if err != nil || saved.Runs.Saved != 1 || saved.Cells.Saved != 1 || saved.Trials.Saved != 1 {
			t.Errorf("format %d: %+v (%v)", version, saved, err)
		}
		db := openAt(t, path)
		if got := columnsOf(t, db); got != want {
			t.Errorf("format %d became\n%s\nwant\n%s", version, got, want)
		}
		trials := mustTrials(t, db, "old", Everything)
		if len(trials) != 1 || trials[0].Contaminated != "" || trials[0].Phases.Total != 9 {
			t.Errorf("format %d: %+v", version, trials)
		}
		if _, err := db.Run(ctx, "old"); err != nil {
			t.Errorf("format %d: %v", version, err)
		}
		shared := aTrial(1, 0)
		shared.Contaminated = "the system swapped 12 MiB"
		mustRecord(t, db, "old", shared)
		same(t, "the new trial", mustTrials(t, db, "old", Everything)[1], shared)
	}
}

// anOldRun is a run with one trial, in columns that every format has.
const anOldRun = `INSERT INTO runs (number, id, experiment, spec, seed, outcome, version, cells, options, environment, sources)
		VALUES (1, 'old', 'x', 'x.yaml', '7', '', '1', 1, '{}', '{}', '[]');
	INSERT INTO cells (run, cell, workload, key, encoded, identity) VALUES (1, 0, ?, 'serial', ?, 'serial');
	INSERT INTO trials (run, cell, block, position, warmup, control, status, workers, tasks, startup_ns, spawn_ns, work_ns, join_ns, total_ns,
		user_ns, system_ns, memory_bytes, voluntary_switches, involuntary_switches, major_faults, minor_faults, leaked, wall_ns)
		VALUES (1, 0, 0, 0, 0, 0, 'ok', 1, 1, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0);`

// columnsOf are those of all tables and views, in order.
func columnsOf(t *testing.T, db *DB) string {
	t.Helper()
	var all string
	row := db.sql.QueryRow(`SELECT group_concat(m.name || '.' || c.name || ' ' || c.type, char(10)) FROM sqlite_schema m, pragma_table_info(m.name) c`)
	if err := row.Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}
