package results

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestHostNames(t *testing.T) {
	for _, good := range []string{"a", "node-1.lab", "Größe", "a b", strings.Repeat("x", 253), "'; DROP TABLE runs; --"} {
		if err := ValidHost(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", " ", " a", "a\n", "a\x00b", "\x1b[31m", "a\u202eb", "\ufeffa", "\xff", strings.Repeat("x", 254), "a\u2028"} {
		if err := ValidHost(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if err := ValidHosts([]Host{{Name: "a"}, {Name: "b"}, {Name: "a"}}); err == nil || err.Error() != "host a is there twice" {
		t.Error(err)
	}
	for _, c := range []Calibration{{}, {When: Begin, Median: -1}, {When: End, N: -1}, {When: End, Spread: math.NaN()}, {When: End, Spread: math.Inf(1)}, {When: End, Spread: -1}} {
		if ValidHosts([]Host{{Name: "a", Calibrations: []Calibration{c}}}) == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

func TestHostOfAWorker(t *testing.T) {
	for _, c := range []struct {
		hosts  []string
		worker int
		want   string
	}{{nil, 0, ""}, {[]string{"a"}, 0, "a"}, {[]string{"a"}, 7, "a"}, {[]string{"a", "b"}, 1, "b"}, {[]string{"a", "b"}, 2, ""}, {[]string{"a", "b"}, -1, ""}} {
		if got := (&Trial{Hosts: c.hosts}).HostOf(c.worker); got != c.want {
			t.Errorf("%v, worker %d: %q", c.hosts, c.worker, got)
		}
	}
}

func TestDrift(t *testing.T) {
	at := func(when string, d time.Duration) Calibration { return Calibration{When: when, Median: d, N: 1} }
	for _, c := range []struct {
		all  []Calibration
		want float64
	}{
		{[]Calibration{at(Begin, 100), at(End, 110)}, 0.1},
		{[]Calibration{at(Begin, 100), at(End, 150), at(Begin, 200), at(End, 90)}, -0.1}, // it joined twice
	} {
		if d := (&Host{Calibrations: c.all}).Drift(); d == nil || math.Abs(*d-c.want) > 1e-9 {
			t.Errorf("%v: %v", c.all, d)
		}
	}
	for _, all := range [][]Calibration{nil, {at(Begin, 1)}, {at(End, 1)}, {at(Begin, 0), at(End, 1)}, {at(Begin, 1), {When: End, Median: 1}}} {
		if d := (&Host{Calibrations: all}).Drift(); d != nil {
			t.Errorf("%v: %v", all, *d)
		}
	}
}

func TestHostDifferences(t *testing.T) {
	on := func(e Environment, names ...string) (r Run) {
		r.Environment = Environment{OS: "linux", CPU: "own", Cores: 2}
		for _, n := range names {
			r.Hosts = append(r.Hosts, Host{Name: n, Version: "1", Environment: e})
		}
		return r
	}
	x, y := Environment{OS: "linux", CPU: "x", Cores: 8, Kernel: "6.1"}, Environment{OS: "linux", CPU: "y", Cores: 8, Kernel: "6.1"}
	patched := x
	patched.Kernel = "6.2"
	for _, c := range []struct {
		name    string
		was, is Run
		want    []string
		machine bool
	}{
		{"none", on(x), on(x), nil, false},
		{"the same", on(x, "a", "b"), on(x, "b", "a"), nil, false},
		{"others of that make", on(x, "a"), on(x, "b"), []string{"hosts: a, now b"}, false},
		{"another make", on(x, "a"), on(y, "b"), []string{"hosts: a, now b", "host b: no machine like it, now y, 8 cores, linux"}, true},
		{"changed", on(x, "a"), on(y, "a"), []string{"host a: processor: x, now y"}, true},
		{"patched", on(x, "a"), on(patched, "a"), []string{"host a: kernel: 6.1, now 6.2"}, false},
		{"new to it", on(x), on(x, "a"), []string{"hosts: runner's own machine, now a", "host a: no machine like it, now x, 8 cores, linux"}, true},
		{"given up", on(x, "a"), on(x), []string{"hosts: a, now runner's own machine"}, false},
		{"many", on(x, "a"), on(x, strings.Split("abcdefghijk", "")...), []string{"hosts: a, now a, b, c, d, e, f, g, h, and 3 more"}, false},
	} {
		var got []string
		machine := false
		for _, d := range HostDifferences(c.was, c.is) {
			got = append(got, d.String())
			machine = machine || d.Machine
		}
		if strings.Join(got, "; ") != strings.Join(c.want, "; ") || machine != c.machine {
			t.Errorf("%s: %q, another machine: %v", c.name, got, machine)
		}
	}
}
