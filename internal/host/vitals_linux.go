package host

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

const cpuDir = "/sys/devices/system/cpu/"

// VitalsNow reads them from /proc and /sys.
func VitalsNow() Vitals { return vitalsUnder("/", CPUs()) }

// vitalsUnder reads them below a directory that stands for the root.
func vitalsUnder(root string, cpus []int) Vitals {
	file := func(name string) string { return strings.TrimSpace(read(path.Join(root, name))) }
	cgroups := file("/proc/self/cgroup")
	v := Vitals{
		Allowed: len(cpus), Online: counted(file(cpuDir + "online")), Grouped: cgroups != "",
		Governor: cpuFacts(file, cpus, "cpufreq/scaling_governor"), Driver: cpuFacts(file, cpus, "cpufreq/scaling_driver"),
		Clock: file("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
		Stat:  file("/proc/stat") != "", Pressure: sourcesOf(cgroups, cpus, file).pressure,
		Hot: heat(root),
	}
	if q := quotaOf(cgroups, func(name string) string { return file("/sys/fs/cgroup" + name) }); q > 0 {
		v.Quota = &q
	}
	v.MemoryLimit = memoryLimit(cgroups, file)
	v.Slowest, v.Fastest = frequencies(file, cpus)
	v.Boost, v.BoostFile = boost(file)
	v.SMT, v.Siblings = smt(file, cpus)
	v.Swap, v.Swapped = swap(file("/proc/meminfo"))
	if load, err := strconv.ParseFloat(first(file("/proc/loadavg")), 64); err == nil {
		v.Load = &load
	}
	return v
}

func first(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// counted reads a list such as "0-3,8" as its length; nil if it is none.
func counted(list string) *int {
	n := len(listed(list))
	if n == 0 {
		return nil
	}
	return &n
}

// listed reads "0-3,8". What makes no sense, or would be larger than any machine, is nil.
func listed(list string) (all []int) {
	for part := range strings.SplitSeq(strings.TrimSpace(list), ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, err1 := strconv.Atoi(from)
		b, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || a < 0 || b < a || b > 1<<16 {
			return nil
		}
		for i := a; i <= b; i++ {
			all = append(all, i)
		}
	}
	return all
}

// cpuFacts are the different texts of a file of the usable cores.
func cpuFacts(file func(string) string, cpus []int, name string) string {
	var all []string
	for _, c := range cpus {
		if text := file(cpuDir + "cpu" + strconv.Itoa(c) + "/" + name); text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, ", ")
}

// frequencies are the least and the greatest of what governors may choose.
func frequencies(file func(string) string, cpus []int) (slowest, fastest *int64) {
	low, high := int64(math.MaxInt64), int64(0)
	for _, c := range cpus {
		dir := cpuDir + "cpu" + strconv.Itoa(c) + "/cpufreq/"
		least, most := number(file(dir+"scaling_min_freq"))*1000, number(file(dir+"scaling_max_freq"))*1000
		if least > 0 && most >= least {
			low, high = min(low, least), max(high, most)
		}
	}
	if high == 0 {
		return nil, nil
	}
	return &low, &high
}

func boost(file func(string) string) (state, where string) {
	const intel, other = cpuDir + "intel_pstate/no_turbo", cpuDir + "cpufreq/boost"
	switch no, yes := file(intel), file(other); {
	case no == "0" || yes == "1" && no == "":
		state = "on"
	case no == "1" || yes == "0":
		state = "off"
	}
	switch {
	case state == "":
		return "", ""
	case file(intel) != "":
		return state, intel
	}
	return state, other
}

func smt(file func(string) string, cpus []int) (state string, siblings int) {
	switch file(cpuDir + "smt/active") {
	case "1":
		state = "on"
	case "0":
		state = "off"
	}
	for _, c := range cpus {
		mine := listed(file(cpuDir + "cpu" + strconv.Itoa(c) + "/topology/thread_siblings_list"))
		if slices.ContainsFunc(mine, func(other int) bool { return other != c && slices.Contains(cpus, other) }) {
			siblings++
		}
	}
	return state, siblings
}

func swap(meminfo string) (total, used *int64) {
	all, free := field(meminfo, "SwapTotal"), field(meminfo, "SwapFree")
	if all == "" || free == "" {
		return nil, nil
	}
	there, left := kibibytes(all), kibibytes(free)
	taken := max(there-left, 0)
	return &there, &taken
}

// heat sums the counts of the cores; a package counts once for each of its cores.
func heat(root string) *int64 {
	cpus, _ := os.ReadDir(path.Join(root, cpuDir))
	sum, found := int64(0), false
	for _, cpu := range cpus {
		if numbered, _ := path.Match("cpu[0-9]*", cpu.Name()); !numbered {
			continue
		}
		text, err := os.ReadFile(path.Join(root, cpuDir, cpu.Name(), "thermal_throttle", "core_throttle_count"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil
		}
		sum, found = sum+number(string(text)), true
	}
	if !found {
		return nil
	}
	return &sum
}

// memoryLimit is the least of the limits of the groups that this process is in, in both versions of cgroups.
func memoryLimit(cgroups string, file func(string) string) *int64 {
	least := int64(0)
	for line := range strings.Lines(cgroups) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		top, name := "/sys/fs/cgroup", "memory.max"
		if fields[1] != "" {
			if !slices.Contains(strings.Split(fields[1], ","), "memory") {
				continue
			}
			top, name = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		}
		for group := path.Join("/", fields[2]); ; group = path.Dir(group) {
			if n := number(file(path.Join(top, group, name))); n > 0 && n < 1<<60 && (least == 0 || n < least) { // no limit is a huge one in version 1
				least = n
			}
			if group == "/" {
				break
			}
		}
	}
	if least == 0 {
		return nil
	}
	return &least
}
