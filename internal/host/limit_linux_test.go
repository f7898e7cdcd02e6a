package host

import (
	"bufio"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// inSession starts a shell in a session of its own, and waits for its first line.
func inSession(t testing.TB, script string) *exec.Cmd {
	t.Helper()
	c := exec.Command("/bin/sh", "-c", script)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		_ = c.Wait()
		_, _ = Sweep(nil, 0, 5*time.Second)
	})
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestLoadOf counts what is below this process in another session, whoever started it, and nothing else.
func TestLoadOf(t *testing.T) {
	if err := Adopt(); err != nil {
		t.Fatal(err)
	}
	other := inSession(t, "sleep 60 & echo; wait")
	same := exec.Command("sleep", "60") // in the session of this process
	if err := same.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = same.Process.Kill(), same.Wait() }()
	known := map[int]bool{other.Process.Pid: true}
	inSession(t, "sleep 60 & (setsid sh -c 'sleep 60 & echo; wait' &) ; wait") // four: two of them adopted
	starting := func(p member) bool { return p.ended || p.resident == 0 }
	for range 1000 { // the shell between them ends in its own time, and so does its parent hear of it
		if all, _ := treeOfTable(known, 100); len(all) == 4 && !slices.ContainsFunc(all, starting) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	for name, look := range map[string]func() ([]member, error){
		"by children": func() ([]member, error) { return tree(known, 100) },
		"by table":    func() ([]member, error) { return treeOfTable(known, 100) },
	} {
		all, err := look()
		for _, p := range all {
			if resident(p) <= 0 || p.threads != 1 || p.ended {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if err != nil || len(all) != 4 {
			t.Errorf("%s: %d processes, %v: %+v", name, len(all), err, all)
		}
	}
	exact, err := LoadOf(known, 1, 100)
	if err != nil || exact.Processes != 4 || exact.Memory <= 0 {
		t.Errorf("%+v, %v", exact, err)
	}
	all, err := tree(known, 100)
	if all := sum(all, resident); err != nil || all <= exact.Memory {
		t.Errorf("shells share pages, and %d B resident are not more than %d B: %v", all, exact.Memory, err)
	}
	if few, err := LoadOf(known, 0, 2); err != nil || few.Processes != 2 {
		t.Errorf("%+v, %v", few, err)
	}
}

func TestExpendable(t *testing.T) {
	c := inSession(t, "echo; sleep 60")
	before := read("/proc/self/oom_score_adj")
	Expendable(c.Process.Pid)
	if got := read("/proc/" + strconv.Itoa(c.Process.Pid) + "/oom_score_adj"); got != "500\n" {
		t.Errorf("score %q", got)
	}
	if read("/proc/self/oom_score_adj") != before {
		t.Error("this process has another score")
	}
	Expendable(1 << 30) // there is none
}

func BenchmarkLoadOf(b *testing.B) {
	inSession(b, "for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; echo; wait")
	for b.Loop() {
		if _, err := LoadOf(nil, 1<<40, 1000); err != nil {
			b.Fatal(err)
		}
	}
}
