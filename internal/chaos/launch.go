//go:build linux

package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

// process starts the process of a round, and ends what it may leave.
func (d *driver) process(ctx context.Context, t task) (report, error) {
	var found report
	if err := os.MkdirAll(t.Dir, 0o700); err != nil {
		return found, err
	}
	text, err := json.Marshal(t)
	if err != nil {
		return found, err
	}
	c := exec.Command(host.Self())
	c.Env = append(os.Environ(), roundVariable+"="+string(text))
	c.Stderr = os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
	if t.Private {
		c.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
	}
	if err := d.start(c); err != nil {
		return found, err
	}
	ended := make(chan struct{})
	go d.watch(ctx, c.Process, ended)
	err = c.Wait()
	close(ended)
	d.forget(c.Process.Pid)
	if err != nil {
		return found, err
	}
	data, err := os.ReadFile(filepath.Join(t.Dir, resultFile))
	if err != nil {
		return found, err
	}
	return found, json.Unmarshal(data, &found)
}

func (d *driver) start(c *exec.Cmd) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := c.Start(); err != nil {
		return err
	}
	d.known[c.Process.Pid] = true
	return nil
}

// watch ends a round that is not wanted any longer. It clears up after itself, if it is given the time.
func (d *driver) watch(ctx context.Context, p *os.Process, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	_ = p.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		_ = p.Kill()
	}
}

// forget ends what became a child of the driver because its round ended before it.
func (d *driver) forget(pid int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.known, pid)
	for range 50 {
		self, table, err := host.Table()
		if err != nil {
			return
		}
		left := host.Strays(self, table, d.known)
		if len(left) == 0 {
			return
		}
		for _, p := range left {
			_ = syscall.Kill(p.PID, syscall.SIGKILL)
			_, _ = syscall.Wait4(p.PID, nil, syscall.WNOHANG, nil)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
