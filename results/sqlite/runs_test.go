package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/results"
)

func manyCells(n int) []results.PlannedCell {
	cells := make([]results.PlannedCell, n)
	for i := range cells {
		cells[i] = results.PlannedCell{Index: i, Workload: "pi", Cell: matrix.NewCell(matrix.Facet{Name: "n", Value: i})}
	}
	return cells
}

// someRuns stores a1 to a3 of primes and b1 of sort, started in the order a1 b1 a3 a2, and stored in another.
func someRuns(t *testing.T) *DB {
	db := openNew(t)
	for id, n := range map[string]int{"20261116-a1": 0, "20261116-a2": 3, "20261117-a3": 2} {
		mustCreate(t, db, aRun(id, n))
	}
	sort := aRun("20261116-b1", 1)
	sort.Experiment = "sort"
	mustCreate(t, db, sort)
	return db
}

func TestRuns(t *testing.T) {
	ctx := context.Background()
	db := someRuns(t)
	wrong, warmup := aTrial(1, 0), aTrial(0, 0)
	wrong.Status, warmup.Warmup = results.Wrong, true
	mustRecord(t, db, "20261116-a2", warmup, wrong, aTrial(1, 1))
	if err := db.FinishRun(ctx, "20261116-a2", monday.Add(4*time.Hour), "pass", results.Environment{}); err != nil {
		t.Fatal(err)
	}
	list, err := db.Runs(ctx, Filter{})
	if err != nil || len(list) != 4 {
		t.Fatalf("%d runs (%v)", len(list), err)
	}
	same(t, "newest", list[0], results.RunSummary{ID: "20261116-a2", Experiment: "primes", Spec: "primes.yaml", Started: monday.Add(3 * time.Hour),
		Finished: monday.Add(4 * time.Hour), Outcome: "pass", Cells: 3, Trials: 3, Counts: map[results.Status]int{results.OK: 2, results.Wrong: 1}})
	same(t, "next", list[1], results.RunSummary{ID: "20261117-a3", Experiment: "primes", Spec: "primes.yaml", Started: monday.Add(2 * time.Hour),
		Cells: 3, Counts: map[results.Status]int{}})
	for _, c := range []struct {
		filter Filter
		want   string
	}{
		{Filter{}, "20261116-a2 20261117-a3 20261116-b1 20261116-a1"},
		{Filter{Limit: 1}, "20261116-a2"},
		{Filter{Limit: 99}, "20261116-a2 20261117-a3 20261116-b1 20261116-a1"},
		{Filter{Experiment: "primes", Limit: 2}, "20261116-a2 20261117-a3"},
		{Filter{Experiment: "sort"}, "20261116-b1"},
		{Filter{Experiment: "none"}, ""},
	} {
		list, err := db.Runs(ctx, c.filter)
		ids := make([]string, len(list))
		for i, s := range list {
			ids[i] = s.ID
		}
		if got := strings.Join(ids, " "); err != nil || got != c.want {
			t.Errorf("%+v: %s (%v), want %s", c.filter, got, err, c.want)
		}
	}
	if _, err := db.sql.Exec("DELETE FROM trials WHERE status = 'wrong'"); err != nil {
		t.Fatal(err)
	}
	list, err = db.Runs(ctx, Filter{Limit: 1})
	if err != nil || list[0].Trials != 2 || len(list[0].Counts) != 1 {
		t.Errorf("after a trial was deleted: %+v (%v)", list, err)
	}
}

// The time to list runs must not depend on how many trials there are: the query may not look at them at all, nor sort.
func TestRunsDoesNotReadTrials(t *testing.T) {
	db := openNew(t)
	for where, index := range map[string]string{"": "runs_by_start", "WHERE experiment = 'x'": "runs_by_experiment"} {
		var plan strings.Builder
		err := db.each(context.Background(), func(rows *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := rows.Scan(&id, &parent, &unused, &detail)
			plan.WriteString(detail + "\n")
			return err
		}, "EXPLAIN QUERY PLAN "+listRuns(where), 10)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(plan.String(), "trials") || !strings.Contains(plan.String(), index) {
			t.Errorf("%q:\n%s", where, plan.String())
		}
	}
}

