//go:build unix

package host

import (
	"testing"
	"time"
)

// TestLittle: who is not let run, or waits for the disk, has had little; whoever sleeps, is stopped or has ended wants none.
func TestLittle(t *testing.T) {
	const enough = 20 * time.Millisecond
	at := func(state byte, cpu time.Duration) []Process {
		return []Process{{PID: 1, State: 'S'}, {PID: 2, State: state, CPU: cpu}}
	}
	for _, c := range []struct {
		state byte
		cpu   time.Duration // since it was first seen
		want  bool
	}{
		{'R', 0, true}, {'R', enough - 1, true}, {'D', 0, true}, {'D', enough, false}, {'R', enough, false}, {'S', 0, false}, {'T', 0, false}, {'Z', 0, false},
	} {
		h := had{}
		h.little(at('S', time.Minute), enough)
		if got := h.little(at(c.state, time.Minute+c.cpu), enough); got != c.want {
			t.Errorf("%c after %v: %v", c.state, c.cpu, got)
		}
	}
	h := had{}
	if !h.little(at('R', time.Minute), enough) {
		t.Error("who is seen at the first look has had nothing since")
	}
	if h.little([]Process{{PID: 3, State: 'R'}}, enough) {
		t.Error("who came later counts")
	}
}
