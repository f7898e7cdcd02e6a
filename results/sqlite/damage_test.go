package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// rounds is how often chance strikes; RUNNER_ROUNDS=1000 lets it strike more often.
func rounds(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("RUNNER_ROUNDS")); err == nil {
		return n
	}
	return usual
}

// strike damages a file in one of the ways in which disks, copies and people do.
func strike(f fate, data []byte) []byte {
	pages := len(data) / usualSize
	page := func() []byte { n := f.IntN(pages); return data[n*usualSize : (n+1)*usualSize] }
	switch f.IntN(8) {
	case 0: // a page is lost
		clear(page())
	case 1: // a page is garbage
		for i, p := 0, page(); i < len(p); i++ {
			p[i] = byte(f.Uint32())
		}
	case 2: // a page is where another belongs
		copy(page(), page())
	case 3: // bits flip
		for range 1 + f.IntN(20) {
			data[f.IntN(len(data))] ^= 1 << f.IntN(8)
		}
	case 4: // bits flip at the head of a page, where its structure is
		page()[f.IntN(12)] ^= 1 << f.IntN(8)
	case 5: // the end is missing
		data = data[:len(data)-f.IntN(len(data)*3/4)]
	case 6: // sectors are lost
		for range 1 + f.IntN(3) {
			at := f.IntN(len(data)/512) * 512
			clear(data[at : at+512])
		}
	case 7: // the pages point at each other
		p := page()
		p[0], p[8], p[9], p[10], p[11] = tableInterior, 0, 0, byte(f.IntN(2)), byte(f.IntN(pages))
	}
	return data
}

// Whatever is wrong with a file: nobody panics or hangs, what is read is what was stored, and where something is missing
// the check says so. Salvage leaves the file as it is and makes one that is in order.
func TestDamageIsNoticed(t *testing.T) {
	s := someStore(t, 7, 8)
	first, _ := strconv.ParseUint(os.Getenv("RUNNER_FIRST"), 10, 64)
	saved, all := 0, 0
	for round := range uint64(rounds(20)) {
		seed := first + round
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			f := fate{rand.New(rand.NewPCG(seed, 11))}
			path := s.damage(t, func(data []byte) []byte {
				for range 1 + f.IntN(2) {
					data = strike(f, data)
				}
				return data
			})
			trials, refused := s.readable(t, path)
			list, err := Check(t.Context(), path)
			if err == nil && wrong(list) == 0 && (trials < s.total() || refused != nil) {
				t.Errorf("%d trials of %d can be read (%v), and the check finds nothing", trials, s.total(), refused)
			}
			got, err := s.salvage(t, path)
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Log(err)
			}
			saved, all = saved+got.Trials.Saved, all+s.total()
			if refused == nil && trials > got.Trials.Saved {
				t.Errorf("%d trials can be read, only %d were saved: %+v", trials, got.Trials.Saved, got)
			}
		})
	}
	if saved < all/2 {
		t.Errorf("only %d trials were saved of %d", saved, all)
	}
	t.Logf("%d trials were saved of %d", saved, all)
}

// What is no file of runner's gives nothing, and leaves nothing.
func TestSalvageOfOtherFiles(t *testing.T) {
	f := fate{rand.New(rand.NewPCG(1, 1))}
	garbage := make([]byte, 300_000)
	for i := range garbage {
		garbage[i] = byte(f.Uint32())
	}
	for name, data := range map[string][]byte{"empty": nil, "garbage": garbage, "zeros": make([]byte, 100_000), "head": []byte(magic), "text": []byte("no database\n")} {
		path, into := filepath.Join(t.TempDir(), name), filepath.Join(t.TempDir(), "new.db")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Salvage(t.Context(), path, into)
		wantError(t, err, path)
		if _, err := os.Lstat(into); err == nil {
			t.Errorf("%s: a file is left", name)
		}
	}
	other := foreign(t, "CREATE TABLE runs (x); INSERT INTO runs VALUES (1), ('a'), (NULL); CREATE TABLE trials (x, y); INSERT INTO trials VALUES (1, 2)")
	_, err := Salvage(t.Context(), other, filepath.Join(t.TempDir(), "new.db"))
	wantError(t, err, other, "nothing was saved")
}

func TestSalvageRefuses(t *testing.T) {
	s := someStore(t, 1, 1)
	_, err := Salvage(t.Context(), s.path, s.path)
	wantError(t, err, s.path, "is there already")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	_, err = Salvage(t.Context(), s.path, link)
	wantError(t, err, link, "is there already")
	_, err = Salvage(t.Context(), s.path, filepath.Join(link, "new.db"))
	wantError(t, err, "cannot create")
	db := openAt(t, s.path)
	release, err := db.Claim(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "new.db")
	_, err = Salvage(t.Context(), s.path, into)
	wantError(t, err, s.path, "another process is measuring")
	release()
	db.Close()
	if _, err := Salvage(t.Context(), s.path, into); err != nil {
		t.Error(err)
	}
	stop, cancel := context.WithCancel(t.Context())
	cancel()
	into = filepath.Join(t.TempDir(), "stopped.db")
	if _, err = Salvage(stop, s.path, into); !errors.Is(err, context.Canceled) {
		t.Errorf("not stopped: %v", err)
	}
	if left, _ := filepath.Glob(into + "*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A value that was changed behind the runner's back is not judged by, although SQLite finds the file in order.
func TestChangedRowsAreNoticed(t *testing.T) {
	for table, change := range map[string]string{
		"trials":   "UPDATE trials SET total_ns = total_ns + 1 WHERE run = 1 AND block = 0 AND position = 0",
		"cells":    "UPDATE cells SET identity = 'x' WHERE run = 1 AND cell = 1",
		"runs":     "UPDATE runs SET outcome = 'pass' WHERE number = 1",
		"tags":     "UPDATE tags SET run = 2 WHERE run = 1",
		"verdicts": "UPDATE verdicts SET outcome = 'pass' WHERE run = 1",
		"counts":   "UPDATE counts SET trials = trials + 1 WHERE run = 1",
	} {
		s := someStore(t, 3, 1)
		db := openAt(t, s.path)
		if _, err := db.sql.Exec(change); err != nil {
			t.Fatal(err)
		}
		_, err1 := db.Run(t.Context(), "r0")
		_, err2 := db.Trials(t.Context(), "r0", Detail{})
		_, err3 := db.Verdicts(t.Context(), "r0")
		_, err4 := db.Tags(t.Context())
		if err := errors.Join(err1, err2, err3, err4); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: read all the same: %v", table, err)
		}
		db.Close()
		list, err := Check(t.Context(), s.path)
		if err != nil || wrong(list) == 0 {
			t.Errorf("%s: %+v (%v)", table, list, err)
		}
		for _, c := range list {
			if c.Wrong > 0 && c.Name != table && c.Name+table != "trialscells" { // a trial needs its cell
				t.Errorf("%s: %+v", table, c)
			}
		}
	}
}
