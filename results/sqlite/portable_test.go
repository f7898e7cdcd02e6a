package sqlite

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/results"
)

// likely makes a run of values that can be measured; the texts stay odd.
func (f fate) likely(id string) results.Run {
	run := f.run(id)
	run.Experiment, run.Version, run.Outcome = "exp"+id[:1], "1.0", "PASS"
	run.Started, run.Finished = monday.Add(f.amount()), time.Time{}
	for i := range run.Hosts {
		run.Hosts[i].Name = hostile[f.IntN(len(hostile))] + fmt.Sprint(i)
		for j := range run.Hosts[i].Calibrations {
			run.Hosts[i].Calibrations[j] = results.Calibration{When: []string{results.Begin, results.End}[f.IntN(2)], At: monday.Add(f.amount()), Median: f.amount(), N: f.IntN(99), Spread: f.Float64()}
		}
	}
	return run
}

// hostile are names that a host can have.
var hostile = []string{"a", "node-1.lab", "Größe 漢字 🏃", "'; DROP TABLE runs; --", "<&>\"", "{{x}}", "`|*_"}

func (f fate) amount() time.Duration { return time.Duration(f.Uint64() >> (10 + f.IntN(50))) }

func (f fate) likelyTrial(block, position int) results.Trial {
	t, a := f.trial(block, position), f.amount
	n := func() int64 { return int64(f.amount()) }
	t.Started, t.Wall, t.Workers, t.Tasks = monday.Add(a()), a(), f.IntN(9), f.IntN(99)
	t.Phases = results.Phases{Startup: a(), Spawn: a(), Work: a(), Join: a(), Total: a()}
	t.Usage = results.Usage{User: a(), System: a(), Memory: n(), Voluntary: n(), Involuntary: n(), MajorFaults: n(), MinorFaults: n(), Leaked: f.IntN(3)}
	for i := range t.Spans {
		start := a()
		t.Spans[i] = results.TaskSpan{Task: i, Worker: f.IntN(9), Start: start, End: start + a(), CPU: a()}
	}
	for i := range t.Hosts {
		t.Hosts[i] = hostile[f.IntN(len(hostile))]
	}
	return t
}

// someRunsToTravel stores runs a0, b0, a1 … with everything that a run can have.
func someRunsToTravel(t testing.TB, seed uint64, runs, blocks int) (*DB, []string) {
	t.Helper()
	ctx, db, f := context.Background(), openNew(t), fate{rand.New(rand.NewPCG(seed, 77))}
	var ids []string
	for i := range runs {
		run := f.likely(fmt.Sprintf("%c%d", 'a'+i%2, i/2))
		ids = append(ids, run.ID)
		mustCreate(t, db, run)
		var trials []results.Trial
		for block := range blocks {
			for position := range 1 + f.IntN(3) {
				trials = append(trials, f.likelyTrial(block, position))
			}
		}
		if err := db.Recorder(run.ID).RecordAll(ctx, trials); err != nil {
			t.Fatal(err)
		}
		if err := db.SaveVerdicts(ctx, run.ID, []results.StoredVerdict{{Name: f.text(), Reason: f.text(), JSON: []byte(`{"x": "\u001b"}`)}, {JSON: []byte("{}")}}); err != nil {
			t.Fatal(err)
		}
		for _, tag := range []string{"x" + run.ID, "best"} {
			if err := db.Tag(ctx, run.ID, tag); err != nil {
				t.Fatal(err)
			}
		}
	}
	return db, ids
}

