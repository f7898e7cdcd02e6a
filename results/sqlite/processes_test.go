package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The test binary is its own child: RUNNER_CHILD says what to do with the file that is its first argument.
func TestMain(m *testing.M) {
	role := os.Getenv("RUNNER_CHILD")
	if role == "" {
		os.Exit(m.Run())
	}
	if err := child(role, os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(role, path string, args []string) error {
	ctx := context.Background()
	if role == "read" {
		db, err := OpenReadOnly(ctx, path)
		if err != nil {
			return err
		}
		defer db.Close()
		trials, err := db.Trials(ctx, args[0], Everything)
		fmt.Println(len(trials))
		return err
	}
	switch role {
	case "limited":
		return limited(ctx, path, args[0], args[1])
	case "exclusive":
		return exclusive(ctx, path)
	}
	db, err := Open(ctx, path)
	if err != nil {
		return err
	}
	defer db.Close()
	switch role {
	case "fill":
		return recordUntilRefused(ctx, db, args[0])
	case "open":
		return nil
	case "import":
		return importFile(ctx, db, args[0])
	case "claim":
		return claimAndStay(ctx, db, args[0])
	}
	// record: ID N, each trial acknowledged when it is stored; N of 0 means until killed, -N to wait for that after N trials
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	if err := db.CreateRun(ctx, aRun(args[0], 0), threeCells()); err != nil {
		return err
	}
	r := db.Recorder(args[0])
	for i := 0; n == 0 || i < max(n, -n); i++ {
		trial := aTrial(i, i%3)
		trial.Spans, trial.Stdout = timeline(50), strings.Repeat("output ", i%700)
		if err := r.Record(ctx, trial); err != nil {
			return err
		}
		fmt.Println(i)
	}
	if n < 0 {
		_, err = io.Copy(io.Discard, os.Stdin)
	}
	return err
}

func childCommand(t *testing.T, role, path string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append([]string{path}, args...)...)
	cmd.Env = append(os.Environ(), "RUNNER_CHILD="+role)
	return cmd
}

func TestKillLosesNothingThatWasAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.db")
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)) // where it strikes is chance; what must hold is not
	for round := range 6 {
		id := fmt.Sprint("r", round)
		acknowledged := killWhileRecording(t, path, id, 0, 1+random.IntN(300), time.Duration(random.IntN(1000))*time.Microsecond)
		db := openAt(t, path)
		checkIntegrity(t, db)
		trials := mustTrials(t, db, id, Everything)
		// One more may be stored than was acknowledged: the last, between its commit and its line.
		if n := len(trials); n < acknowledged || n > acknowledged+1 {
			t.Errorf("%s: %d trials are stored, %d were acknowledged", id, n, acknowledged)
		}
		for i, trial := range trials {
			if trial.Block != i || len(trial.Spans) != 50 {
				t.Fatalf("%s: trial %d is of block %d with %d spans", id, i, trial.Block, len(trial.Spans))
			}
		}
		mustRecord(t, db, id, aTrial(len(trials), 0)) // the run can go on
		db.Close()
	}
}

// killWhileRecording kills a writer, which is told to record n, some time after so many acknowledgements, and says how many
// there were in the end.
func killWhileRecording(t *testing.T, path, id string, n, after int, delay time.Duration) (acknowledged int) {
	t.Helper()
	cmd := childCommand(t, "record", path, id, fmt.Sprint(n))
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // else its input ends at once
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if acknowledged++; acknowledged == after {
			time.AfterFunc(delay, func() { cmd.Process.Kill() })
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the writer ended by itself: %v", err)
	}
	return acknowledged
}

