package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bench/runner/results"
)

func claimed(t *testing.T, db *DB, id string) bool {
	t.Helper()
	got, err := db.Claimed(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestClaim(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("a", 0))
	mustCreate(t, db, aRun("b", 1))
	other := openAt(t, db.path)
	reader, err := OpenReadOnly(ctx, db.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if claimed(t, reader, "a") {
		t.Error("claimed before anybody did")
	}
	release, err := db.Claim(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	if got := mode(t, db.claims()); got != 0o600 {
		t.Errorf("the claims have mode %o", got)
	}
	for _, again := range []*DB{db, other} {
		_, err := again.Claim(ctx, "a")
		wantError(t, err, "run a", "another process is measuring this run now")
		if !errors.Is(err, ErrClaimed) {
			t.Error("not ErrClaimed")
		}
	}
	for _, look := range []*DB{db, other, reader} {
		if !claimed(t, look, "a") || claimed(t, look, "b") {
			t.Error("a is claimed, and b is not")
		}
	}
	next, err := other.Claim(ctx, "b")
	if err != nil {
		t.Fatal(err)
	}
	release()
	release() // no other's descriptor is closed
	if claimed(t, reader, "a") || !claimed(t, reader, "b") {
		t.Error("a was released, and b was not")
	}
	next()
	if _, err := os.Stat(db.claims()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the claims were left behind: %v", err)
	}
}

func TestClaimRefuses(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("a", 0))
	_, err := db.Claim(ctx, "none")
	wantError(t, err, `no run "none"`)
	_, err = db.Claimed(ctx, "none")
	wantError(t, err, `no run "none"`)
	reader, err := OpenReadOnly(ctx, db.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	_, err = reader.Claim(ctx, "a")
	wantError(t, err, "open for reading only")
	victim := filepath.Join(t.TempDir(), "victim")
	for name, plant := range map[string]func() error{
		"link":      func() error { return os.Symlink(victim, db.claims()) },
		"pipe":      func() error { return exec.Command("mkfifo", db.claims()).Run() },
		"directory": func() error { return os.Mkdir(db.claims(), 0o700) },
	} {
		if err := plant(); err != nil {
			t.Fatal(name, err)
		}
		_, err := db.Claim(ctx, "a")
		wantError(t, err, "run a cannot be claimed", db.claims(), "--db")
		if claimed(t, db, "a") {
			t.Errorf("%s: claimed", name)
		}
		if err := os.Remove(db.claims()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(victim); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a link was followed: %v", err)
	}
}

// A claim ends with its process however that ends, and the children of the process do not go on with it.
func TestClaimEndsWithItsProcess(t *testing.T) {
	db := openNew(t)
	mustCreate(t, db, aRun("a", 0))
	cmd := childCommand(t, "claim", db.path, "a")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe() // its child ends with this
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if lines := bufio.NewScanner(out); !lines.Scan() || lines.Text() != "claimed" {
		t.Fatalf("the child says %q", lines.Text())
	}
	if !claimed(t, db, "a") {
		t.Error("a is not claimed")
	}
	if _, err := db.Claim(t.Context(), "a"); !errors.Is(err, ErrClaimed) {
		t.Errorf("not ErrClaimed: %v", err)
	}
	cmd.Process.Kill()
	cmd.Process.Wait() // the grandchild still lives
	if claimed(t, db, "a") {
		t.Error("a dead process has it")
	}
	release, err := db.Claim(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	release()
	in.Close()
	cmd.Wait()
}

// claimAndStay claims a run, starts a child that outlives it, and waits to be killed.
func claimAndStay(ctx context.Context, db *DB, id string) error {
	if _, err := db.Claim(ctx, id); err != nil {
		return err
	}
	cat := exec.Command("cat")
	cat.Stdin = os.Stdin
	if err := cat.Start(); err != nil {
		return err
	}
	fmt.Println("claimed")
	return cat.Wait()
}

// However many try at once, and although the file comes and goes, one at most has a run.
func TestClaimIsExclusive(t *testing.T) {
	db := openNew(t)
	mustCreate(t, db, aRun("a", 0))
	mustCreate(t, db, aRun("b", 1))
	var holders [2]atomic.Int32
	var had atomic.Int32
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			which := worker % 2
			for range 100 {
				release, err := db.Claim(context.Background(), string("ab"[which]))
				if errors.Is(err, ErrClaimed) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if holders[which].Add(1) != 1 {
					t.Error("two have the same run")
				}
				had.Add(1)
				time.Sleep(50 * time.Microsecond)
				holders[which].Add(-1)
				release()
			}
		})
	}
	all.Wait()
	if had.Load() < 2 {
		t.Errorf("only %d claims were had", had.Load())
	}
	if claimed(t, db, "a") || claimed(t, db, "b") {
		t.Error("claimed after all ended")
	}
}

func TestResumeRun(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	want := aRun("a", 0)
	mustCreate(t, db, want)
	for i := range 3 {
		at := monday.Add(time.Duration(i+1) * time.Hour)
		if i < 2 { // the third time it was killed
			if err := db.FinishRun(ctx, "a", at, "interrupted", results.Environment{Cores: i}); err != nil {
				t.Fatal(err)
			}
		}
		r := results.Resumption{At: at, Trials: 3 * i, Environment: results.Environment{OS: "linux", Cores: i}}
		if err := db.ResumeRun(ctx, "a", r); err != nil {
			t.Fatal(err)
		}
		want.Resumed = append(want.Resumed, r)
		got, err := db.Run(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprint("resumed ", i), got, want)
	}
	if err := db.FinishRun(ctx, "a", monday, "pass", results.Environment{}); err != nil {
		t.Fatal(err)
	}
	before, err := db.Run(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, db.ResumeRun(ctx, "a", results.Resumption{}), "run a ended by itself", "(pass)", "nothing to resume", "runner run")
	after, err := db.Run(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what was refused", after, before)
	wantError(t, db.ResumeRun(ctx, "none", results.Resumption{}), `no run "none"`)
}

// The claims of a file are found by each of its names.
func TestClaimThroughALink(t *testing.T) {
	db := openNew(t)
	mustCreate(t, db, aRun("a", 0))
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(db.path, link); err != nil {
		t.Fatal(err)
	}
	release, err := db.Claim(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if !claimed(t, openAt(t, link), "a") {
		t.Error("not seen through the link")
	}
	if left, _ := filepath.Glob(link + "*"); len(left) != 1 {
		t.Errorf("beside the link lies %s", strings.Join(left, ", "))
	}
}
