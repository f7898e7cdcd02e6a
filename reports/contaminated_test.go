package reports

import (
	"strings"
	"testing"

	"bench/runner/gates"
	"bench/runner/results"
)

func TestTrialsThatSharedTheMachine(t *testing.T) {
	serial, pool := cellOf("py3", "serial", 0), cellOf("py3", "pool", 2)
	cell := func(c int, ok, contaminated int) gates.Summary {
		return gates.Summary{Cell: []gates.Summary{{Cell: serial}, {Cell: pool}}[c].Cell, Counts: map[results.Status]int{results.OK: ok}, Contaminated: contaminated}
	}
	trials := []results.Trial{
		{Cell: pool, Block: 0, Status: results.OK, Contaminated: "warm-up", Warmup: true},
		{Cell: pool, Block: 1, Status: results.Crash, Contaminated: "crash"},
		{Cell: pool, Block: 3, Status: results.OK, Contaminated: "later"},
		{Cell: serial, Block: 2, Position: 1, Status: results.OK, Contaminated: "the system swapped 2 MiB"},
	}
	for name, c := range map[string]struct {
		cells []gates.Summary
		want  string
	}{
		"none": {[]gates.Summary{cell(0, 10, 0), cell(1, 10, 0)}, ""},
		"one":  {[]gates.Summary{cell(0, 10, 1), cell(1, 10, 0)}, "1 of 20 trials shared the machine and does not count: the system swapped 2 MiB\n"},
		"some": {[]gates.Summary{cell(0, 10, 5), cell(1, 10, 1)}, "6 of 20 trials shared the machine and do not count: the system swapped 2 MiB\n"},
		"most": {[]gates.Summary{cell(0, 10, 6), cell(1, 10, 0)}, "6 of 20 trials shared the machine, but the table counts them, since fewer than\n  5 others of the cell are there: the system swapped 2 MiB\n"},
		"both": {[]gates.Summary{cell(0, 10, 6), cell(1, 10, 1)}, "1 of 20 trials shared the machine and does not count: the system swapped 2 MiB\n" +
			"6 of 20 trials shared the machine, but the table counts them, since fewer than\n  5 others of the cell are there\n"},
	} {
		teller := &teller{Report: New(results.Run{}, c.cells, nil, nil, trials, nil, "PASS", 0), width: 80}
		teller.contaminated()
		if got := strings.ReplaceAll(teller.out.String(), "\u00a0", " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDoubts(t *testing.T) {
	for want, e := range map[string]results.Environment{
		"":                       {Cores: 2, Governor: "performance", Boost: "off", Load: ptr(1.0), Swap: ptr(int64(0))},
		"load 1.10 at the start": {Cores: 2, Load: ptr(1.1)},
		"governor powersave, boost on, 1.00\u00a0GiB swapped out": {Governor: "powersave", Boost: "on", Swap: ptr(int64(1 << 30))},
	} {
		if got := strings.Join(doubts(&e), ", "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