func mustExport(t testing.TB, db *DB, ids ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := db.Export(context.Background(), &b, ids); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBytes(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

func importBytes(db *DB, data []byte) (Imported, error) {
	f, err := Examine(context.Background(), openBytes(data))
	if err != nil {
		return Imported{}, err
	}
	return db.Import(context.Background(), f)
}

func unzip(t testing.TB, data []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.Bytes()
}

// sealed gives lines the end that is right for them.
func sealedText(text string) string {
	return text + fmt.Sprintf("{\"end\":{\"lines\":%d,\"sha256\":\"%s\"}}\n", strings.Count(text, "\n"), hex.EncodeToString(func() []byte { s := sha256.Sum256([]byte(text)); return s[:] }()))
}

func TestRunsTravelValueForValue(t *testing.T) {
	for seed := range uint64(2) {
		from, ids := someRunsToTravel(t, seed, 5, 6)
		data := mustExport(t, from, ids...)
		if again := mustExport(t, from, ids...); !bytes.Equal(again, data) {
			t.Error("the same runs gave other bytes")
		}
		to := openNew(t)
		mustCreate(t, to, aRun("zz", 0)) // the numbers of runs are others there
		got, err := importBytes(to, data)
		if err != nil || fmt.Sprint(got.Runs) != fmt.Sprint(ids) || len(got.Known) > 0 || len(got.Notes) > 0 || got.Trials == 0 {
			t.Fatalf("%+v (%v)", got, err)
		}
		if !bytes.Equal(mustExport(t, to, ids...), data) {
			t.Error("what came out again has other bytes")
		}
		for _, id := range ids {
			was, err1 := from.Run(t.Context(), id)
			is, err2 := to.Run(t.Context(), id)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			same(t, id, is, was)
			same(t, id, mustTrials(t, to, id, Everything), mustTrials(t, from, id, Everything))
		}
		same(t, "tags", mustTags(t, to), mustTags(t, from))
		if list, err := Check(t.Context(), to.path); err != nil || wrong(list) > 0 {
			t.Errorf("%+v (%v)", list, err)
		}
		got, err = importBytes(to, data)
		if err != nil || len(got.Runs) > 0 || fmt.Sprint(got.Known) != fmt.Sprint(ids) {
			t.Errorf("once more: %+v (%v)", got, err)
		}
	}
}

// A run that was judged again is still the same run; one with another trial is not.
func TestImportOfWhatIsThere(t *testing.T) {
	ctx := context.Background()
	from, ids := someRunsToTravel(t, 1, 3, 3)
	data := mustExport(t, from, ids...)
	to := openNew(t)
	if _, err := importBytes(to, mustExport(t, from, ids[1])); err != nil {
		t.Fatal(err)
	}
	if err := to.SetOutcome(ctx, ids[1], "FAIL"); err != nil {
		t.Fatal(err)
	}
	if err := to.Tag(ctx, ids[1], "best"); err != nil {
		t.Fatal(err)
	}
	got, err := importBytes(to, data)
	if err != nil || fmt.Sprint(got.Known) != fmt.Sprint(ids[1:2]) || len(got.Runs) != 2 {
		t.Fatalf("%+v (%v)", got, err)
	}
	if run, err := to.Run(ctx, ids[1]); err != nil || run.Outcome != "FAIL" {
		t.Error(run.Outcome, err)
	}
	other := openNew(t)
	if _, err := importBytes(other, mustExport(t, from, ids[2])); err != nil {
		t.Fatal(err)
	}
	mustRecord(t, other, ids[2], aTrial(100, 0))
	_, err = importBytes(other, data)
	wantError(t, err, "run "+ids[2]+" is stored already, with other contents", "--db")
	if list, err := other.Runs(ctx, Filter{}); err != nil || len(list) != 1 {
		t.Errorf("%d runs are stored after that (%v)", len(list), err)
	}
	taken := openNew(t)
	mine := aRun("mine", 0)
	mine.Experiment = "expa"
	mustCreate(t, taken, mine)
	if err := taken.Tag(ctx, "mine", "best"); err != nil {
		t.Fatal(err)
	}
	got, err = importBytes(taken, data)
	if err != nil || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "best stays with the run of expa") {
		t.Errorf("%+v (%v)", got, err)
	}
	if id, _, err := taken.Tagged(ctx, "best", "expa"); id != "mine" || err != nil {
		t.Error(id, err)
	}
}

func TestExportRefuses(t *testing.T) {
	db, ids := someRunsToTravel(t, 2, 2, 2)
	wantError(t, db.Export(t.Context(), io.Discard, []string{"nothing"}), `no run "nothing"`)
	release, err := db.Claim(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, db.Export(t.Context(), io.Discard, ids), "run "+ids[0], "another process is measuring", "when that has ended")
	release()
	odd := aTrial(50, 0)
	odd.Wall = -1
	mustRecord(t, db, ids[0], odd)
	wantError(t, db.Export(t.Context(), io.Discard, ids), "run "+ids[0]+" cannot be exported: a trial: wall_ns is -1")
	for _, change := range []string{"UPDATE trials SET total_ns = total_ns + 1", "UPDATE trials SET stdout = 'x'", "UPDATE cells SET identity = 'x'", "UPDATE verdicts SET name = 'x'",
		"UPDATE tags SET run = 2 WHERE run = 1 AND name <> 'best'", "UPDATE runs SET outcome = 'x'", "DELETE FROM cells WHERE cell = 2", "UPDATE counts SET trials = 99"} {
		db, ids := someRunsToTravel(t, 2, 2, 2)
		if _, err := db.sql.Exec("PRAGMA foreign_keys = OFF"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.sql.Exec(change); err != nil {
			t.Fatal(err)
		}
		if err := db.Export(t.Context(), io.Discard, ids[1:]); err == nil {
			t.Errorf("%s: exported all the same", change)
		}
	}
}

// What a file may leave out is what the database may have NULL in.
func TestPortableColumnsAreThoseOfTheTables(t *testing.T) {
	db := openNew(t)
	for table, k := range map[string]*kind{"runs": &runLine, "cells": &cellLine, "trials": &trialLine, "verdicts": &verdictLine} {
		var columns, nullable []string
		err := each(t.Context(), db.sql, func(v []any) error {
			name := v[0].(string)
			if slices.Contains([]string{"number", "trial", "run", "checksum"}, name) {
				return nil
			}
			columns = append(columns, name)
			if v[1] == int64(0) {
				nullable = append(nullable, name)
			}
			return nil
		}, "SELECT name, \"notnull\" FROM pragma_table_info(?)", table)
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range [][2][]string{{columns, k.columns()}, {nullable, k.nullable()}} {
			a, b := slices.Sorted(slices.Values(list[0])), slices.Sorted(slices.Values(list[1]))
			if !slices.Equal(a, b) {
				t.Errorf("%s: %v, want %v", table, b, a)
			}
		}
	}
}

// The file of an older runner stays readable: this one is checked in, and only made where it is not there.
func TestPortableFileOfVersion1(t *testing.T) {
	const path = "testdata/version1.run"
	if _, err := os.Stat(path); *update && os.IsNotExist(err) {
		db := openNew(t)
		f := fate{rand.New(rand.NewPCG(4, 4))}
		run := f.likely("a0")
		run.References, run.Code = []results.Reference{{Since: "v1", Run: "a9", How: "the tag v1"}}, []results.Code{{Workload: "pi", Path: "pi.py", Digest: "00", Text: "print()\n"}}
		mustCreate(t, db, run)
		for position := range 3 {
			mustRecord(t, db, run.ID, f.likelyTrial(0, position))
		}
		if err := db.SaveVerdicts(t.Context(), run.ID, []results.StoredVerdict{{Name: "a", JSON: []byte("{}")}}); err != nil {
			t.Fatal(err)
		}
		if err := db.Tag(t.Context(), run.ID, "best"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(unzip(t, mustExport(t, db, run.ID))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db := openNew(t)
	if got, err := importBytes(db, zipped(string(text))); err != nil || got.Trials != 3 {
		t.Fatalf("%+v (%v)", got, err)
	}
	if again := unzip(t, mustExport(t, db, "a0")); rowsOfExport(again) != rowsOfExport(string(text)) {
		t.Errorf("it came out as\n%s", again)
	}
}

// rowsOfExport leaves out the first line and the last, which have the format of the database and the digest.
func rowsOfExport(text string) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(lines[1:len(lines)-2], "")
}
