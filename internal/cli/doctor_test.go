package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/host"
	"bench/runner/reports"
)

func at[T any](v T) *T { return &v }

// fit is a machine with nothing to complain of.
func fit() *examined {
	same := []float64{1, 1.001, 1.002, 1, 1.001, 1.002, 1, 1.001, 1.002, 1}
	return &examined{
		machine: host.Machine{OS: "linux", Arch: "amd64", Cores: 4, Go: "1.26.0"},
		vitals: host.Vitals{Online: at(4), Allowed: 4, Grouped: true, Governor: "performance", Driver: "intel_pstate", Slowest: at(int64(800e6)), Fastest: at(int64(3600e6)),
			Boost: "off", BoostFile: "/sys/devices/system/cpu/intel_pstate/no_turbo", SMT: "off", Clock: "tsc", Load: at(0.1), Swap: at(int64(1 << 30)), Swapped: at(int64(0)),
			Hot: at(int64(0)), Pressure: "/proc/pressure/cpu", Stat: true},
		others: at(0.01), parallelism: at(3.95), first: same, second: same, steal: at(0.0), reading: 40 * time.Nanosecond, runtimes: []string{"python 3.12.1"},
	}
}

func states(all []reports.Finding) (out []string) {
	for _, f := range all {
		if f.State != reports.OK {
			out = append(out, string(f.State)+" "+f.Name+": "+f.Fact+" | "+f.Try)
		}
	}
	return out
}

func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*examined)
		want   string // begins the only finding that is not ok; "": there is none
		tells  string
	}{
		"fit":            {func(*examined) {}, "", ""},
		"quota":          {func(e *examined) { e.vitals.Quota = at(1.5) }, "warn cores", "a quota of 1.5"},
		"large quota":    {func(e *examined) { e.vitals.Quota = at(4.0) }, "", ""},
		"online unknown": {func(e *examined) { e.vitals.Online = nil }, "unknown cores", ""},
		"shared cores":   {func(e *examined) { e.parallelism = at(2.1) }, "warn parallelism", "2.10 on 4 cores"},
		"no probe":       {func(e *examined) { e.parallelism = nil }, "unknown parallelism", ""},
		"biased":         {func(e *examined) { e.second = []float64{1.03, 1.03, 1.03} }, "warn noise floor", "differs by 2.9 %"},
		"spread":         {func(e *examined) { e.first = []float64{1, 1, 1.2, 1.2, 1.1}; e.second = e.first }, "warn noise floor", "within 18.2 %"},
		"no trial":       {func(e *examined) { e.first, e.second, e.silent = nil, nil, "no room" }, "unknown noise floor", "no room"},
		"a neighbour": {func(e *examined) {
			e.others = at(0.97)
			e.neighbours = []host.Neighbour{{PID: 7, Name: "sh", Cores: 0.95}}
		}, "warn other programs", "0.97 cores: sh (7) 0.95; end them, or measure when they rest | ps -fp 7"},
		"one out of sight": {func(e *examined) { e.others = at(0.97) }, "warn other programs", "hidden"},
		"others unknown":   {func(e *examined) { e.others = nil }, "unknown other programs", ""},
		"load":             {func(e *examined) { e.vitals.Load = at(2.1) }, "warn load", "2.10 over the last minute on 4"},
		"no load":          {func(e *examined) { e.vitals.Load = nil }, "unknown load", ""},
		"steal":            {func(e *examined) { e.steal = at(0.031) }, "warn steal", "3.1 %"},
		"no steal":         {func(e *examined) { e.steal = nil }, "unknown steal", ""},
		"no pressure":      {func(e *examined) { e.vitals.Pressure = "" }, "warn watching", "psi=1"},
		"guest":            {func(e *examined) { e.machine.Virtual = "kvm" }, "", "kvm"},
		"no groups":        {func(e *examined) { e.vitals.Grouped = false }, "unknown limits", ""},
		"throttled":        {func(e *examined) { e.throttled = 30 * time.Millisecond }, "warn limits", "for 30 ms"},
		"memory":           {func(e *examined) { e.vitals.MemoryLimit = at(int64(1 << 30)) }, "", ""},
		"governor":         {func(e *examined) { e.vitals.Governor = "powersave" }, "warn frequency", "powersave (intel_pstate), 0.80 GHz to 3.60 GHz: a short trial runs before the clock has risen | sudo cpupower"},
		"fixed":            {func(e *examined) { e.vitals.Governor = "userspace"; e.vitals.Slowest = e.vitals.Fastest }, "", ""},
		"no governor":      {func(e *examined) { e.vitals.Governor = "" }, "unknown frequency", ""},
		"turbo":            {func(e *examined) { e.vitals.Boost = "on" }, "warn boost", "| echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"},
		"boost":            {func(e *examined) { e.vitals.Boost = "on"; e.vitals.BoostFile = "/sys/devices/system/cpu/cpufreq/boost" }, "warn boost", "| echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost"},
		"no boost":         {func(e *examined) { e.vitals.Boost = "" }, "unknown boost", ""},
		"siblings":         {func(e *examined) { e.vitals.Siblings = 4; e.vitals.SMT = "on" }, "warn SMT", "4 of 4"},
		"no SMT":           {func(e *examined) { e.vitals.SMT = "" }, "unknown SMT", ""},
		"hot":              {func(e *examined) { e.vitals.Hot = at(int64(12)) }, "warn heat", "12 times"},
		"no thermometer":   {func(e *examined) { e.vitals.Hot = nil }, "unknown heat", ""},
		"swapped":          {func(e *examined) { e.vitals.Swapped = at(int64(1 << 29)) }, "warn swap", "512 MiB of 1.00 GiB"},
		"no swap":          {func(e *examined) { e.vitals.Swap = at(int64(0)) }, "", ""},
		"swap unknown":     {func(e *examined) { e.vitals.Swap = nil }, "unknown swap", ""},
		"slow clock":       {func(e *examined) { e.reading = 2 * time.Microsecond }, "warn clock", "tsc, a reading takes 2000 ns"},
		"hpet":             {func(e *examined) { e.vitals.Clock = "hpet" }, "warn clock", ""},
		"no clock":         {func(e *examined) { e.vitals.Clock = "" }, "unknown clock", "a reading takes 40 ns"},
	} {
		e := fit()
		c.change(e)
		got := states(e.findings())
		switch {
		case name == "guest":
			if len(got) != 2 || !strings.HasPrefix(got[0], "warn virtual: kvm") || !strings.HasPrefix(got[1], "unknown SMT") {
				t.Errorf("%s: %q", name, got)
			}
		case c.want == "" && len(got) > 0:
			t.Errorf("%s: %q", name, got)
		case c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want+": ") || !strings.Contains(got[0], c.tells)):
			t.Errorf("%s: %q, want %s, %s", name, got, c.want, c.tells)
		}
	}
}

