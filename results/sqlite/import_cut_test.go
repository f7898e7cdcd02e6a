package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An importer that is killed leaves whole runs and no others, and importing again goes on.
func TestKillWhileImporting(t *testing.T) {
	from, ids := someRunsToTravel(t, 9, 10, 20)
	data := mustExport(t, from, ids...)
	file := filepath.Join(t.TempDir(), "file.run.gz")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "results.db")
	db := openAt(t, path)
	db.Close()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)) // where it strikes is chance; what must hold is not
	cut := 0
	for range rounds(5) {
		cmd := childCommand(t, "import", path, file)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_, _ = out.Read(make([]byte, 1)) // it begins
		time.Sleep(time.Duration(random.IntN(120)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		db := openAt(t, path)
		checkIntegrity(t, db)
		list, err := db.Runs(t.Context(), Filter{})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d runs are stored", len(list))
		if len(list) < len(ids) {
			cut++
		}
		for _, r := range list {
			same(t, r.ID, mustTrials(t, db, r.ID, Everything), mustTrials(t, from, r.ID, Everything))
		}
		db.Close()
	}
	t.Logf("%d of the importers were killed before their end", cut)
	db = openAt(t, path)
	if _, err := importBytes(db, data); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(mustExport(t, db, ids...), data) {
		t.Error("what came out again has other bytes")
	}
}

func importFile(ctx context.Context, db *DB, file string) error {
	f, err := Examine(ctx, func() (io.ReadCloser, error) { return os.Open(file) })
	if err != nil {
		return err
	}
	fmt.Println("begins")
	_, err = db.Import(ctx, f)
	return err
}

// Another process measures meanwhile, and loses nothing.
func TestImportBesideAWriter(t *testing.T) {
	from, ids := someRunsToTravel(t, 10, 4, 15)
	data := mustExport(t, from, ids...)
	db := openNew(t)
	mustCreate(t, db, aRun("mine", 0))
	other := openAt(t, db.path)
	ended := make(chan error)
	go func() {
		_, err := importBytes(other, data)
		ended <- err
	}()
	n := 0
	for going := true; going || n < 20; n++ {
		mustRecord(t, db, "mine", aTrial(n, 0))
		select {
		case err := <-ended:
			if going = false; err != nil {
				t.Error(err)
			}
		default:
		}
	}
	if got := len(mustTrials(t, db, "mine", Everything)); got != n {
		t.Errorf("%d trials of %d", got, n)
	}
	if !bytes.Equal(mustExport(t, db, ids...), data) {
		t.Error("what was imported has other bytes")
	}
}

func TestImportStops(t *testing.T) {
	from, ids := someRunsToTravel(t, 11, 2, 3)
	data := mustExport(t, from, ids...)
	ctx, cancel := context.WithCancel(t.Context())
	f, err := Examine(ctx, openBytes(data))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := Examine(ctx, openBytes(data)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	db := openNew(t)
	if _, err := db.Import(ctx, f); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	mustCreate(t, db, aRun("mine", 0)) // nothing is locked
}
