package sqlite

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"bench/runner/results"
)

func TestPastRunsAreAlike(t *testing.T) {
	ctx, db := context.Background(), openNew(t)
	store := func(n int, outcome string, change func(*results.Run)) string {
		run := aRun(fmt.Sprintf("run-%02d", n), n)
		run.Environment = results.Environment{Host: "abc", Cores: 2, CPU: "x", Commit: fmt.Sprint("c", n), Dirty: n == 2}
		run.Options = results.Options{Cores: 2, Dir: fmt.Sprint("/somewhere/", n)}
		if change != nil {
			change(&run)
		}
		mustCreate(t, db, run)
		if err := db.SaveVerdicts(ctx, run.ID, []results.StoredVerdict{{Name: run.ID, JSON: []byte("{}")}}); err != nil {
			t.Fatal(err)
		}
		if outcome != "unfinished" {
			if err := db.FinishRun(ctx, run.ID, run.Started.Add(time.Second), outcome, run.Environment); err != nil {
				t.Fatal(err)
			}
		}
		return run.ID
	}
	seed := uint64(7)
	store(1, "PASS", nil)
	store(2, "FAIL", func(r *results.Run) { r.Options.Seed = &seed })
	store(3, "interrupted", nil)
	store(4, "unfinished", nil)
	store(5, "PASS", func(r *results.Run) { r.Environment.Host = "another" })
	store(6, "PASS", func(r *results.Run) { r.Environment.Cores = 8 })
	store(7, "PASS", func(r *results.Run) { r.Options.Only = []string{"procs=2"} })
	store(8, "PASS", func(r *results.Run) { r.Options.Define = map[string]string{"n": "1"} })
	store(9, "PASS", func(r *results.Run) { r.Experiment = "sort" })
	store(12, "PASS", func(r *results.Run) { r.Started = monday; r.Hosts = []results.Host{{Name: "a"}} })
	now := store(10, "PASS", nil)
	store(11, "PASS", nil)
	for limit, want := range map[int]string{9: "run-01 run-02", 1: "run-02", 0: ""} {
		past, err := db.Past(ctx, now, limit)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, p := range past {
			ids = append(ids, p.ID)
			if len(p.Verdicts) != 1 || p.Verdicts[0].Name != p.ID || p.Commit == "" || p.Dirty != (p.ID == "run-02") || p.Started.IsZero() {
				t.Errorf("%+v", p)
			}
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("at most %d: %q, want %q", limit, got, want)
		}
	}
}
