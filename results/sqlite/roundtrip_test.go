package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/results"
)

func TestTrialsComeBackAsRecorded(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(8) {
		f := fate{rand.New(rand.NewPCG(seed, 7))}
		db := openNew(t)
		mustCreate(t, db, aRun("r", 0))
		var want []results.Trial
		for block := range 10 {
			for position := range 3 {
				want = append(want, f.trial(block, position))
			}
		}
		shuffled := append([]results.Trial(nil), want...)
		f.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		mustRecord(t, db, "r", shuffled[:15]...)
		if err := db.Recorder("r").RecordAll(ctx, shuffled[15:]); err != nil {
			t.Fatal(err)
		}
		db.Close()
		got := mustTrials(t, openAt(t, db.path), "r", Everything)
		if len(got) != len(want) {
			t.Fatalf("%d trials, want %d", len(got), len(want))
		}
		for i := range want {
			same(t, fmt.Sprintf("seed %d, trial %d", seed, i), got[i], want[i])
		}
	}
}

func TestRunsComeBackAsCreated(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	f := fate{rand.New(rand.NewPCG(1, 1))}
	for i := range 50 {
		want := f.run(fmt.Sprint("r", i))
		mustCreate(t, db, want)
		got, err := db.Run(ctx, want.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, want.ID, got, want)
	}
}

func TestRunKeepsOddities(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	run := aRun("r", 0)
	run.Seed = math.MaxUint64
	run.Started = run.Started.In(time.FixedZone("east", 3600))
	run.Sources = []results.Source{}
	run.Spec = "caf\xe9.yaml"
	mustCreate(t, db, run)
	got, err := db.Run(ctx, "r")
	if err != nil {
		t.Fatal(err)
	}
	if got.Seed != math.MaxUint64 || !got.Started.Equal(run.Started) || got.Sources == nil || got.Spec != `caf\xe9.yaml` {
		t.Errorf("got %+v", got)
	}
	run.ID, run.Started = "far", time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)
	wantError(t, db.CreateRun(ctx, run, nil), "run far", "3000", "between 1678 and 2262")
}

func TestDetail(t *testing.T) {
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	full := aTrial(0, 0)
	full.Spans = []results.TaskSpan{{End: 5}}
	full.Results, full.Result = []any{1, 2.0}, 3
	full.Stdout, full.Stderr = "out", "err"
	mustRecord(t, db, "r", full)
	for bits := range 8 {
		d := Detail{Spans: bits&1 > 0, Results: bits&2 > 0, Output: bits&4 > 0}
		want := full
		if !d.Spans {
			want.Spans = nil
		}
		if !d.Results {
			want.Results, want.Result = nil, nil
		}
		if !d.Output {
			want.Stdout, want.Stderr = "", ""
		}
		same(t, fmt.Sprintf("%+v", d), mustTrials(t, db, "r", d), []results.Trial{want})
	}
}

