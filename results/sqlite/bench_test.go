package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// BenchmarkRecord is one durable trial, in an empty file and in one with a million trials: the cost must be the same.
func BenchmarkRecord(b *testing.B) {
	for _, c := range []struct {
		name   string
		trials int
	}{{"empty", 0}, {"million", 1_000_000}} {
		b.Run(c.name, func(b *testing.B) {
			db := openFilled(b, c.trials, 100)
			mustCreate(b, db, aRun("r", 0))
			r := db.Recorder("r")
			trial := aTrial(0, 0)
			trial.Spans = timeline(10)
			trial.Runtime = results.RuntimeInfo{Name: "go", Version: "1.26.0"}
			for b.Loop() {
				trial.Block++
				if err := r.Record(context.Background(), trial); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// openFilled has so many trials in runs of 1,000 cells, made in SQL.
func openFilled(b *testing.B, trials, runs int) *DB {
	b.Helper()
	db := openNew(b)
	if trials == 0 {
		return db
	}
	cells := manyCells(1000)
	for i := range runs {
		if err := db.CreateRun(context.Background(), aRun("filled-"+string(rune('a'+i/26))+string(rune('a'+i%26)), i), cells); err != nil {
			b.Fatal(err)
		}
	}
	_, err := db.sql.Exec(`INSERT INTO trials (run, cell, block, position, warmup, control, status, workers, tasks, startup_ns, spawn_ns, work_ns,
		join_ns, total_ns, user_ns, system_ns, memory_bytes, voluntary_switches, involuntary_switches, major_faults, minor_faults, leaked, wall_ns,
		started_ns, runtime_name, runtime_version)
		SELECT 1 + i / ?2, i % 1000, i % ?2 / 1000, i % 1000, 0, 0, 'ok', 2, 3, 12345678, 1234567, 987654321, 123456, 999654321, 1987654321, 1234567, 12345678,
		12, 345, 0, 2345, 0, 1234567890, 1800000000000000000 + i, 'go', '1.26.0'
		FROM (WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1) SELECT i FROM n)`, trials, trials/runs)
	if err != nil {
		b.Fatal(err)
	}
	return db
}

// BenchmarkMillion reads a file of a million trials: the list of its 100 runs, and all the trials where they are one run.
func BenchmarkMillion(b *testing.B) {
	ctx := context.Background()
	b.Run("Runs", func(b *testing.B) {
		db := openFilled(b, 1_000_000, 100)
		for b.Loop() {
			if list, err := db.Runs(ctx, Filter{}); err != nil || len(list) != 100 || list[0].Trials != 10_000 {
				b.Fatal(len(list), err)
			}
		}
	})
	b.Run("Trials", func(b *testing.B) {
		db := openFilled(b, 1_000_000, 1)
		for b.Loop() {
			if trials, err := db.Trials(ctx, "filled-aa", Detail{}); err != nil || len(trials) != 1_000_000 {
				b.Fatal(len(trials), err)
			}
		}
	})
}

// BenchmarkOpen is to open a file that is there, and its first query.
func BenchmarkOpen(b *testing.B) {
	ctx := context.Background()
	db := openNew(b)
	mustCreate(b, db, aRun("r", 0))
	path := db.path
	db.Close()
	for name, open := range map[string]func(context.Context, string) (*DB, error){"write": Open, "read": OpenReadOnly} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				db, err := open(ctx, path)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := db.Resolve(ctx, "last"); err != nil {
					b.Fatal(err)
				}
				db.Close()
			}
		})
	}
}

// BenchmarkCreateRun plans 1,000 cells.
func BenchmarkCreateRun(b *testing.B) {
	db := openAt(b, filepath.Join(b.TempDir(), "results.db"))
	cells := manyCells(1000)
	for i := range cells {
		cells[i].Cell = matrix.NewCell(append(cells[i].Cell.Facets(), matrix.Facet{Name: matrix.Executor, Value: "serial"})...)
	}
	i := 0
	for b.Loop() {
		i++
		if err := db.CreateRun(context.Background(), aRun(results.NewID(monday, func() uint64 { return uint64(i) << 44 }), 0), cells); err != nil {
			b.Fatal(err)
		}
	}
}
