package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"bench/runner/internal/serve"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

const shelfSpec = `version: 1
name: shelf
question: Which is faster?
workloads:
  w: {builtin: add, args: {a: 1, b: 2}, tasks: 2}
matrix:
  executor:
    - scripted: {workers: [1, 2], script: {"workers=1": 1s, "workers=2": 500ms}}
baseline: {executor: scripted, workers: 1}
repeats: {min: 3, max: 3, warmup: 1}
control: false
`

// stocked is a database with a run of shelfSpec, and the writer that goes on with it.
func stocked(t *testing.T, ids ...string) (*shelf, *sqlite.DB, experiment) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "results.db")
	writer, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { writer.Close() })
	var x experiment
	for i, id := range ids {
		run := results.Run{ID: id, Experiment: "shelf", Spec: "shelf.yaml", Sources: []results.Source{{Path: "shelf.yaml", Text: shelfSpec}},
			Options: results.Options{Cores: 2}, Seed: 1, Started: noon.Add(time.Duration(i) * time.Hour)}
		if x, err = stored(run); err != nil {
			t.Fatal(err)
		}
		if err := writer.CreateRun(t.Context(), run, planned(x)); err != nil {
			t.Fatal(err)
		}
	}
	a := quietApp()
	a.ctx = t.Context()
	reader, err := sqlite.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return &shelf{a: a, db: reader, specs: map[string]experiment{}}, writer, x
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// trial of a block, as the scripted executor would have made it a second after the one before.
func trial(x experiment, cell, block, position int, status results.Status) results.Trial {
	at := time.Duration(2*block+position) * time.Second
	return results.Trial{Cell: x.plan.Cells[cell].Cell, Workload: "w", Block: block, Position: position, Warmup: block == 0, Status: status,
		Started: noon.Add(10*time.Second + at), Wall: time.Second, Phases: results.Phases{Total: time.Duration(2-cell) * time.Second / 2}}
}

func TestShelf(t *testing.T) {
	s, writer, x := stocked(t, "20261120-120000-aaaa", "20261120-130000-bbbb")
	release, err := writer.Claim(t.Context(), "20261120-120000-aaaa")
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Recorder("20261120-120000-aaaa").Record(t.Context(), trial(x, 0, 0, 0, results.OK)); err != nil {
		t.Fatal(err)
	}
	list := func(offset, limit int) (told string) {
		runs, err := s.Runs(t.Context(), "", offset, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runs {
			told += fmt.Sprint(r.ID, " ", r.Running, " ", r.Trials, "\n")
		}
		return told
	}
	const one, two = "20261120-120000-aaaa true 1\n", "20261120-130000-bbbb false 0\n"
	for _, c := range []struct {
		offset, limit int
		want          string
	}{{0, 10, two + one}, {0, 1, two}, {1, 1, one}, {2, 1, ""}, {99, 1, ""}} {
		if got := list(c.offset, c.limit); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	if run, err := s.Run(t.Context(), "last~1"); err != nil || run.ID != "20261120-120000-aaaa" || !run.Running {
		t.Errorf("%+v, %v", run, err)
	}
	var none serve.NotFound
	if _, err := s.Run(t.Context(), "nothing"); !errors.As(err, &none) {
		t.Error(err)
	}
	if p, err := s.Progress(t.Context(), "20261120-120000-aaaa"); err != nil || p.Done != 1 || p.Planned != 8 || p.Question != "Which is faster?" {
		t.Errorf("%+v, %v", p, err)
	}
	release()
	if got := list(1, 1); got != "20261120-120000-aaaa false 1\n" {
		t.Errorf("released: %q", got)
	}
	if r, err := s.Report(t.Context(), "20261120-120000-aaaa"); err != nil || r.Word != "NOTHING MEASURED" {
		t.Errorf("%+v, %v", r, err)
	}
}

// What was recorded before a run was resumed is done, but says nothing about how long the rest takes.
func TestProgress(t *testing.T) {
	_, _, x := stocked(t, "20261120-120000-aaaa")
	run := results.Run{Started: noon}
	var trials []results.Trial
	for i := range 6 {
		trials = append(trials, trial(x, i%2, i/2, i%2, results.OK))
	}
	trials[5].Status, trials[5].Reason = results.Wrong, "no"
	p := progressOf(x, run, trials, noon.Add(16*time.Second))
	told := fmt.Sprintln(p.Done, p.Planned, p.Where, p.Elapsed, p.Left, p.Last) + fmt.Sprintf("%+v", p.Cells)
	const want = `6 8 block 3 of 4, 6 of 8 trials 16s about 2 s left scripted=2
[{Key:scripted=1 N:2 Median:1.000 s Speedup: Trouble:} {Key:scripted=2 N:1 Median:500.0 ms Speedup:2.00 Trouble:1 wrong}]`
	if told != want {
		t.Errorf("%s\nwant\n%s", told, want)
	}
	again := noon.Add(time.Hour)
	run.Resumed = []results.Resumption{{At: again}}
	if p = progressOf(x, run, trials, again.Add(time.Minute)); p.Left != "" || p.Elapsed != 76*time.Second {
		t.Errorf("resumed: %q left after %s", p.Left, p.Elapsed)
	}
	fresh := trial(x, 0, 3, 0, results.OK)
	fresh.Started = again.Add(50 * time.Second)
	if p = progressOf(x, run, append(trials, fresh), again.Add(time.Minute)); p.Left != "about 10 s left" {
		t.Errorf("resumed: %q left", p.Left)
	}
	if p = progressOf(x, results.Run{Started: noon}, nil, noon.Add(time.Second)); p.Done != 0 || p.Left != "" || p.Where != "block 1 of 4, 0 of 8 trials" && p.Where != "0 of 8 trials" {
		t.Errorf("%+v", p)
	}
}
