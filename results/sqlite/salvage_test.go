package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bench/runner/results"
)

// store is a file of three runs and what was put into it.
type store struct {
	path   string
	runs   map[string]results.Run
	trials map[string][]results.Trial
}

func someStore(t *testing.T, seed uint64, blocks int) store {
	t.Helper()
	f := fate{rand.New(rand.NewPCG(seed, 3))}
	s := store{filepath.Join(t.TempDir(), "results.db"), map[string]results.Run{}, map[string][]results.Trial{}}
	db := openAt(t, s.path)
	defer db.Close()
	for i := range 3 {
		run := f.run(fmt.Sprint("r", i))
		run.Experiment = fmt.Sprint(run.Experiment, i)
		run.Sources = append(run.Sources, results.Source{Path: "x.yaml", Text: strings.Repeat("# a long text\n", 500)})
		run.Finished = monday
		mustCreate(t, db, run)
		if err := db.Tag(context.Background(), run.ID, "best"); err != nil {
			t.Fatal(err)
		}
		s.runs[run.ID] = run
		for block := range blocks {
			for position := range 3 {
				s.trials[run.ID] = append(s.trials[run.ID], f.trial(block, position))
			}
		}
		if err := db.Recorder(run.ID).RecordAll(context.Background(), s.trials[run.ID]); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the first ones leave free pages
			verdicts := []results.StoredVerdict{{Name: "a", JSON: []byte(`{"n":"` + strings.Repeat("x", 5000) + `"}`)}, {Name: "b", JSON: []byte(`{}`)}}
			if err := db.SaveVerdicts(context.Background(), run.ID, verdicts); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

func (s store) total() (n int) {
	for _, trials := range s.trials {
		n += len(trials)
	}
	return n
}

// readable compares all that can be read of a file with what was put into it; ids maps stand-ins. It gives how many trials
// there are, and whether anything could not be read.
func (s store) readable(t *testing.T, path string) (trials int, refused error) {
	t.Helper()
	ctx := context.Background()
	db, err := OpenReadOnly(ctx, path)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	list, err := db.Runs(ctx, Filter{})
	if err != nil {
		refused = err
	}
	for _, r := range list {
		run, err := db.Run(ctx, r.ID)
		if err != nil {
			refused = err
			continue
		}
		want, known := s.runs[run.ID]
		if !known && !strings.HasPrefix(run.ID, "lost-") {
			t.Errorf("a run %q was never stored", run.ID)
		}
		if run.Finished.IsZero() && run.Outcome == "interrupted" { // it was salvaged, and lost something
			want.Finished, want.After = run.Finished, run.After
		}
		if run.Outcome = want.Outcome; known && run.Seed == want.Seed && !reflect.DeepEqual(run, want) {
			t.Errorf("run %s is not what was stored: %s", run.ID, clip(run))
		}
		got, err := db.Trials(ctx, r.ID, Everything)
		if err != nil {
			refused = err
			continue
		}
		id := run.ID
		if !known {
			id = fmt.Sprint("r", int(id[len(id)-1]-'1'))
		}
		trials += len(got)
		s.compare(t, id, got)
	}
	return trials, refused
}

func (s store) compare(t *testing.T, id string, got []results.Trial) {
	t.Helper()
	want := map[[2]int]results.Trial{}
	for _, trial := range s.trials[id] {
		want[[2]int{trial.Block, trial.Position}] = trial
	}
	for _, trial := range got {
		if w := want[[2]int{trial.Block, trial.Position}]; !reflect.DeepEqual(trial, w) {
			same(t, fmt.Sprintf("run %s, block %d, position %d", id, trial.Block, trial.Position), trial, w)
		}
	}
}

// damage writes a changed copy.
func (s store) damage(t *testing.T, change func(data []byte) []byte) string {
	t.Helper()
	data, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "damaged.db")
	if err := os.WriteFile(path, change(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (s store) salvage(t *testing.T, path string) (Salvaged, error) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "new.db")
	saved, err := Salvage(t.Context(), path, into)
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the damaged file was changed")
	}
	if err != nil {
		if _, there := os.Stat(into); !errors.Is(there, fs.ErrNotExist) {
			t.Errorf("a file is left behind after %v", err)
		}
		return saved, err
	}
	trials, err := s.readable(t, into)
	if err != nil || trials != saved.Trials.Saved {
		t.Errorf("of %d trials that were saved %d can be read: %v", saved.Trials.Saved, trials, err)
	}
	if list, err := Check(t.Context(), into); err != nil || wrong(list) > 0 {
		t.Errorf("what was saved is damaged: %+v (%v)", list, err)
	}
	return saved, nil
}

func wrong(list []Checked) (n int) {
	for _, c := range list {
		n += c.Wrong
	}
	return n
}

func TestCheckAndSalvageOfAWholeFile(t *testing.T) {
	for seed := range uint64(3) {
		s := someStore(t, seed, 30)
		if list, err := Check(t.Context(), s.path); err != nil || wrong(list) > 0 || len(list) != 10 {
			t.Errorf("%+v (%v)", list, err)
		}
		saved, err := s.salvage(t, s.path)
		want := Salvaged{Runs: Tally{3, 0}, Cells: Tally{9, 0}, Trials: Tally{s.total(), 0}, Verdicts: Tally{6, 0}, Tags: Tally{3, 0}}
		if saved.Notes = nil; err != nil || !reflect.DeepEqual(saved, want) {
			t.Errorf("%+v (%v), want %+v", saved, err, want)
		}
	}
}

// The loss of one page costs what was on it, and nothing else.
func TestEachPageLost(t *testing.T) {
	s := someStore(t, 1, 4)
	p, err := openPages(s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	zero := make([]byte, p.size)
	for n := uint32(1); n <= p.count; n++ {
		page := p.page(n)
		if page[0] == 0 && n%8 > 0 { // most are the rest of long rows
			continue
		}
		path := s.damage(t, func(data []byte) []byte {
			copy(data[int(n-1)*p.size:], zero)
			return data
		})
		saved, err := s.salvage(t, path)
		if err != nil {
			t.Errorf("page %d: %v", n, err)
			continue
		}
		rows, overflow := 0, page[0] == 0
		if page[0] == tableLeaf && n > 1 {
			rows = int(binary.BigEndian.Uint16(page[3:]))
		}
		if overflow {
			rows = 1
		}
		least := s.total() - rows
		if page[0] == indexLeaf && saved.Cells.Lost > 0 {
			least = 0
		}
		if saved.Trials.Saved < least {
			t.Errorf("page %d (%#x): only %d trials were saved of %d: %+v", n, page[0], saved.Trials.Saved, s.total(), saved)
		}
	}
}