// TestNothingIsKnown: what cannot be seen is never ok.
func TestNothingIsKnown(t *testing.T) {
	e := &examined{machine: host.Machine{OS: "plan9", Cores: 1, Go: "1.26.0"}}
	for _, f := range e.findings() {
		if f.State != reports.Unknown && f.Name != "runtimes" {
			t.Errorf("%+v", f)
		}
	}
}

func TestFindingsAsText(t *testing.T) {
	e := fit()
	e.vitals.Boost, e.vitals.Hot, e.vitals.Governor, e.machine.Virtual = "on", nil, "", "kvm\x1b[31m"
	var text, plain bytes.Buffer
	if err := reports.FindingsText(&text, e.findings(), reports.Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text.String()) {
		if reports.Width(strings.TrimSuffix(line, "\n")) > 80 || strings.Contains(line, "\x1b") {
			t.Errorf("%q", line)
		}
	}
	if !strings.HasPrefix(text.String(), "This machine: 2 warnings, 3 unknown, 11 ok\n\nok       cores ") ||
		!strings.Contains(text.String(), "\n         try: echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo\n") {
		t.Error(text.String())
	}
	if err := reports.FindingsJSON(&plain, e.findings()); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Schema   string
		Findings []reports.Finding
	}
	if err := json.Unmarshal(plain.Bytes(), &read); err != nil || read.Schema != reports.FindingsSchema || len(read.Findings) != 16 || read.Findings[0] != e.findings()[0] {
		t.Errorf("%v: %s", err, plain.String())
	}
}
