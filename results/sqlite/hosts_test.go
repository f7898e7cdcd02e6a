package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"bench/runner/results"
)

func TestHostsOfARun(t *testing.T) {
	ctx, db := t.Context(), openNew(t)
	mustCreate(t, db, aRun("r", 0))
	begin := results.Calibration{When: results.Begin, At: monday, Median: time.Second, N: 5, Spread: 0.01}
	end := begin
	end.When, end.Median = results.End, 2*time.Second
	var want []results.Host
	for _, name := range []string{"b", "a", "c"} {
		if err := db.AddHost(ctx, "r", results.Host{Name: name, Version: "1", Environment: results.Environment{CPU: "x", Cores: 2}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "b", "c"} {
		want = append(want, results.Host{Name: name, Version: "1", Environment: results.Environment{CPU: "x", Cores: 2}})
	}
	for _, c := range []results.Calibration{begin, end} {
		if err := db.Calibrate(ctx, "r", "b", c); err != nil {
			t.Fatal(err)
		}
	}
	// it joins once more, with another runner
	again := results.Host{Name: "b", Version: "2", Calibrations: []results.Calibration{begin}}
	if err := db.AddHost(ctx, "r", again); err != nil {
		t.Fatal(err)
	}
	again.Calibrations = []results.Calibration{begin, end, begin}
	want[1] = again
	run, err := db.Run(ctx, "r")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "hosts", run.Hosts, want)
	if d := run.Hosts[1].Drift(); d == nil || *d != 1 {
		t.Errorf("drift %v", d)
	}
	// what comes to it later leaves them
	if err := db.FinishRun(ctx, "r", monday, "PASS", results.Environment{}); err != nil {
		t.Fatal(err)
	}
	if run, err = db.Run(ctx, "r"); err != nil || len(run.Hosts) != 3 {
		t.Errorf("%+v (%v)", run.Hosts, err)
	}
	if list, err := db.Ended(ctx, run.Experiment); err != nil || len(list) != 1 || len(list[0].Hosts) != 3 {
		t.Errorf("%+v (%v)", list, err)
	}
	wantError(t, db.AddHost(ctx, "r", results.Host{Name: "a\x1b[31m"}), "run r: the name of a host", "cannot be printed")
	wantError(t, db.AddHost(ctx, "r", results.Host{Name: "d", Calibrations: []results.Calibration{{When: "later"}}}), "host d: a calibration is at its begin or end")
	wantError(t, db.Calibrate(ctx, "r", "d", begin), `run r: it has no host "d"`)
	if err := db.AddHost(ctx, "q", want[0]); !errors.Is(err, ErrNotFound) {
		t.Errorf("of a run that is not there: %v", err)
	}
	if list, err := Check(ctx, db.path); err != nil || wrong(list) > 0 {
		t.Errorf("%+v (%v)", list, err)
	}
	if _, err := db.sql.Exec(`UPDATE runs SET hosts = replace(hosts, '"c"', '"d"')`); err != nil {
		t.Fatal(err)
	}
	if err := db.AddHost(ctx, "r", want[0]); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged row was changed: %v", err)
	}
}

// Agents join at once: none is lost.
func TestHostsJoinAtOnce(t *testing.T) {
	ctx, db := t.Context(), openNew(t)
	mustCreate(t, db, aRun("r", 0))
	var joined sync.WaitGroup
	for i := range 8 {
		joined.Go(func() {
			name := fmt.Sprint("h", i)
			if err := errors.Join(db.AddHost(ctx, "r", results.Host{Name: name}), db.Calibrate(ctx, "r", name, results.Calibration{When: results.Begin})); err != nil {
				t.Error(err)
			}
		})
	}
	joined.Wait()
	run, err := db.Run(ctx, "r")
	if err != nil || len(run.Hosts) != 8 {
		t.Fatalf("%+v (%v)", run.Hosts, err)
	}
	for i, h := range run.Hosts {
		if h.Name != fmt.Sprint("h", i) || len(h.Calibrations) != 1 {
			t.Errorf("%+v", h)
		}
	}
}

// The rows of format 4 have checksums of fewer columns: they stay good, and bad ones bad.
func TestChecksumsOfFormat4(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.db")
	if err := create(path); err != nil {
		t.Fatal(err)
	}
	old, err := connect(path, false, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := load(standard().migrations)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for i, script := range scripts[:4] {
		files[fmt.Sprintf("%04d.sql", i+1)] = &fstest.MapFile{Data: []byte(script)}
	}
	if err := old.migrate(t.Context(), files); err != nil {
		t.Fatal(err)
	}
	if _, err := old.sql.Exec(anOldRun, threeCells()[0].Workload, threeCells()[0].Cell.Encoded()); err != nil {
		t.Fatal(err)
	}
	const was = "cell, block, position, warmup, control, status, workers, tasks, startup_ns, spawn_ns, work_ns, join_ns, total_ns, user_ns, system_ns, memory_bytes, " +
		"voluntary_switches, involuntary_switches, major_faults, minor_faults, leaked, wall_ns, started_ns, reason, runtime_name, runtime_version, runtime_gil, runtime_path, warnings, " +
		"results_digest, result_digest, contaminated"
	row, targets := slots(1 + widthOf(was))
	if err := old.sql.QueryRow("SELECT run, " + was + " FROM trials").Scan(targets...); err != nil {
		t.Fatal(err)
	}
	sum := int64(uint64(checksum(nil, nil, nil, nil, nil))<<32 | uint64(checksum(row...)))
	if _, err := old.sql.Exec("UPDATE trials SET checksum = ?", sum); err != nil {
		t.Fatal(err)
	}
	if err := old.sql.Close(); err != nil {
		t.Fatal(err)
	}
	if saved, err := Salvage(t.Context(), path, path+".saved"); err != nil || saved.Trials.Saved != 1 {
		t.Errorf("%+v (%v)", saved, err)
	}
	db := openAt(t, path)
	if trials := mustTrials(t, db, "old", Everything); len(trials) != 1 || trials[0].Hosts != nil {
		t.Errorf("%+v", trials)
	}
	if _, err := db.sql.Exec(`UPDATE trials SET hosts = '["a"]'`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Trials(t.Context(), "old", Detail{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("a host that was put in later is read: %v", err)
	}
}
