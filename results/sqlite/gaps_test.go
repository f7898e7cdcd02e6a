package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run that lost trials is no longer what was judged. Those beside it are.
func TestSalvagedGapsInterruptTheRun(t *testing.T) {
	for _, c := range []struct {
		name, change string
		incomplete   []string
		lost         int
	}{
		{"trials changed", "UPDATE trials SET total_ns = 7 WHERE run = 2 AND block < 2", []string{"r1"}, 6},
		{"trials removed", `CREATE TEMP TABLE kept AS SELECT * FROM counts; DELETE FROM trials WHERE run = 2 AND block = 1;
			DELETE FROM counts; INSERT INTO counts SELECT * FROM kept`, []string{"r1"}, 3},
		{"no counts", "DELETE FROM counts", nil, 0},
		{"no counts, and a trial changed", "DELETE FROM counts; UPDATE trials SET total_ns = 7 WHERE run = 2 AND block = 1", []string{"r0", "r1", "r2"}, 3},
		{"a cell changed", "UPDATE cells SET identity = 'x' WHERE run = 2 AND cell = 1", []string{"r1"}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := someStore(t, 3, 4)
			db := openAt(t, s.path)
			if _, err := db.sql.Exec(c.change); err != nil {
				t.Fatal(err)
			}
			db.Close()
			into := filepath.Join(t.TempDir(), "new.db")
			saved, err := Salvage(t.Context(), s.path, into)
			if err != nil || fmt.Sprint(saved.Incomplete) != fmt.Sprint(c.incomplete) || c.lost >= 0 && saved.Trials.Lost != c.lost {
				t.Fatalf("%+v (%v)", saved, err)
			}
			db = openAt(t, into)
			defer db.Close()
			for id, was := range s.runs {
				gaps := strings.Contains(fmt.Sprint(c.incomplete), id)
				run, err := db.Run(t.Context(), id)
				verdicts, err2 := db.Verdicts(t.Context(), id)
				switch {
				case err != nil || err2 != nil:
					t.Error(err, err2)
				case gaps && (!run.Finished.IsZero() || run.Outcome != "interrupted" || len(verdicts) > 0):
					t.Errorf("%s still counts: %v %s, %d verdicts", id, run.Finished, run.Outcome, len(verdicts))
				case !gaps && (!run.Finished.Equal(was.Finished) || run.Outcome != was.Outcome || len(verdicts) != 2):
					t.Errorf("%s does not count any more: %v %s, %d verdicts", id, run.Finished, run.Outcome, len(verdicts))
				}
			}
		})
	}
}

// A file that is plainly damaged is refused before anything is measured into it, and left as it is; a large one too where
// a new run would begin.
func TestOpenRefusesDamage(t *testing.T) {
	s := someStore(t, 1, 4)
	path := s.damage(t, func(data []byte) []byte {
		n := len(data)/usualSize - 1
		for data[n*usualSize] != tableLeaf {
			n--
		}
		clear(data[n*usualSize : (n+1)*usualSize])
		return data
	})
	before, _ := os.ReadFile(path)
	db, err := Open(t.Context(), path)
	if err == nil {
		db.Close()
	}
	wantError(t, err, path, "damaged", "--salvage")
	if !errors.Is(err, ErrDamaged) {
		t.Error("not ErrDamaged")
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the file was changed")
	}
	for _, table := range []string{"runs", "cells", "counts", "verdicts"} {
		db := openAt(t, s.path)
		var root int
		if err := db.sql.QueryRow("SELECT rootpage FROM sqlite_schema WHERE name = ?", table).Scan(&root); err != nil {
			t.Fatal(err)
		}
		db.Close()
		db, err = connect(s.damage(t, func(data []byte) []byte {
			clear(data[(root-1)*usualSize : root*usualSize])
			return data
		}), false, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.probe(t.Context(), 0); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", table, err)
		}
		db.sql.Close()
	}
}

// An error says once what is wrong, and can still be told by errors.Is.
func TestErrorsHaveNoTails(t *testing.T) {
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	_, unknown := db.Resolve(t.Context(), "nonsense")
	_, before := db.Resolve(t.Context(), "last~4")
	_, other := db.Resolve(t.Context(), "nobody@last")
	nowhere := filepath.Join(t.TempDir(), "none.db")
	_, none := OpenReadOnly(t.Context(), nowhere)
	_, nothing := Salvage(t.Context(), nowhere, nowhere+"2")
	_, there := Salvage(t.Context(), db.path, db.path)
	for _, c := range []struct{ err, is error }{
		{unknown, ErrNotFound}, {before, ErrNotFound}, {other, ErrNotFound}, {none, fs.ErrNotExist}, {nothing, fs.ErrNotExist}, {there, fs.ErrExist},
	} {
		if !errors.Is(c.err, c.is) || strings.HasSuffix(c.err.Error(), c.is.Error()) {
			t.Errorf("%v", c.err)
		}
	}
	secret := db.path + "-secret"
	if err := os.WriteFile(secret, make([]byte, 4096), 0); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	_, err := OpenReadOnly(t.Context(), secret)
	wantError(t, err, secret, "cannot be read: permission denied: change its permissions")
}

// What SQLite finds wrong with the pages is told in lines of their own.
func TestFaultsOfPagesInLines(t *testing.T) {
	s := someStore(t, 1, 30)
	path := s.damage(t, func(data []byte) []byte {
		for n := 20; n < 40; n++ {
			clear(data[n*usualSize : (n+1)*usualSize])
		}
		return data
	})
	list, err := Check(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if lines := strings.Split(c.Fact, "\n"); c.Name == "pages" && (len(lines) != 6 || lines[5] != fmt.Sprintf("and %d more", c.Wrong-5)) {
			t.Errorf("%q", c.Fact)
		}
	}
}
