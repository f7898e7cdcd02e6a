package host

import (
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Cores is the number of usable cores: the least of online, this process's affinity, and the cgroup quota rounded up;
// at least 1.
func Cores() int {
	n := len(CPUs())
	if q := quota(); q > 0 {
		n = min(n, int(math.Ceil(q)))
	}
	return max(n, 1)
}

// quotaOf is the smallest CPU quota, in cores, of the cgroups that this process is in and of their parents; 0: none.
// cgroups is the text of /proc/self/cgroup, file reads a file by its path below /sys/fs/cgroup.
func quotaOf(cgroups string, file func(path string) string) float64 {
	least := 0.0
	for _, g := range groupsOf(cgroups) {
		limit := "" // "quota period"
		if g.second {
			limit = file(path.Join(g.dir, "cpu.max"))
		} else {
			limit = file(path.Join(g.dir, "cpu.cfs_quota_us")) + " " + file(path.Join(g.dir, "cpu.cfs_period_us"))
		}
		if q := parseQuota(limit); q > 0 && (least == 0 || q < least) {
			least = q
		}
	}
	return least
}

// cgroup is a group that limits the CPU time of this process.
type cgroup struct {
	dir    string // below /sys/fs/cgroup
	second bool   // version 2
}

// groupsOf reads /proc/self/cgroup: each group that this process is in, followed by the parents of that.
func groupsOf(cgroups string) (all []cgroup) {
	for line := range strings.Lines(cgroups) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		top, second := "/", fields[1] == ""
		if !second {
			if !slices.Contains(strings.Split(fields[1], ","), "cpu") {
				continue
			}
			top = "/cpu"
		}
		for group := path.Join("/", fields[2]); ; group = path.Dir(group) {
			all = append(all, cgroup{path.Join(top, group), second})
			if group == "/" {
				break
			}
		}
	}
	return all
}

// parseQuota reads "200000 100000" as 2 cores; "max 100000" and "-1 100000" as 0.
func parseQuota(text string) float64 {
	f := strings.Fields(text)
	if len(f) != 2 {
		return 0
	}
	quota, err1 := strconv.ParseFloat(f[0], 64)
	period, err2 := strconv.ParseFloat(f[1], 64)
	if err1 != nil || err2 != nil || !(quota > 0) || !(period > 0) || math.IsInf(quota/period, 0) {
		return 0
	}
	return quota / period
}
