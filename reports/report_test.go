package reports

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"bench/runner/gates"
	"bench/runner/results"
)

func TestFormats(t *testing.T) {
	all := All()
	if len(all) < 2 {
		t.Fatalf("%d formats", len(all))
	}
	for i, f := range all {
		if f.Doc == "" || f.Ext == "" || strings.HasPrefix(f.Ext, ".") {
			t.Errorf("%s: doc %q, ext %q", f.Name, f.Doc, f.Ext)
		}
		if i > 0 && all[i-1].Name >= f.Name {
			t.Errorf("%s stands before %s", all[i-1].Name, f.Name)
		}
		if found, ok := Lookup(f.Name); !ok || found.Name != f.Name {
			t.Errorf("%s is not found", f.Name)
		}
	}
	if _, ok := Lookup("nonesuch"); ok {
		t.Error("a format is found that is not there")
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

// Every format gives the same bytes again, leaves the report as it is, copes with an empty one and passes on an error.
func TestEveryFormat(t *testing.T) {
	for _, f := range All() {
		t.Run(f.Name, func(t *testing.T) {
			r := fixture()
			first, second := render(t, f.Name, r, Style{Width: 100}), render(t, f.Name, r, Style{Width: 100})
			if !bytes.Equal(first, second) {
				t.Error("the second time differs")
			}
			if err := f.Render(full{}, r, Style{}); !errors.Is(err, errFull) {
				t.Errorf("a full disk gives %v", err)
			}
			if err := f.Render(io.Discard, New(results.Run{}, nil, nil, nil, nil, nil, "", 0), Style{}); err != nil {
				t.Errorf("an empty report gives %v", err)
			}
		})
	}
}

func TestRegisterRefuses(t *testing.T) {
	for _, f := range []Format{{Name: "text", Render: renderText}, {Render: renderText}, {Name: "new"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is registered", f.Name)
				}
			}()
			register(f)
		}()
	}
}

func TestTally(t *testing.T) {
	r := fixture()
	if got, want := r.Verdict(), "FAIL: 2 failed (1 as a warning), 1 without data, 1 inconclusive, 1 skipped, 1 passed"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	r.Verdicts = nil
	if got := r.Tally(); got != "no checks" {
		t.Errorf("without checks: %q", got)
	}
}

func TestTrouble(t *testing.T) {
	serial := cellOf("py3", "serial", 0)
	for _, c := range []struct {
		want   string
		n      int
		counts map[results.Status]int
		trials []results.Trial
	}{
		{"", 3, map[results.Status]int{results.OK: 3}, []results.Trial{{Status: results.OK}, {Status: results.Crash, Warmup: true}}},
		{"2 wrong, 1 timeout", 3, map[results.Status]int{results.OK: 3, results.Timeout: 1, results.Wrong: 2}, []results.Trial{{Status: results.Wrong}}},
		{"unavailable", 0, nil, []results.Trial{{Status: results.Unavailable, Warmup: true}}},
		{"unavailable", 0, map[results.Status]int{results.Unavailable: 1}, []results.Trial{{Status: results.Unavailable}}},
		{"crash", 0, nil, []results.Trial{{Status: results.Crash, Warmup: true}}},
		{"10 crash", 0, map[results.Status]int{results.Crash: 10}, []results.Trial{{Status: results.Crash}}},
		{"not run", 0, nil, nil},
	} {
		for i := range c.trials {
			c.trials[i].Cell = serial
		}
		r := New(results.Run{}, []gates.Summary{{Cell: serial, N: c.n, Counts: c.counts}}, nil, nil, c.trials, nil, "", 0)
		if got := r.Cells[0].Trouble(); got != c.want {
			t.Errorf("%v of %v: %q, not %q", c.trials, c.counts, got, c.want)
		}
	}
}

func TestNewGroupsTrialsInTheirOrder(t *testing.T) {
	a, b := cellOf("py3", "serial", 0), cellOf("py3", "threads", 2)
	one := results.RuntimeInfo{Name: "cpython", Version: "3.11"}
	trials := []results.Trial{{Cell: b, Block: 0, Runtime: one}, {Cell: a, Block: 0}, {Cell: a, Block: 1, Runtime: one}, {Cell: b, Block: 1}}
	r := New(results.Run{}, []gates.Summary{{Cell: a}, {Cell: b}}, nil, nil, trials, nil, "", 0)
	for i, want := range [][]*results.Trial{{&trials[1], &trials[2]}, {&trials[0], &trials[3]}} {
		if got := r.Cells[i].Trials; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("cell %d: %v", i, got)
		}
	}
	if len(r.Runtimes) != 1 || r.Runtimes[0] != one {
		t.Errorf("runtimes: %v", r.Runtimes)
	}
}

// The unit of what was observed is that of the sub-expression it is the value of, not of a literal that equals it.
func TestObservedUnit(t *testing.T) {
	v := gates.Verdict{Observed: ptr(0.5), Evidence: []gates.Value{
		{From: 0, To: 30, Value: true}, {From: 20, To: 23, Value: 0.5, Unit: "1"}, {From: 0, To: 13, Value: 0.5, Unit: "s"}, {From: 0, To: 20, Value: 0.7, Unit: "B"}}}
	if u := v.Unit(); u != "s" {
		t.Errorf("unit %q", u)
	}
	v.Observed = nil
	if u := v.Unit(); u != "" {
		t.Errorf("without a value: unit %q", u)
	}
}
