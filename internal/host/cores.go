package host

import (
	"math"
	"path"
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

// quotaOf is the smallest cpu.max, in cores, of a cgroup v2 and its parents; 0: none. group is the path in the
// hierarchy ("/a/b"), file reads a file of it.
func quotaOf(group string, file func(path string) string) float64 {
	least := 0.0
	for {
		if q := parseQuota(file(path.Join(group, "cpu.max"))); q > 0 && (least == 0 || q < least) {
			least = q
		}
		if group == "/" || group == "." || group == "" {
			return least
		}
		group = path.Dir(group)
	}
}

// parseQuota reads "200000 100000" as 2 cores and "max 100000" as 0.
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
