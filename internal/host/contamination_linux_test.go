package host

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// TestSources: our own group's pressure goes before the system's, and the limits of all groups that we are in count.
func TestSources(t *testing.T) {
	files := map[string]string{"/proc/pressure/cpu": "some total=1\n", "/proc/stat": "cpu3 1 0 0 0 0 0 0 2 0\n", "/proc/vmstat": "pswpin 2\npswpout 3\n"}
	file := func(path string) string { return files[path] }
	second := "0::/user.slice/app.scope\n"
	if s := sourcesOf(second, []int{3}, file); s.pressure != "/proc/pressure/cpu" || s.throttle != nil || !s.cpus["cpu3"] || len(s.cpus) != 1 {
		t.Errorf("%+v", s)
	}
	files["/sys/fs/cgroup/user.slice/cpu.pressure"] = "some total=2\n"
	files["/sys/fs/cgroup/cpu.pressure"] = "some total=3\n"
	files["/sys/fs/cgroup/user.slice/app.scope/cpu.stat"] = "usage_usec 5\n"
	files["/sys/fs/cgroup/user.slice/cpu.stat"] = "nr_throttled 1\nthrottled_usec 4\n"
	s := sourcesOf(second, []int{3}, file)
	if s.pressure != "/sys/fs/cgroup/user.slice/cpu.pressure" || len(s.throttle) != 2 {
		t.Errorf("%+v", s)
	}
	c := countersOf(s, file)
	c.At = 0
	if want := (Counters{Waited: 2 * time.Microsecond, Busy: tick, Stolen: 2 * tick, Throttled: 4 * time.Microsecond, Swapped: 5 * int64(os.Getpagesize())}); c != want {
		t.Errorf("%+v", c)
	}
	files["/sys/fs/cgroup/cpu/job/cpu.stat"] = "throttled_time 9\n"
	first := sourcesOf("4:memory:/x\n2:cpu,cpuacct:/job\n1:cpuset:/y\n", []int{3}, file)
	if !slices.Equal(first.throttle, []string{"/sys/fs/cgroup/cpu/job/cpu.stat"}) || first.pressure != "/proc/pressure/cpu" {
		t.Errorf("%+v", first)
	}
	none := func(string) string { return "" }
	if c := countersOf(sourcesOf("", nil, none), none); c != (Counters{At: c.At}) {
		t.Errorf("without any file: %+v", c)
	}
}

// TestOurs: the CPU time of a child counts while it lives, and once it has been waited for.
func TestOurs(t *testing.T) {
	const much = 100 * time.Millisecond
	before, known := ours()
	if !known {
		t.Skip("/proc does not show processes")
	}
	child := exec.Command("sh", "-c", "while :; do :; done")
	if err := child.Start(); err != nil {
		t.Skip(err)
	}
	var alive, own time.Duration
	for begin := time.Now(); alive-own < much && time.Since(begin) < time.Minute; time.Sleep(time.Millisecond) {
		alive, _ = ours()
		self := UsageNow()
		own = self.User + self.System
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	after, _ := ours()
	if alive-before < much || alive-own < much {
		t.Errorf("a living child: from %v to %v, %v of it our own", before, alive, own)
	}
	if after < alive-2*tick {
		t.Errorf("it ended: from %v to %v", alive, after)
	}
}

func TestDescendants(t *testing.T) {
	table := []Process{{PID: 1}, {PID: 2, Parent: 1}, {PID: 3, Parent: 2}, {PID: 4, Parent: 3}, {PID: 5, Parent: 1}, {PID: 6, Parent: 6}, {PID: 2, Parent: 4}}
	var found []int
	for _, p := range Descendants(Process{PID: 2}, table) {
		found = append(found, p.PID)
	}
	if !slices.Equal(found, []int{3, 4, 2}) {
		t.Errorf("%v", found)
	}
}

// TestWatchHere: whatever happens on this machine, watching it works, and counters do not go back.
func TestWatchHere(t *testing.T) {
	w := NewMonitor()
	before := Count()
	text := w.Trial()(1)
	after := Count()
	if after.At <= before.At || after.Busy < before.Busy || after.Ours < before.Ours || after.Waited < before.Waited {
		t.Errorf("from %+v to %+v (%s)", before, after, text)
	}
	if read("/proc/stat") != "" && after.Busy == 0 {
		t.Errorf("nothing is known to have run: %+v", after)
	}
}

func BenchmarkCount(b *testing.B) {
	for b.Loop() {
		Count()
	}
}
