package sqlite

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/results"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func openAt(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func openNew(t testing.TB) *DB {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "results.db"))
}

var monday = time.Date(2026, 11, 16, 9, 0, 0, 123456789, time.UTC)

// aRun is of experiment primes, n hours after the first.
func aRun(id string, n int) results.Run {
	return results.Run{ID: id, Experiment: "primes", Spec: "primes.yaml", Started: monday.Add(time.Duration(n) * time.Hour),
		Sources: []results.Source{{Path: "primes.yaml", Text: "version: 1\n"}}, Environment: results.Environment{OS: "linux"}}
}

// threeCells are serial, and two that have it as their baseline.
func threeCells() []results.PlannedCell {
	serial := 0
	cells := []results.PlannedCell{{Cell: matrix.NewCell(matrix.Facet{Name: matrix.Executor, Value: "serial"})}}
	for _, n := range []int{1, 2} {
		cells = append(cells, results.PlannedCell{Index: n, Baseline: &serial, Cell: matrix.NewCell(
			matrix.Facet{Name: matrix.Executor, Value: "threads"}, matrix.Facet{Name: matrix.Workers, Value: n})})
	}
	for i := range cells {
		cells[i].Workload, cells[i].Identity = "pi", "pi "+cells[i].Cell.Key()
	}
	return cells
}

// aTrial fills its place in a block of threeCells.
func aTrial(block, position int) results.Trial {
	cell := threeCells()[position%3]
	return results.Trial{Cell: cell.Cell, Workload: cell.Workload, Block: block, Position: position, Status: results.OK, Workers: 1, Tasks: 3,
		Phases: results.Phases{Total: time.Duration(1000 + block)}, Started: monday}
}

func mustCreate(t testing.TB, db *DB, run results.Run) {
	t.Helper()
	if err := db.CreateRun(context.Background(), run, threeCells()); err != nil {
		t.Fatal(err)
	}
}

func mustRecord(t testing.TB, db *DB, id string, trials ...results.Trial) {
	t.Helper()
	r := db.Recorder(id)
	for _, trial := range trials {
		if err := r.Record(context.Background(), trial); err != nil {
			t.Fatal(err)
		}
	}
}

func mustTrials(t testing.TB, db *DB, id string, d Detail) []results.Trial {
	t.Helper()
	trials, err := db.Trials(context.Background(), id, d)
	if err != nil {
		t.Fatal(err)
	}
	return trials
}

// wantError checks that an error tells all of these.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error\n\t%v\ndoes not tell %q", err, part)
		}
	}
}

// fate makes random values, the extreme ones often.
type fate struct{ *rand.Rand }

func (f fate) integer() int64 {
	switch f.IntN(6) {
	case 0:
		return 0
	case 1:
		return math.MaxInt64
	case 2:
		return math.MinInt64
	case 3:
		return -1
	}
	return int64(f.Uint64() >> f.IntN(64))
}

func (f fate) text() string {
	pick := []string{"", "plain", "Größe 漢字 🏃", "\\x41 \ufffd", "'; DROP TABLE runs; --", "line\nline\r\n\ttab\x1b[31m", "\u202e\u2028",
		strings.Repeat("long ", 1000), `{"$float": "NaN"}`, "<&>\""}
	return pick[f.IntN(len(pick))]
}

func (f fate) span() time.Duration { return time.Duration(f.integer()) }

func (f fate) time() time.Time {
	if f.IntN(5) == 0 {
		return time.Time{}
	}
	return time.Unix(0, f.integer()).UTC()
}

func (f fate) value(depth int) any {
	kinds := 8
	if depth > 3 {
		kinds = 6
	}
	switch f.IntN(kinds) {
	case 0:
		return nil
	case 1:
		return f.IntN(2) == 0
	case 2:
		return int(f.integer())
	case 3:
		pick := []float64{0, math.Copysign(0, -1), 1, -3, 1e300, 5e-324, math.MaxFloat64, math.Inf(1), math.Inf(-1), 1 << 53, 1e21, 0.1}
		return pick[f.IntN(len(pick))]
	case 4:
		return f.Float64() * 1e6
	case 5:
		return f.text() + []string{"", "\xff\x00\xfe"}[f.IntN(2)]
	case 6:
		return f.list(depth)
	}
	m := map[string]any{}
	for range f.IntN(4) {
		m[[]string{"", "a", "$float", "$$", "$bytes:", "$bytes", "\xff", "Größe"}[f.IntN(8)]] = f.value(depth + 1)
	}
	return m
}

