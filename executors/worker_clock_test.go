package executors

import (
	"testing"
	"time"
)

// A process that is stopped between two readings of the clocks must not take the middle of that stop for the moment.
func TestTheNarrowestReadingCounts(t *testing.T) {
	gaps := []time.Duration{900, 40, 8, 300, 700, 60, 500, 400, 300, 200, 800} // µs, none of them near
	now, turn := time.Duration(0), 0
	since := func() time.Duration {
		if turn++; turn%2 == 0 {
			now += gaps[turn/2-1] * time.Microsecond // after the other clock was read
		}
		return now
	}
	const ahead = time.Hour
	at := narrowest(since, func() time.Duration { return now + ahead })
	if wrong := ahead - at; wrong < 0 || wrong > 4*time.Microsecond {
		t.Errorf("wrong by %v, half of the least gap is 4µs", wrong)
	}
	if turn != 2*len(gaps) {
		t.Errorf("read %d times", turn/2)
	}
}
