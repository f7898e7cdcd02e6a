package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"bench/runner/reports"
	"bench/runner/results"
)

// Only what could not be decided, in a run that came to its end, is let pass.
func TestWhatInconclusiveComesTo(t *testing.T) {
	ended := results.Run{Experiment: "x", Finished: time.Unix(1_700_000_000, 0)}
	broken := ended
	broken.Outcome = interrupted
	for _, c := range []struct {
		name string
		run  results.Run
		word string
		code int
		want [4]int // without the flag, and for fail, warn, pass
	}{
		{"inconclusive", ended, "INCONCLUSIVE", 3, [4]int{3, 1, 0, 0}},
		{"inconclusive and interrupted", broken, "INCONCLUSIVE", 3, [4]int{3, 1, 3, 3}},
		{"inconclusive and never ended", results.Run{}, "INCONCLUSIVE", 3, [4]int{3, 1, 3, 3}},
		{"interrupted", broken, "INTERRUPTED", 3, [4]int{3, 3, 3, 3}},
		{"false", ended, "FAIL", 1, [4]int{1, 1, 1, 1}},
		{"without data", ended, "ERROR", 4, [4]int{4, 4, 4, 4}},
		{"nothing measured", ended, "NOTHING MEASURED", 5, [4]int{5, 5, 5, 5}},
		{"passed", ended, "PASS", 0, [4]int{0, 0, 0, 0}},
	} {
		r := &reports.Report{Run: c.run, Word: c.word, Code: c.code}
		for i, flag := range append([]string{""}, inconclusives...) {
			if got := inconclusive(flag).of(r); got != c.want[i] {
				t.Errorf("%s, %q: exit code %d, want %d", c.name, flag, got, c.want[i])
			}
			var said bytes.Buffer
			a := &app{stderr: &said}
			a.warn(inconclusive(flag), r)
			if warned := strings.Contains(said.String(), "warning"); warned != (flag == "warn" && c.want[i] != c.code) {
				t.Errorf("%s, %q: said %q", c.name, flag, said.String())
			}
		}
	}
}

func TestInconclusiveIsOneOfThree(t *testing.T) {
	for flag, fine := range map[string]bool{"": true, "fail": true, "warn": true, "pass": true, "Fail": false, "0": false, "fail ": false} {
		if err := inconclusive(flag).valid(); (err == nil) != fine {
			t.Errorf("%q: %v", flag, err)
		}
	}
}
