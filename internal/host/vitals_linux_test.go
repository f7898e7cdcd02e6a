package host

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// under makes files below a root of its own.
func under(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestVitals(t *testing.T) {
	const cpu = "/sys/devices/system/cpu/"
	intel := map[string]string{
		cpu + "online": "0-3\n", cpu + "cpu0/cpufreq/scaling_governor": "powersave\n", cpu + "cpu1/cpufreq/scaling_governor": "performance\n",
		cpu + "cpu3/cpufreq/scaling_governor": "ondemand\n", // not usable
		cpu + "cpu0/cpufreq/scaling_driver":   "intel_pstate\n",
		cpu + "cpu0/cpufreq/scaling_min_freq": "800000\n", cpu + "cpu0/cpufreq/scaling_max_freq": "3600000\n",
		cpu + "intel_pstate/no_turbo": "0\n", cpu + "smt/active": "1\n",
		cpu + "cpu0/topology/thread_siblings_list": "0,2\n", cpu + "cpu1/topology/thread_siblings_list": "1,3\n", cpu + "cpu2/topology/thread_siblings_list": "0,2\n",
		cpu + "cpu0/thermal_throttle/core_throttle_count": "5\n", cpu + "cpu1/thermal_throttle/core_throttle_count": "7\n",
		"/sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
		"/proc/meminfo": "MemTotal: 8 kB\nSwapTotal:  1000 kB\nSwapFree: 400 kB\n", "/proc/loadavg": "0.25 0.5 1 1/100 7\n",
		"/proc/stat": "cpu 1\n", "/proc/self/cgroup": "0::/job\n",
		"/sys/fs/cgroup/job/cpu.max": "150000 100000\n", "/sys/fs/cgroup/job/memory.max": "max\n", "/sys/fs/cgroup/memory.max": "4096\n",
		"/sys/fs/cgroup/job/cpu.pressure": "some avg10=0.00 total=0\n",
	}
	p := func(n int64) *int64 { return &n }
	online, quota, load := 4, 1.5, 0.25
	want := Vitals{Online: &online, Allowed: 3, Quota: &quota, Grouped: true, Governor: "powersave, performance", Driver: "intel_pstate",
		Slowest: p(800e6), Fastest: p(3600e6), Boost: "on", BoostFile: cpu + "intel_pstate/no_turbo", SMT: "on", Siblings: 2, Clock: "tsc", Load: &load,
		Swap: p(1000 * 1024), Swapped: p(600 * 1024), MemoryLimit: p(4096), Hot: p(12), Pressure: "/sys/fs/cgroup/job/cpu.pressure", Stat: true}
	if got := vitalsUnder(under(t, intel), []int{0, 1, 2}); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := vitalsUnder(t.TempDir(), []int{0}); !reflect.DeepEqual(got, Vitals{Allowed: 1}) {
		t.Errorf("of no file: %+v", got)
	}
	amd := map[string]string{cpu + "cpufreq/boost": "0\n", cpu + "smt/active": "0\n", cpu + "online": "x", "/proc/self/cgroup": "4:memory:/a\n",
		"/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "9223372036854771712\n", "/proc/loadavg": "much", "/proc/meminfo": "SwapTotal: 0 kB\nSwapFree: 0 kB\n"}
	want = Vitals{Allowed: 1, Grouped: true, Boost: "off", BoostFile: cpu + "cpufreq/boost", SMT: "off", Swap: p(0), Swapped: p(0)}
	if got := vitalsUnder(under(t, amd), []int{0}); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestListed(t *testing.T) {
	for list, want := range map[string]int{"0-3": 4, "0": 1, "0-1,4,6-7\n": 5, "": 0, "x": 0, "3-1": 0, "0-99999999999": 0, "-": 0, "1,": 0} {
		if got := len(listed(list)); got != want {
			t.Errorf("%q has %d, want %d", list, got, want)
		}
	}
}

func TestNeighbours(t *testing.T) {
	self := Process{PID: 10, Name: "self"}
	before := []Process{{PID: 1, Name: "init", CPU: time.Minute}, self, {PID: 11, Parent: 10, Name: "ours"}, {PID: 20, Name: "quiet", CPU: time.Hour}, {PID: 21, Name: "busy", CPU: time.Second}}
	after := []Process{{PID: 1, Name: "init", CPU: time.Minute + tick/2}, self, {PID: 11, Parent: 10, Name: "ours", CPU: time.Second}, {PID: 20, Name: "quiet", CPU: time.Hour},
		{PID: 21, Name: "busy", CPU: 2 * time.Second}, {PID: 22, Name: "new", CPU: 500 * time.Millisecond, Reaped: time.Hour}}
	var told []string
	for _, n := range neighbours(self, before, after, time.Second) {
		told = append(told, n.Name)
	}
	if got := strings.Join(told, " "); got != "busy new" {
		t.Errorf("%s", got)
	}
}
