package host

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	p, ok := parseStat([]byte("42 (a (b) c) S 7 8 9 0 -1 4194304"))
	if want := (Process{PID: 42, Parent: 7, Group: 8, Session: 9, State: 'S', Name: "a (b) c"}); !ok || p != want {
		t.Errorf("read %+v", p)
	}
	for _, bad := range []string{"", "42", "42 (", "42 )(", "42 (a)", "42 (a) S 7 8", "x (a) S 7 8 9", "42 (a) S x 8 9", "42 (a) S 7 8 x"} {
		if p, ok := parseStat([]byte(bad)); ok {
			t.Errorf("%q was read as %+v", bad, p)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("42 (a (b) c) S 7 8 9 0 -1 4194304"))
	f.Add([]byte("1 () R"))
	f.Fuzz(func(t *testing.T, data []byte) { parseStat(data) })
}

func TestTable(t *testing.T) {
	self, table, err := Table()
	if err != nil || self.PID != os.Getpid() || self.Parent != os.Getppid() || len(table) < 2 {
		t.Errorf("%+v, %d processes, %v", self, len(table), err)
	}
}

// TestSweep leaves a process, with a child of its own, in another session: both must be gone, and our own children not.
func TestSweep(t *testing.T) {
	if err := Adopt(); err != nil {
		t.Skip(err)
	}
	own := exec.Command("sleep", "600")
	if err := own.Start(); err != nil {
		t.Skip(err)
	}
	defer func() {
		_ = own.Process.Kill()
		if err := own.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Errorf("our own child was not left alone: %v", err)
		}
	}()
	// sh starts a session in which a second sh has a child, tells their numbers, and ends.
	out, err := exec.Command("sh", "-c", `setsid sh -c 'sleep 600 >/dev/null 2>&1 & echo $$ $!; exec >/dev/null 2>&1; wait' & sleep 0.3`).Output()
	if err != nil {
		t.Skip(err)
	}
	outlived, err := Sweep(nil, 0, time.Minute)
	if err != nil || outlived < 1 || outlived > 2 {
		t.Errorf("%d outlived, %v", outlived, err)
	}
	for _, field := range strings.Fields(string(out)) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
			t.Errorf("process %d is alive: %v", pid, err)
		}
	}
	if again, err := Sweep(nil, 0, time.Minute); again != 0 || err != nil {
		t.Errorf("a second sweep found %d, %v", again, err)
	}
}

func TestSweepReapsWhatEndsByItself(t *testing.T) {
	adopt(t)
	if err := exec.Command("sh", "-c", "setsid sleep 0.05 &").Run(); err != nil {
		t.Skip(err)
	}
	for range 1000 { // it is a stray only from its setsid on
		if outlived, err := Sweep(nil, time.Minute, time.Minute); outlived != 0 || err != nil {
			t.Fatalf("%d outlived, %v", outlived, err)
		}
		if !HasChildren() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("a child was left unreaped")
}

func TestHardware(t *testing.T) {
	if got := model("processor\t: 0\nmodel name\t: Some   CPU @ 2 GHz\n"); got != "Some CPU @ 2 GHz" {
		t.Errorf("model is %q", got)
	}
	if !hasFlag("flags\t: fpu hypervisor sse\n", "hypervisor") || hasFlag("flags\t: fpu\n", "hypervisor") {
		t.Error("flags were misread")
	}
	for text, want := range map[string]int64{"MemTotal:  2 kB\n": 2048, "MemTotal: x kB\n": 0, "": 0} {
		if got := total(text); got != want {
			t.Errorf("%q is %d B", text, got)
		}
	}
}

// TestTableWithAGap: with a process missing, or this one, strangers would be taken for strays.
func TestTableWithAGap(t *testing.T) {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Skip(err)
	}
	free, err := syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	syscall.Close(free)
	// One descriptor is left: for /proc, and none for what is in it.
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(free) + 1, Max: before.Max}); err != nil {
		t.Skip(err)
	}
	self, table, err := Table()
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err == nil || !strings.Contains(err.Error(), "too many open files") {
		t.Errorf("%+v, %d processes, %v", self, len(table), err)
	}
}