func TestTextThatIsNotUTF8IsShown(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a\xffb", `a\xffb`},
		{"\xe2\x82", `\xe2\x82`},
		{"a\x00b", `a\x00b`},
		{"�", "�"},
		{"�\xff", `�\xff`},
		{"Größe", "Größe"},
	} {
		if got := visible(c.in); got != c.want {
			t.Errorf("visible(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	trial := aTrial(0, 0)
	trial.Stdout, trial.Stderr, trial.Reason, trial.Warnings = "a\xff", "b\x00", "c\xfe", []string{"d\xfd"}
	mustRecord(t, db, "r", trial)
	trial.Stdout, trial.Stderr, trial.Reason, trial.Warnings = `a\xff`, `b\x00`, `c\xfe`, []string{`d\xfd`}
	same(t, "trial", mustTrials(t, db, "r", Everything), []results.Trial{trial})
}

func TestLargeResultsBecomeADigest(t *testing.T) {
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	fits, large, repeated := aTrial(0, 0), aTrial(0, 1), aTrial(0, 2)
	fits.Result = strings.Repeat("x", keepJSON-2) // and two quotes
	large.Result = strings.Repeat("x", keepJSON-1)
	for i := range 200_000 {
		large.Results = append(large.Results, i*1000)
	}
	repeated.ResultsDigest = "sha256:00 results=3 bytes=9" // as read from another store
	mustRecord(t, db, "r", fits, large, repeated)
	got := mustTrials(t, db, "r", Everything)
	same(t, "what fits", got[0], fits)
	if got[1].Results != nil || got[1].Result != nil {
		t.Error("results beyond the bound were kept")
	}
	if !strings.HasPrefix(got[1].ResultDigest, "sha256:") || !strings.HasSuffix(got[1].ResultDigest, fmt.Sprintf(" results=1 bytes=%d", keepJSON+1)) {
		t.Errorf("digest of the combined result: %q", got[1].ResultDigest)
	}
	if !strings.Contains(got[1].ResultsDigest, " results=200000 bytes=") {
		t.Errorf("digest of the results: %q", got[1].ResultsDigest)
	}
	same(t, "a digest", got[2], repeated)
}

func TestResultThatCannotBeStored(t *testing.T) {
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	trial := aTrial(2, 1)
	trial.Result = make(chan int)
	wantError(t, db.Recorder("r").Record(context.Background(), trial), "block 2, position 1", "chan int")
	loop := []any{nil}
	loop[0] = loop
	trial.Result = loop
	wantError(t, db.Recorder("r").Record(context.Background(), trial), "nested")
}

func TestRecordRefuses(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	mustRecord(t, db, "r", aTrial(0, 0))
	again := aTrial(0, 0)
	again.Phases.Total = 5
	err := db.Recorder("r").Record(ctx, again)
	wantError(t, err, "run r, block 0, position 0: already recorded")
	if !errors.Is(err, ErrRecorded) {
		t.Error("not ErrRecorded")
	}
	err = db.Recorder("r").RecordAll(ctx, []results.Trial{aTrial(1, 0), again})
	wantError(t, err, "block 0, position 0: already recorded")
	same(t, "trials after what was refused", mustTrials(t, db, "r", Everything), []results.Trial{aTrial(0, 0)})

	stranger := aTrial(0, 1)
	stranger.Workload = "other"
	wantError(t, db.Recorder("r").Record(ctx, stranger), `no cell "threads=1" of workload "other"`)
	odd := aTrial(0, 1)
	odd.Status = "great"
	wantError(t, db.Recorder("r").Record(ctx, odd), `no status "great"`)
	err = db.Recorder("nobody").Record(ctx, aTrial(0, 0))
	wantError(t, err, `no run "nobody"`, "runner list runs")
	if !errors.Is(err, ErrNotFound) {
		t.Error("not ErrNotFound")
	}
}

func TestRecordIntoARunThatWasDeleted(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	r := db.Recorder("r")
	if err := r.Record(ctx, aTrial(0, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.sql.Exec(`DELETE FROM runs`); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"cells", "trials", "counts"} {
		var n int
		if err := db.sql.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left in %s (%v)", n, table, err)
		}
	}
	wantError(t, r.Record(ctx, aTrial(0, 1)), `no run "r"`)
}

func TestRecordIgnoresCtrlC(t *testing.T) {
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	r := db.Recorder("r")
	if err := r.Record(context.Background(), aTrial(0, 0)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Record(ctx, aTrial(0, 1)); err != nil {
		t.Errorf("a measured trial was lost: %v", err)
	}
	if n := len(mustTrials(t, db, "r", Detail{})); n != 2 {
		t.Errorf("%d trials, want 2", n)
	}
}

func TestCreateRunRefuses(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	err := db.CreateRun(ctx, aRun("r", 0), nil)
	wantError(t, err, "run r is stored already")
	if !errors.Is(err, ErrRecorded) {
		t.Error("not ErrRecorded")
	}
	for _, id := range []string{"", "a b", "a@b", "~", "é", "-x", strings.Repeat("x", 65)} {
		wantError(t, db.CreateRun(ctx, aRun(id, 0), nil), "an id is")
	}
	twice := append(threeCells(), threeCells()[1])
	twice[3].Index = 3
	wantError(t, db.CreateRun(ctx, aRun("s", 0), twice), "run s", "threads=1", "twice")
	index := threeCells()
	index[2].Index = 1
	wantError(t, db.CreateRun(ctx, aRun("s", 0), index), "twice")
	baseline := threeCells()
	nine := 9
	baseline[1].Baseline = &nine
	wantError(t, db.CreateRun(ctx, aRun("s", 0), baseline), "baseline 9")
	if list, err := db.Runs(ctx, Filter{}); err != nil || len(list) != 1 {
		t.Errorf("what was refused left %d runs (%v)", len(list), err)
	}
}

func TestCells(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	want := threeCells()
	want = append(want, results.PlannedCell{Index: 7, Workload: "pi"}) // the zero cell
	want = append(want, results.PlannedCell{Index: 9, Workload: "", Identity: "é", Cell: matrix.NewCell(
		matrix.Facet{Name: "a", Value: "x y\"\x00"}, matrix.Facet{Name: "b", Value: 2.0}, matrix.Facet{Name: "c", Value: true}, matrix.Facet{Name: "d", Value: ""})})
	if err := db.CreateRun(ctx, aRun("r", 0), want); err != nil {
		t.Fatal(err)
	}
	got, err := db.Cells(ctx, "r")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "cells", got, want)
	trial := aTrial(0, 0)
	trial.Cell, trial.Workload = want[4].Cell, ""
	mustRecord(t, db, "r", trial)
	same(t, "trial of an odd cell", mustTrials(t, db, "r", Everything)[0].Cell, want[4].Cell)
}

func TestFinishRun(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	want := aRun("r", 0)
	mustCreate(t, db, want)
	for i, outcome := range []string{"interrupted", "pass"} { // finished again after a resume
		after := results.Environment{OS: "linux", Cores: i}
		want.Finished, want.Outcome, want.After = monday.Add(time.Duration(i)*time.Minute), outcome, &after
		if err := db.FinishRun(ctx, "r", want.Finished, outcome, after); err != nil {
			t.Fatal(err)
		}
		got, err := db.Run(ctx, "r")
		if err != nil {
			t.Fatal(err)
		}
		same(t, outcome, got, want)
		mustRecord(t, db, "r", aTrial(i, 0))
	}
	if err := db.SetOutcome(ctx, "r", "fail"); err != nil {
		t.Fatal(err)
	}
	want.Outcome = "fail"
	got, err := db.Run(ctx, "r")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "after SetOutcome", got, want)
	wantError(t, db.FinishRun(ctx, "none", monday, "", results.Environment{}), `no run "none"`)
	wantError(t, db.SetOutcome(ctx, "none", ""), `no run "none"`)
	if _, err := db.Run(ctx, "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Run of an unknown id: %v", err)
	}
}

