package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"bench/runner/results"
)

func TestTags(t *testing.T) {
	ctx, db := context.Background(), someRuns(t)
	tag := func(id, name string) {
		t.Helper()
		if err := db.Tag(ctx, id, name); err != nil {
			t.Fatal(err)
		}
	}
	tag("20261116-a1", "v1.0")
	tag("20261116-b1", "v1.0")
	tag("20261116-a1", "größer")
	tag("20261116-a2", "v1.0") // it moves
	got, err := db.Tags(ctx)
	want := []results.Tag{{Name: "größer", Experiment: "primes", Run: "20261116-a1"}, {Name: "v1.0", Experiment: "primes", Run: "20261116-a2"},
		{Name: "v1.0", Experiment: "sort", Run: "20261116-b1"}}
	if err != nil {
		t.Fatal(err)
	}
	same(t, "tags", got, want)
	for ref, want := range map[string]string{"größer": "20261116-a1", "primes@v1.0": "20261116-a2", "sort@v1.0": "20261116-b1", "sort@2026": "20261116-b1", "last": "20261116-a2"} {
		if id, err := db.Resolve(ctx, ref); id != want || err != nil {
			t.Errorf("%s is %q (%v), want %q", ref, id, err, want)
		}
	}
	for ref, tells := range map[string][]string{
		"v1.0":        {"several runs", "primes@v1.0, sort@v1.0"},
		"v2":          {`no run "v2"`, "runner list runs", "primes@größer"},
		"sort@größer": {`no run "sort@größer"`, "sort@v1.0"},
	} {
		_, err := db.Resolve(ctx, ref)
		wantError(t, err, tells...)
	}
	if id, found, err := db.Tagged(ctx, "v1.0", "sort"); id != "20261116-b1" || !found || err != nil {
		t.Error(id, found, err)
	}
	if _, found, err := db.Tagged(ctx, "nothing", ""); found || err != nil {
		t.Error(found, err)
	}
	_, _, err = db.Tagged(ctx, "v1.0", "")
	wantError(t, err, "several runs")
	wantError(t, db.Untag(ctx, "v1.0", ""), "several runs", "primes@v1.0")
	err = db.Untag(ctx, "v3", "sort")
	wantError(t, err, `no tag "sort@v3"`, "there are primes@größer")
	if !errors.Is(err, ErrNotFound) {
		t.Error("not ErrNotFound")
	}
	for _, name := range []string{"v1.0", "v1.0"} {
		if err := errors.Join(db.Untag(ctx, name, map[int]string{3: "sort", 2: ""}[len(mustTags(t, db))])); err != nil {
			t.Error(err)
		}
	}
	same(t, "left", mustTags(t, db), want[:1])
	wantError(t, db.Tag(ctx, "nothing", "v4"), `no run "nothing"`)
	if list, err := Check(ctx, db.path); err != nil || wrong(list) > 0 {
		t.Errorf("%+v (%v)", list, err)
	}
}

func mustTags(t *testing.T, db *DB) []results.Tag {
	t.Helper()
	tags, err := db.Tags(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return tags
}

// A tag may not be read as something else, now or later.
func TestNamesOfTags(t *testing.T) {
	for _, name := range []string{"v1.0", "baseline", "before-rewrite", "2026.1", "2026-q3", "漢字", "a:b+c_d", "last-good", "lasting", "20261120-1945123", strings.Repeat("x", 100)} {
		if err := checkTag(name); err != nil {
			t.Error(err)
		}
	}
	for name, tells := range map[string]string{
		"": "empty", "last": "newest run", "last~1": "'~' is none of", "a@b": "'@'", "a/b": "'/'", "a b": "' '", "-x": "does not begin", ".x": "does not begin",
		"a\x1b[31m": `'\x1b'`, "a\n": `'\n'`, "a\x00": `'\x00'`, "a\u202e": `'\u202e'`, "a\u200b": `'\u200b'`, "e\u0301": "none of", "\xff": "does not begin", "a\xff": "none of",
		"1": "beginning of an id", "2026": "v2026 does not", "20261120": "beginning", "20261120-": "beginning", "20261120-194512-k3f9": "beginning",
		strings.Repeat("x", 101): "more than 100",
	} {
		t.Run(name, func(t *testing.T) { wantError(t, checkTag(name), tells) })
	}
	db := someRuns(t)
	odd := aRun("lost-1", 4)
	mustCreate(t, db, odd)
	wantError(t, db.Tag(t.Context(), "lost-1", "lost"), "id of run lost-1 begins so")
}

func TestManyTagsAreToldInPart(t *testing.T) {
	db := someRuns(t)
	for i := range 12 {
		if err := db.Tag(t.Context(), "20261116-a1", fmt.Sprintf("v%02d", i)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := db.Resolve(t.Context(), "zzz")
	wantError(t, err, "primes@v07, …")
	if strings.Contains(err.Error(), "v08") {
		t.Error(err)
	}
}

func TestCellMedians(t *testing.T) {
	ctx, db := context.Background(), openNew(t)
	f := fate{rand.New(rand.NewPCG(3, 3))}
	for _, id := range []string{"r0", "r1"} {
		mustCreate(t, db, aRun(id, 0))
		for block := range 40 {
			for position := range 2 {
				trial := f.trial(block, position)
				trial.Phases.Total = max(0, trial.Phases.Total>>10)
				if block%2 == 0 {
					trial.Status, trial.Warmup, trial.Control, trial.Contaminated = results.OK, false, false, ""
				}
				mustRecord(t, db, id, trial)
			}
		}
	}
	got, err := db.Medians(ctx, []string{"r0", "r1"})
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	for id, cells := range got {
		var want []results.CellMedian
		err := each(ctx, db.sql, func(v []any) error {
			c := results.CellMedian{Workload: v[0].(string), Key: v[1].(string), Identity: v[2].(string), N: int(v[3].(int64))}
			c.Median, _ = v[4].(float64)
			want = append(want, c)
			return nil
		}, "SELECT workload, key, identity, n, median_s FROM v_cells WHERE run_id = ? ORDER BY cell", id)
		if err != nil || len(want) != 3 || want[0].N < 20 || want[2].N != 0 {
			t.Fatal(want, err)
		}
		same(t, id, cells, want)
	}
	_, err = db.Medians(ctx, []string{"r9"})
	wantError(t, err, `no run "r9"`)
}

func TestEnded(t *testing.T) {
	ctx, db := context.Background(), openNew(t)
	for i, outcome := range []string{"PASS", "FAIL", "", "interrupted", "PASS"} {
		run := aRun(fmt.Sprint("r", i), i)
		run.Finished, run.Outcome = run.Started, outcome
		run.Environment.Branch = "main"
		run.Code = []results.Code{{Path: "x.py", Text: "pass"}}
		run.References = []results.Reference{{Since: "main", Run: "r0"}}
		if i == 4 {
			run.Experiment = "sort"
		}
		mustCreate(t, db, run)
	}
	mustCreate(t, db, aRun("unfinished", 9))
	list, err := db.Ended(ctx, "primes")
	if err != nil || len(list) != 2 || list[0].ID != "r1" || list[1].ID != "r0" {
		t.Fatalf("%+v (%v)", list, err)
	}
	full, err := db.Run(ctx, "r1")
	if err != nil || full.Sources == nil || full.Code == nil {
		t.Fatal(full, err)
	}
	full.Sources, full.Code = nil, nil
	same(t, "r1", list[0], full)
}
