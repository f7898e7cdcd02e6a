package host

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestEnvironment(t *testing.T) {
	m := Environment()
	if m.OS != runtime.GOOS || m.Arch != runtime.GOARCH || m.Cores < 1 || m.Kernel == "" || len(m.HostHash) != 12 {
		t.Errorf("machine is %+v", m)
	}
	if name, err := os.Hostname(); err == nil && strings.Contains(m.HostHash, name) {
		t.Errorf("the hash %q shows the name", m.HostHash)
	}
	if !strings.HasPrefix(runtime.Version(), "go"+m.Go) {
		t.Errorf("Go version is %q", m.Go)
	}
	if runtime.GOOS == "linux" && m.Memory <= 0 {
		t.Errorf("memory is %d", m.Memory)
	}
	if m != Environment() {
		t.Error("a second look was different")
	}
}

func TestQuota(t *testing.T) {
	for text, want := range map[string]float64{
		"max 100000\n": 0, "200000 100000\n": 2, "50000 100000": 0.5, "": 0, "x y": 0, "-1 100000": 0, "1 0": 0, "NaN 1": 0, "1 2 3": 0,
	} {
		if got := parseQuota(text); got != want {
			t.Errorf("%q is %v cores, want %v", text, got, want)
		}
	}
	files := map[string]string{
		"/cpu.max": "", "/a/cpu.max": "150000 100000\n", "/a/b/cpu.max": "400000 100000\n", "/a/b/c/cpu.max": "max 100000\n",
		"/cpu/cpu.cfs_quota_us": "-1\n", "/cpu/cpu.cfs_period_us": "100000\n", // version 1
		"/cpu/d/cpu.cfs_quota_us": "250000\n", "/cpu/d/cpu.cfs_period_us": "100000\n",
	}
	read := func(path string) string { return files[path] }
	for cgroups, want := range map[string]float64{
		"0::/\n": 0, "0::/a\n": 1.5, "0::/a/b\n": 1.5, "0::/a/b/c\n": 1.5, "0::/x\n": 0, "0::\n": 0, "0::rel\n": 0, "": 0, "x": 0,
		"9:memory:/d\n4:cpu,cpuacct:/d/e\n0::/\n": 2.5, "4:cpuacct,cpu:/\n": 0, "4:cpuset:/d\n": 0, "4:cpu:/d\n0::/a\n": 1.5,
	} {
		if got := quotaOf(cgroups, read); got != want {
			t.Errorf("cgroups %q give %v cores, want %v", cgroups, got, want)
		}
	}
}

func TestCores(t *testing.T) {
	if n := Cores(); n < 1 || n > max(len(CPUs()), 1) || n > runtime.NumCPU() {
		t.Errorf("%d cores of %v", n, CPUs())
	}
}

func TestParallelism(t *testing.T) {
	fake := func(counts map[int][]float64) func(int) float64 {
		return func(threads int) float64 {
			c := counts[threads][0]
			counts[threads] = counts[threads][1:]
			return c
		}
	}
	for _, c := range []struct {
		one, four []float64
		want      float64
	}{
		{[]float64{10, 10, 10, 10, 10}, []float64{39, 40, 39, 39, 38}, 3.9},
		{[]float64{4, 10, 5, 3, 4}, []float64{39, 38, 39, 12, 39}, 3.9}, // disturbed
		{[]float64{9, 8, 7, 9, 8}, []float64{40, 40, 40, 40, 40}, 4},    // no more than there are
	} {
		got, err := parallelism(context.Background(), 4, fake(map[int][]float64{1: c.one, 4: c.four}))
		if err != nil || got != c.want {
			t.Errorf("parallelism is %v, %v, want %v", got, err, c.want)
		}
	}
	if _, err := parallelism(context.Background(), 2, func(int) float64 { return 0 }); err == nil {
		t.Error("nothing was counted, and it gave a number")
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Parallelism(stopped, 2); err == nil {
		t.Error("it measured although it was stopped")
	}
	if got := count(2, time.Millisecond); got <= 0 {
		t.Errorf("two threads counted to %v", got)
	}
}

func TestClocks(t *testing.T) {
	before := Monotonic()
	if after := Monotonic(); before <= 0 || after < before {
		t.Errorf("the clock went from %v to %v", before, after)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := ThreadCPU()
	spin(20 * time.Millisecond)
	if used := ThreadCPU() - start; used <= 0 {
		t.Errorf("spinning used %v", used)
	}
}

func TestUsage(t *testing.T) {
	before := UsageNow()
	spin(30 * time.Millisecond)
	if u := UsageNow().Since(before); u.User+u.System <= 0 || u.User < 0 || u.MinorFaults < 0 {
		t.Errorf("spinning used %+v", u)
	}
	if p := Peak(); p < 1<<20 {
		t.Errorf("the peak of a Go program is %d B", p)
	}
}

func TestStrays(t *testing.T) {
	self := Process{PID: 10, Session: 1}
	table := []Process{
		self,
		{PID: 11, Parent: 10, Session: 1},  // started by ourselves
		{PID: 12, Parent: 10, Session: 12}, // adopted
		{PID: 13, Parent: 10, Session: 13}, // adopted earlier
		{PID: 14, Parent: 12, Session: 12}, // will be, once 12 has ended
	}
	got := Strays(self, table, map[int]bool{13: true})
	if len(got) != 1 || got[0].PID != 12 {
		t.Errorf("strays are %+v", got)
	}
}