func TestVerdictsAreReplaced(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	mustCreate(t, db, aRun("other", 1))
	first := []results.StoredVerdict{
		{Name: "b", Check: "speedup(procs=2) > 1.3", Outcome: "pass", Level: "error", File: "primes.yaml", Line: 3, Col: 9, JSON: []byte(`{"n": 10}`)},
		{Name: "a", Outcome: "fail", Reason: "too slow", JSON: []byte(`{}`)},
	}
	second := []results.StoredVerdict{{Name: "c", Outcome: "error", JSON: []byte(`[]`)}}
	for _, want := range [][]results.StoredVerdict{first, second, nil} {
		if err := db.SaveVerdicts(ctx, "r", want); err != nil {
			t.Fatal(err)
		}
		got, err := db.Verdicts(ctx, "r")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "verdicts", got, want)
		if err := db.SaveVerdicts(ctx, "other", first); err != nil {
			t.Fatal(err)
		}
	}
	wantError(t, db.SaveVerdicts(ctx, "r", []results.StoredVerdict{{Name: "bad", JSON: []byte("{")}}), `"bad" is not JSON`)
	wantError(t, db.SaveVerdicts(ctx, "none", nil), `no run "none"`)
	_, err := db.Verdicts(ctx, "none")
	wantError(t, err, `no run "none"`)
}
