package spec

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// form is a regular expression that is compiled when it is first needed: every process of this program pays for what is
// made at its start, and most of them are workers, which read no spec.
type form struct {
	text string
	once sync.Once
	made *regexp.Regexp
}

// find is the match and its groups, nil if there is none.
func (f *form) find(s string) []string {
	f.once.Do(func() { f.made = regexp.MustCompile(f.text) })
	return f.made.FindStringSubmatch(s)
}

func (f *form) matches(s string) bool { return f.find(s) != nil }

var sizePattern = form{text: `^([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]+)$`}

var sizeUnits = map[string]float64{
	"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}

// parseSize reads a size such as 64KiB or 1.5MB, in bytes.
func parseSize(text string) (int, error) {
	m := sizePattern.find(text)
	if m == nil {
		return 0, fmt.Errorf("%q is not a size", shorten(text))
	}
	unit, known := sizeUnits[m[2]]
	if !known {
		return 0, fmt.Errorf("%q is not a unit of size", m[2])
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil || f*unit >= 1<<62 {
		return 0, fmt.Errorf("%q is too large", shorten(text))
	}
	if n := f * unit; n == math.Trunc(n) {
		return int(n), nil
	}
	return 0, fmt.Errorf("%q is not a whole number of bytes", text)
}

// parseDuration reads a duration such as 200ms or 1m30s that is longer than zero.
func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration", shorten(text))
	}
	if d <= 0 {
		return 0, fmt.Errorf("%s is not longer than zero", text)
	}
	return d, nil
}

// parsePercent reads 2% as 0.02, and a bare number as it is.
func parsePercent(v *value) (float64, bool) {
	var f float64
	switch {
	case v.is(isFloat):
		f = v.data.(float64)
	case v.is(isText) && strings.HasSuffix(v.text, "%"):
		p, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(v.text, "%")), 64)
		if err != nil {
			return 0, false
		}
		f = p / 100
	default:
		return 0, false
	}
	return f, f > 0 && f < 1
}

var rangePattern = form{text: `^(-?[0-9]+|cores)\.\.(-?[0-9]+|cores)$`}

// parseRange reads 1..4 or 1..cores, both ends included.
func parseRange(text string, cores int) (from, to int, ok bool) {
	m := rangePattern.find(text)
	if m == nil {
		return 0, 0, false
	}
	ends := [2]int{}
	for i, s := range m[1:] {
		if s == "cores" {
			ends[i] = cores
			continue
		}
		n, err := strconv.Atoi(s)
		if err != nil || n > 1<<40 || n < -1<<40 {
			return 0, 0, false
		}
		ends[i] = n
	}
	return ends[0], ends[1], true
}

var (
	namePattern  = form{text: `^[A-Za-z0-9][A-Za-z0-9_.-]*$`}
	identPattern = form{text: `^[A-Za-z_][A-Za-z0-9_]*$`}
)
