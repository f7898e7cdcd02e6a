package results

import (
	"testing"
	"time"
)

// TestSpent counts what lies between trials, but not the pauses.
func TestSpent(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(1000+s), 0) }
	trial := func(s int) Trial { return Trial{Started: at(s), Wall: time.Second} }
	run := Run{Started: at(0)}
	if got := run.Spent(nil); got != 0 {
		t.Errorf("without a trial: %v", got)
	}
	if got := run.Spent([]Trial{trial(2), trial(4)}); got != 5*time.Second {
		t.Errorf("of one go: %v", got)
	}
	run.Resumed = []Resumption{{At: at(100)}, {At: at(200)}, {At: at(300)}}
	if got := run.Spent([]Trial{trial(2), trial(4), trial(109), trial(201), trial(206)}); got != (5+10+7)*time.Second {
		t.Errorf("of four, the last without a trial yet: %v", got)
	}
}
