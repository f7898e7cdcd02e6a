package host

import (
	"os/exec"
	"slices"
	"syscall"
	"testing"
)

// A number of a session that was given away again is a stranger's: the warden leaves it alone.
func TestTheWardenSparesStrangers(t *testing.T) {
	leader := exec.Command("sleep", "600")
	leader.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := leader.Start(); err != nil {
		t.Skip(err)
	}
	defer func() {
		_ = leader.Process.Kill()
		_ = leader.Wait()
	}()
	pid := leader.Process.Pid
	is := began(pid)
	if is == 0 {
		t.Fatal("the start of a process is not told")
	}
	for _, test := range []struct {
		began uint64
		found bool
	}{{is, true}, {0, true}, {is - 1, false}} {
		run := left{Run: "none", Groups: []group{{pid, test.began}}}
		if found := slices.ContainsFunc(run.processes(), func(p Process) bool { return p.PID == pid }); found != test.found {
			t.Errorf("noted as begun at %d, begun at %d: found %v", test.began, is, found)
		}
	}
}