func TestResolve(t *testing.T) {
	ctx := context.Background()
	db := someRuns(t)
	longer := aRun("20261117-a3-again", -1)
	mustCreate(t, db, longer)
	for _, c := range []struct{ ref, want string }{
		{"last", "20261116-a2"},
		{"last~0", "20261116-a2"},
		{"last~1", "20261117-a3"},
		{"last~4", "20261117-a3-again"},
		{"primes@last", "20261116-a2"},
		{"primes@last~1", "20261117-a3"},
		{"primes@last~2", "20261116-a1"},
		{"sort@last", "20261116-b1"},
		{"20261116-a2", "20261116-a2"},
		{"20261116-b", "20261116-b1"},
		{"20261117-a3", "20261117-a3"}, // an id that another begins with
		{"20261117-a3-", "20261117-a3-again"},
		{"sort@2026", "20261116-b1"},
	} {
		if got, err := db.Resolve(ctx, c.ref); err != nil || got != c.want {
			t.Errorf("%s is %q (%v), want %q", c.ref, got, err, c.want)
		}
	}
	for _, c := range []struct {
		ref   string
		tells []string
	}{
		{"", []string{`no run ""`}},
		{"zzz", []string{`no run "zzz"`, "runner list runs"}},
		{"20261116-a", []string{"several runs", "20261116-a1, 20261116-a2"}},
		{"%", []string{`no run "%"`}},
		{"last~5", []string{"5 stored", "last~4 is the oldest"}},
		{"last~x", []string{"last~N takes a number"}},
		{"last~-1", []string{"last~N takes a number"}},
		{"last~99999999999999999999", []string{"last~N takes a number"}},
		{"sort@last~1", []string{"1 stored", "last~0 is the oldest"}},
		{"sotr@last", []string{`no runs of "sotr"`, "primes, sort"}},
		{"sort@20261117", []string{`no run "sort@20261117"`}},
		{"@last", []string{"before @ is missing"}},
	} {
		_, err := db.Resolve(ctx, c.ref)
		t.Run(c.ref, func(t *testing.T) { wantError(t, err, c.tells...) })
	}
	_, err := openNew(t).Resolve(ctx, "last")
	wantError(t, err, "no runs are stored", "runner run")
	if !errors.Is(err, ErrNotFound) {
		t.Error("not ErrNotFound")
	}
}

func TestResolveListsAFewOfMany(t *testing.T) {
	db := openNew(t)
	for i := range 30 {
		mustCreate(t, db, aRun(fmt.Sprintf("x%02d", i), 0))
	}
	_, err := db.Resolve(context.Background(), "x")
	wantError(t, err, "x00, x01", "x07, …")
	if strings.Contains(err.Error(), "x08") {
		t.Errorf("too many: %v", err)
	}
	if id, err := db.Resolve(context.Background(), "last"); err != nil || id != "x29" {
		t.Errorf("last of runs that began at once is %s (%v), want what was stored last", id, err)
	}
}

func TestViews(t *testing.T) {
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	mustCreate(t, db, aRun("empty", 1))
	add := func(block, position int, total time.Duration, change func(*results.Trial)) {
		trial := aTrial(block, position)
		trial.Phases.Total = total
		if change != nil {
			change(&trial)
		}
		mustRecord(t, db, "r", trial)
	}
	add(0, 0, 99*time.Second, func(t *results.Trial) { t.Warmup = true })
	add(1, 3, 99*time.Second, func(t *results.Trial) { t.Control = true })
	add(2, 0, time.Millisecond, func(t *results.Trial) { t.Status = results.Wrong })
	for block, total := range []time.Duration{8, 2, 6, 100} { // serial: the median of an even count is between two
		add(10+block, 0, total*time.Second, nil)
	}
	for block, total := range []time.Duration{7, 1, 3} {
		add(10+block, 1, total*time.Second, nil)
	}
	for block, total := range []time.Duration{90, 91} { // kept, but not counted
		add(20+block, 1, total*time.Second, func(t *results.Trial) { t.Contaminated = "the system swapped 12 MiB" })
	}
	add(22, 1, time.Second, func(t *results.Trial) { t.Contaminated, t.Warmup = "the system swapped 12 MiB", true })
	text := func(query string) string {
		var lines []string
		err := db.each(context.Background(), func(rows *sql.Rows) error {
			var line string
			err := rows.Scan(&line)
			lines = append(lines, line)
			return err
		}, query)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(lines, "; ")
	}
	got := text(`SELECT concat_ws(' ', key, n, bad, contaminated, min_s, median_s) FROM v_cells WHERE run_id = 'r' ORDER BY cell`)
	if want := "serial 4 1 0 2.0 7.0; threads=1 3 0 2 1.0 3.0; threads=2 0 0 0"; got != want {
		t.Errorf("v_cells: %s, want %s", got, want)
	}
	got = text(`SELECT concat_ws(' ', key, baseline_key, n, round(speedup, 3)) FROM v_speedup WHERE run_id = 'r' ORDER BY key`)
	if want := "threads=1 serial 3 2.333; threads=2 serial 0"; got != want {
		t.Errorf("v_speedup: %s, want %s", got, want)
	}
}
