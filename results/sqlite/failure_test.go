package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// limited records in a process whose files may not become larger than so many bytes, and says how far it came.
func limited(ctx context.Context, path, id, bytes string) error {
	n, err := strconv.ParseUint(bytes, 10, 64)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
		return err
	}
	db, err := Open(ctx, path)
	if err != nil {
		return err
	}
	defer db.Close()
	return recordUntilRefused(ctx, db, id)
}

func recordUntilRefused(ctx context.Context, db *DB, id string) error {
	if err := db.CreateRun(ctx, aRun(id, 0), threeCells()); err != nil {
		return err
	}
	r := db.Recorder(id)
	for i := range 10_000 {
		trial := aTrial(i, 0)
		trial.Stdout = strings.Repeat("output ", 100)
		if err := r.Record(ctx, trial); err != nil {
			return err
		}
		fmt.Println(i)
	}
	return nil
}

// exclusive locks the file against all others until its standard input ends.
func exclusive(ctx context.Context, path string) error {
	db, err := connect(path, false, time.Minute)
	if err != nil {
		return err
	}
	defer db.sql.Close()
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE"); err != nil {
		return err
	}
	fmt.Println("locked")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func acknowledged(out string) int { return strings.Count(out, "\n") }

// What was acknowledged before a disk was full is there afterwards, and the run can go on once there is room.
func afterFull(t *testing.T, path, id string, acknowledged int) {
	t.Helper()
	db := openAt(t, path)
	defer db.Close()
	checkIntegrity(t, db)
	trials := mustTrials(t, db, id, Everything)
	if len(trials) != acknowledged || acknowledged == 0 {
		t.Errorf("%d trials are stored, %d were acknowledged", len(trials), acknowledged)
	}
	mustRecord(t, db, id, aTrial(len(trials), 0))
}

func TestFileSizeLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.db")
	db := openAt(t, path)
	mustCreate(t, db, aRun("before", 0))
	mustRecord(t, db, "before", aTrial(0, 0))
	db.Close()
	var out, fault strings.Builder
	cmd := childCommand(t, "limited", path, "r", "300000")
	cmd.Stdout, cmd.Stderr = &out, &fault
	if err := cmd.Run(); err == nil {
		t.Fatal("nothing was refused")
	}
	for _, part := range []string{path, "what is stored is safe"} {
		if !strings.Contains(fault.String(), part) {
			t.Errorf("the error\n\t%s\ndoes not tell %q", fault.String(), part)
		}
	}
	afterFull(t, path, "r", acknowledged(out.String()))
	afterFull(t, path, "before", 1)
}

func TestFullFileSystem(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("no small file system can be made here: %v: %s", err, out)
	}
	defer exec.Command("umount", dir).Run()
	path := filepath.Join(dir, "results.db")
	cmd := childCommand(t, "fill", path, "r")
	var out, fault strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &fault
	if err := cmd.Run(); err == nil {
		t.Fatal("nothing was refused")
	}
	if !strings.Contains(fault.String(), "the disk") || !strings.Contains(fault.String(), "what is stored is safe") {
		t.Errorf("the error: %s", fault.String())
	}
	reader, err := OpenReadOnly(t.Context(), path) // while it is full still
	if err != nil {
		t.Fatal(err)
	}
	if n := len(mustTrials(t, reader, "r", Everything)); n != acknowledged(out.String()) {
		t.Errorf("%d trials can be read of %d while the disk is full", n, acknowledged(out.String()))
	}
	reader.Close()
	if out, err := exec.Command("mount", "-o", "remount,size=4m", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	afterFull(t, path, "r", acknowledged(out.String()))
}

func TestFileLockedByAnotherProcess(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	mustRecord(t, db, "r", aTrial(0, 0))
	db.Close()
	cmd := childCommand(t, "exclusive", db.path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if lines := bufio.NewScanner(out); !lines.Scan() {
		t.Fatal("the other process did not lock it")
	}
	hasty := config{standard().migrations, time.Millisecond}
	tells := []string{db.path, "another process has locked it", "--db"}
	_, err = open(ctx, db.path, hasty)
	wantError(t, err, tells...)
	_, err = openReadOnly(ctx, db.path, hasty)
	wantError(t, err, tells...)
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	afterFull(t, db.path, "r", 1)
}

func TestKindsOfFiles(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(dir, "nowhere")
	if err := os.Symlink(filepath.Join(dir, "missing", "x.db"), nowhere); err != nil {
		t.Fatal(err)
	}
	round := filepath.Join(dir, "round")
	if err := os.Symlink("round", round); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path  string
		tells string
	}{{pipe, "not a regular file"}, {nowhere, "nowhere"}, {round, "too many"}, {dir, "is a directory"}} {
		_, err := Open(ctx, c.path)
		wantError(t, err, c.tells, c.path)
		_, err = Salvage(ctx, c.path, filepath.Join(dir, "new.db"))
		wantError(t, err, c.path)
		_, err = Check(ctx, c.path)
		wantError(t, err, c.path)
	}
	db := openNew(t)
	mustCreate(t, db, aRun("r", 0))
	mustRecord(t, db, "r", aTrial(0, 0))
	db.Close()
	link := filepath.Join(dir, "link.db")
	if err := os.Symlink(db.path, link); err != nil {
		t.Fatal(err)
	}
	afterFull(t, link, "r", 1)
	if n := len(mustTrials(t, openAt(t, db.path), "r", Detail{})); n != 2 {
		t.Errorf("%d trials are in what the link leads to, want 2", n)
	}
}

// The -wal file holds what was recorded since the last checkpoint. Without it what was there before is there still.
func TestLostWAL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.db")
	db := openAt(t, path)
	mustCreate(t, db, aRun("r", 0))
	mustRecord(t, db, "r", aTrial(0, 0), aTrial(1, 0))
	db.Close()                                   // a checkpoint
	killWhileRecording(t, path, "s", -20, 20, 0) // so few that there is none after them
	for _, name := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + name); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := Check(t.Context(), path); err != nil || wrong(list) > 0 {
		t.Errorf("%+v (%v)", list, err)
	}
	afterFull(t, path, "r", 2)
}

// One frame of the -wal file is damaged: SQLite takes that for its end, salvage goes on behind it.
func TestDamagedWAL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.db")
	openAt(t, path).Close()
	stored := killWhileRecording(t, path, "s", -60, 60, 0) // no more than that: a checkpoint would make the middle stale
	data, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	data[walHeader+(len(data)-walHeader)/(walFrame+usualSize)/2*(walFrame+usualSize)+2000] ^= 1
	if err := os.WriteFile(path+"-wal", data, 0o600); err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "new.db")
	saved, err := Salvage(t.Context(), path, into)
	if err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(path + "-wal"); string(after) != string(data) {
		t.Error("the -wal file was changed")
	}
	got := mustTrials(t, openAt(t, into), "s", Everything)
	seen := len(mustTrials(t, openAt(t, path), "s", Everything))
	if len(got) < stored-20 || len(got) <= seen || len(saved.Notes) == 0 || len(saved.Incomplete) != 1 {
		t.Errorf("%d trials were saved of %d, %d can be read without: %+v", len(got), stored, seen, saved)
	}
	for i, trial := range got {
		if len(trial.Spans) != 50 || trial.Phases.Total != aTrial(trial.Block, 0).Phases.Total {
			t.Errorf("trial %d is not what was recorded: %+v", i, trial)
		}
	}
}
