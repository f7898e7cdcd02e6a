package host

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// TestPenHome: the group must be found below where its part of the tree is mounted, and hold this process.
func TestPenHome(t *testing.T) {
	root := t.TempDir()
	home := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("cgroup.procs", "1\n"+strconv.Itoa(os.Getpid())+"\n")
	mount := func(top string) string {
		return "30 23 0:27 / /proc rw - proc proc rw\n31 23 0:28 " + top + " " + root + " rw,relatime shared:9 - cgroup2 cgroup2 rw\n"
	}
	for _, c := range []struct{ mounts, cgroups, want string }{
		{mount("/"), "3:cpu:/x\n0::/a/b\n", home},
		{mount("/pod"), "0::/pod/a/b\n", home},
		{mount("/pod"), "0::/a/b\n", ""},     // of another namespace
		{mount("/"), "0::/a\n", ""},          // there, but not ours
		{mount("/"), "3:cpu:/a/b\n", ""},     // version 1 only
		{"", "0::/a/b\n", ""},                // not mounted
		{"31 23 -\n- cgroup2\n", "0::/", ""}, // nonsense
	} {
		if got := penHome(c.mounts, c.cgroups); got != c.want {
			t.Errorf("%q in %q is %q, want %q", c.cgroups, c.mounts, got, c.want)
		}
	}
	if !unlimited(home) {
		t.Error("a group without limits")
	}
	for name, text := range map[string]string{"cpu.max": "200000 100000\n", "memory.max": "1073741824\n", "cgroup.subtree_control": "cpu\n"} {
		write(name, text)
		if unlimited(home) {
			t.Errorf("with %s = %s programs would see other limits than in a run without", name, text)
		}
		if err := os.Remove(filepath.Join(home, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("cpu.max", "max 100000\n")
	if !unlimited(home) {
		t.Error("a group whose limit is none")
	}
}

// TestPen: what is started in it stays in it, whatever it does, and ends with it.
func TestPen(t *testing.T) {
	p := newPen()
	if p == nil {
		t.Skip("no cgroup can be made here")
	}
	if _, err := os.Lstat(p.dir); !os.IsNotExist(err) {
		t.Errorf("it is there before the warden can know of it: %v", err)
	}
	if !p.make() {
		t.Skip("no cgroup can be made here")
	}
	defer p.remove(time.Second)
	c := exec.Command("sh", "-c", "env -i setsid sleep 600 & wait")
	c.SysProcAttr = &syscall.SysProcAttr{}
	if !p.admit(c.SysProcAttr) {
		t.Fatal("it admits nobody")
	}
	if err := c.Start(); err != nil {
		t.Skip(err)
	}
	for begin := time.Now(); len(p.members()) != 2 && time.Since(begin) < time.Minute; {
		time.Sleep(time.Millisecond)
	}
	if in := p.members(); len(in) != 2 || !in[c.Process.Pid] {
		t.Errorf("in it are %v", in)
	}
	for begin := time.Now(); len(p.members()) > 0 && time.Since(begin) < time.Minute; {
		p.kill()
		for pid := range p.members() { // where it cannot be done at once
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	_ = c.Wait()
	p.remove(time.Second)
	if _, err := os.Stat(p.dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", p.dir, err)
	}
}

// TestForkWithoutPen: where a process cannot be started in the cgroup, it is started all the same.
func TestForkWithoutPen(t *testing.T) {
	file, err := os.Open(t.TempDir()) // no cgroup
	if err != nil {
		t.Fatal(err)
	}
	w := &warden{pen: &pen{file: file}, run: left{Run: "x"}}
	if w.notes, err = newNotes(); err != nil {
		t.Skip(err)
	}
	guarding.Store(w)
	defer guarding.Store(nil)
	path, err := LookPath("sleep")
	if err != nil {
		t.Skip(err)
	}
	c, err := Start(path, []string{"sleep", "0"}, &syscall.ProcAttr{Sys: OfOwn()})
	if err != nil {
		t.Fatal(err)
	}
	<-c.Ended
	if c.Status != 0 || !w.pen.off.Load() || len(w.run.Groups) != 1 {
		t.Errorf("status %v, off %v, groups %v", c.Status, w.pen.off.Load(), w.run.Groups)
	}
	if _, err := Start("/nowhere", []string{"x"}, &syscall.ProcAttr{Sys: OfOwn()}); err != syscall.ENOENT {
		t.Errorf("a missing program: %v", err)
	}
	forgetGroups()
	if len(w.run.Groups) != 0 {
		t.Errorf("the group of who has ended is kept: %v", w.run.Groups)
	}
}

func TestHolds(t *testing.T) {
	l := left{Run: "abc"}
	for environ, want := range map[string]bool{
		"RUNNER_RUN=abc\x00A=b\x00": true, "A=b\x00RUNNER_RUN=abc\x00": true,
		"": false, "A=RUNNER_RUN=abc\x00": false, "RUNNER_RUN=abcd\x00": false, "XRUNNER_RUN=abc\x00": false, "RUNNER_RUN=\x00": false,
	} {
		if l.holds(environ) != want {
			t.Errorf("%q: want %v", environ, want)
		}
	}
}