func (f fate) list(depth int) []any {
	list := make([]any, f.IntN(5))
	for i := range list {
		list[i] = f.value(depth + 1)
	}
	return list
}

func (f fate) spans() []results.TaskSpan {
	if f.IntN(4) == 0 {
		return nil
	}
	spans := make([]results.TaskSpan, f.IntN(5))
	for i := range spans {
		spans[i] = results.TaskSpan{Task: int(f.integer()), Worker: int(f.integer()), Start: f.span(), End: f.span(), CPU: f.span()}
	}
	return spans
}

func (f fate) trial(block, position int) results.Trial {
	t := aTrial(block, position)
	t.Warmup, t.Control = f.IntN(2) == 0, f.IntN(2) == 0
	t.Status, t.Reason = results.Statuses[f.IntN(len(results.Statuses))], f.text()
	t.Started, t.Wall, t.Contaminated = f.time(), f.span(), f.text()
	t.Phases = results.Phases{Startup: f.span(), Spawn: f.span(), Work: f.span(), Join: f.span(), Total: f.span()}
	t.Usage = results.Usage{User: f.span(), System: f.span(), Memory: f.integer(), Voluntary: f.integer(), Involuntary: f.integer(),
		MajorFaults: f.integer(), MinorFaults: f.integer(), Leaked: int(f.integer())}
	t.Runtime = results.RuntimeInfo{Name: f.text(), Version: f.text(), GIL: f.text(), Path: f.text()}
	t.Workers, t.Tasks = int(f.integer()), int(f.integer())
	t.Spans, t.Stdout, t.Stderr = f.spans(), f.text(), f.text()
	if f.IntN(4) > 0 {
		t.Results, t.Result = f.list(0), f.value(0)
	}
	if f.IntN(2) == 0 {
		t.Warnings = make([]string, f.IntN(3))
		for i := range t.Warnings {
			t.Warnings[i] = f.text()
		}
	}
	for range f.IntN(4) {
		t.Hosts = append(t.Hosts, f.text())
	}
	return t
}

func (f fate) run(id string) results.Run {
	seed, parallelism, load, swap := f.Uint64(), f.Float64(), f.Float64(), f.integer()
	run := results.Run{ID: id, Experiment: f.text(), Spec: f.text(), Seed: f.Uint64(), Started: f.time(), Finished: f.time(), Outcome: f.text(), Version: f.text(),
		Options: results.Options{Profile: f.text(), Only: []string{f.text()}, Repeats: int(f.integer()), Seed: &seed, Define: map[string]string{f.text(): f.text()}, Cores: f.IntN(9)},
		Environment: results.Environment{OS: f.text(), Arch: f.text(), Kernel: f.text(), CPU: f.text(), Cores: f.IntN(99), Memory: f.integer(), Go: f.text(), Host: f.text(),
			Commit: f.text(), Dirty: f.IntN(2) == 0, Virtual: f.text(), Parallelism: &parallelism,
			Governor: f.text(), Boost: f.text(), SMT: f.text(), Clock: f.text(), Load: &load, Swap: &swap}}
	if f.IntN(2) == 0 {
		run.After = &results.Environment{CPU: f.text()}
	}
	for range f.IntN(3) {
		run.References = append(run.References, results.Reference{Since: f.text(), Run: f.text(), How: f.text()})
		run.Code = append(run.Code, results.Code{Workload: f.text(), Path: f.text(), Digest: f.text(), Text: f.text()})
	}
	for i := range f.IntN(3) {
		run.Hosts = append(run.Hosts, results.Host{Name: fmt.Sprint(i, f.text()), Version: f.text(), Environment: results.Environment{CPU: f.text(), Cores: f.IntN(99)},
			Calibrations: []results.Calibration{{When: f.text(), At: time.Unix(0, f.integer()).UTC(), Median: f.span(), N: int(f.integer()), Spread: f.Float64()}}})
	}
	for range f.IntN(3) {
		run.Sources = append(run.Sources, results.Source{Path: f.text(), Text: f.text()})
	}
	return run
}

// same compares and, where the values differ, says in what.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, clip(got), clip(want))
	}
}

func clip(v any) string {
	s := fmt.Sprintf("%#v", v)
	return s[:min(len(s), 3000)]
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it with -update. Got:\n%s", path, got)
	}
}
