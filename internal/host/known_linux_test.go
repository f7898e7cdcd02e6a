package host

import (
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestKnown: a child in another session is known, and one in this session needs not be; a sweep leaves both alone.
func TestKnown(t *testing.T) {
	if err := Adopt(); err != nil {
		t.Skip(err)
	}
	apart, near := exec.Command("sleep", "600"), exec.Command("sleep", "600")
	apart.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	for _, c := range []*exec.Cmd{apart, near} {
		if err := c.Start(); err != nil {
			t.Skip(err)
		}
		defer func() {
			_ = c.Process.Kill()
			_ = c.Wait()
		}()
	}
	known, err := Known()
	if err != nil || !known[apart.Process.Pid] || known[near.Process.Pid] || len(known) != 1 {
		t.Errorf("%v, %v; apart is %d, near %d", known, err, apart.Process.Pid, near.Process.Pid)
	}
	if outlived, err := Sweep(known, 0, time.Minute); outlived != 0 || err != nil {
		t.Errorf("%d outlived, %v", outlived, err)
	}
}
