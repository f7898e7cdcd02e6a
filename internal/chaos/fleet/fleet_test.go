//go:build linux

package main

import (
	"strings"
	"testing"

	"bench/runner/results"
)

// TestWhatIsLostIsFound: a checker that finds nothing proves nothing.
func TestWhatIsLostIsFound(t *testing.T) {
	spans := func(tasks ...int) (all []results.TaskSpan) {
		for _, task := range tasks {
			all = append(all, results.TaskSpan{Task: task})
		}
		return all
	}
	for name, c := range map[string]struct {
		trial       results.Trial
		lost, twice int
		broken      string
	}{
		"right":     {results.Trial{Status: results.OK, Spans: spans(1, 0, 2), Results: []any{1, 2, 3}, Result: 6}, 0, 0, ""},
		"lost":      {results.Trial{Status: results.OK, Spans: spans(0, 2), Results: []any{1, nil, 3}, Result: 6}, 1, 0, "1 tasks lost"},
		"twice":     {results.Trial{Status: results.OK, Spans: spans(0, 1, 1, 2), Results: []any{1, 2, 3}, Result: 6}, 0, 1, "1 counted twice"},
		"wrong sum": {results.Trial{Status: results.OK, Spans: spans(0, 1, 2), Results: []any{1, 2, 3}, Result: 8.0}, 0, 0, "is 8, not 6"},
		"crash":     {results.Trial{Status: results.Crash, Reason: "gone"}, 0, 0, "crash: gone"},
	} {
		s := &scene{}
		s.trial(&c.trial, 3)
		if got := strings.Join(s.broken, "; "); s.lost != c.lost || s.twice != c.twice || (got == "") != (c.broken == "") || !strings.Contains(got, c.broken) {
			t.Errorf("%s: %d lost, %d twice: %s", name, s.lost, s.twice, got)
		}
	}
}

// TestADisturbanceIsTold: repetitions that say the same but for numbers are one line of the table.
func TestADisturbanceIsTold(t *testing.T) {
	s := &scene{}
	s.trial(&results.Trial{Status: results.OK, Contaminated: results.DisturbedBy("2 chunks were given out again")}, 0)
	if s.disturbed != 1 || len(s.notes) != 1 || kindOf(s.notes[0]) != "N chunks were given out again" {
		t.Errorf("%d: %q", s.disturbed, s.notes)
	}
}