// RUNNER_TRIALS=1000 lets each of the eight record that many.
func TestEightProcessesWriteAtOnce(t *testing.T) {
	const writers = 8
	trials := 100
	if n, err := strconv.Atoi(os.Getenv("RUNNER_TRIALS")); err == nil {
		trials = n
	}
	path := filepath.Join(t.TempDir(), ".runner", "results.db") // all find that it is missing
	start := time.Now()
	var all sync.WaitGroup
	for i := range writers {
		cmd := childCommand(t, "record", path, fmt.Sprint("r", i), fmt.Sprint(trials))
		all.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %.2000s", err, out)
			}
		})
	}
	all.Wait()
	t.Logf("%d processes recorded %d trials each in %v", writers, trials, time.Since(start).Round(time.Millisecond))
	db := openAt(t, path)
	checkIntegrity(t, db)
	for i := range writers {
		if n := len(mustTrials(t, db, fmt.Sprint("r", i), Everything)); n != trials {
			t.Errorf("run %d has %d trials, want %d", i, n, trials)
		}
	}
	if list, err := Check(t.Context(), path); err != nil || wrong(list) > 0 {
		t.Errorf("%+v (%v)", list, err)
	}
}

func TestFourHandlesWriteAtOnce(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "results.db")
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			db, err := Open(ctx, path)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			id := fmt.Sprint("r", i)
			if err := db.CreateRun(ctx, aRun(id, i), threeCells()); err != nil {
				t.Error(err)
				return
			}
			r := db.Recorder(id)
			for block := range 200 {
				if err := r.Record(ctx, aTrial(block, 0)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	db := openAt(t, path)
	checkIntegrity(t, db)
	list, err := db.Runs(ctx, Filter{})
	if err != nil || len(list) != 4 {
		t.Fatalf("%d runs (%v)", len(list), err)
	}
	for _, s := range list {
		if s.Trials != 200 {
			t.Errorf("run %s has %d trials, want 200", s.ID, s.Trials)
		}
	}
}

// unprivileged makes a command run as a user who may write nothing in dir: root is let through everywhere.
func unprivileged(t *testing.T, role, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := childCommand(t, role, filepath.Join(dir, "results.db"), args...)
	if os.Getuid() != 0 {
		return cmd
	}
	public := filepath.Dir(dir)
	for _, d := range []string{filepath.Dir(public), public} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	binary, err := os.ReadFile(cmd.Path) // where it stands only root may go
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = filepath.Join(public, "child")
	if err := os.WriteFile(cmd.Path, binary, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	return cmd
}

func TestWhereNothingMayBeWritten(t *testing.T) {
	for _, c := range []struct {
		name      string
		file, dir os.FileMode
		busy      bool // another process has it open, with trials in the -wal file
	}{
		{"file", 0o444, 0o777, false},
		{"directory", 0o666, 0o555, false},
		{"both", 0o444, 0o555, false},
		{"both, while another writes", 0o444, 0o555, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "d")
			db := openAt(t, filepath.Join(dir, "results.db"))
			mustCreate(t, db, aRun("r", 0))
			mustRecord(t, db, "r", aTrial(0, 0), aTrial(1, 0))
			if !c.busy {
				db.Close()
			}
			names, err := filepath.Glob(filepath.Join(dir, "results.db*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				if err := os.Chmod(name, c.file); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, c.dir); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(dir, 0o700)
			if out, err := unprivileged(t, "read", dir, "r").Output(); err != nil || strings.TrimSpace(string(out)) != "2" {
				t.Errorf("reading: %s (%v)", out, err)
			}
			out, err := unprivileged(t, "open", dir).CombinedOutput()
			if err == nil || !strings.Contains(string(out), "permissions") {
				t.Errorf("writing: %s (%v)", out, err)
			}
		})
	}
}

func TestWhereNothingMayBeCreated(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	out, err := unprivileged(t, "open", dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "permission denied; name another file with --db") {
		t.Errorf("%s (%v)", out, err)
	}
	out, err = unprivileged(t, "open", filepath.Join(dir, "below")).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "cannot create the directory") {
		t.Errorf("%s (%v)", out, err)
	}
}
