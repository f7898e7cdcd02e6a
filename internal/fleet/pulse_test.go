package fleet

import (
	"testing"
	"time"
)

// TestPulse: others were not silent while this process could not hear them.
func TestPulse(t *testing.T) {
	ago := func(d time.Duration) time.Time { return time.Now().Add(-d) }
	p := pulse{every: time.Minute, last: ago(time.Minute)}
	p.beat()
	if s := p.silent(ago(time.Hour)); s < time.Hour {
		t.Errorf("heard an hour ago, with all beats in time: silent for %v", s)
	}
	p.last = ago(time.Hour) // it was stopped
	p.beat()
	if s := p.silent(ago(time.Hour)); s >= time.Minute {
		t.Errorf("heard before it was stopped for an hour: silent for %v", s)
	}
	if s := p.silent(time.Now()); s >= time.Minute {
		t.Errorf("heard now: silent for %v", s)
	}
}

// TestAStoppedAgentEndsNoJob: only a coordinator that is not heard of while the agent can hear has its jobs ended.
func TestAStoppedAgentEndsNoJob(t *testing.T) {
	hour := time.Now().Add(-time.Hour)
	cancelled := false
	a := &Agent{
		orders:  map[string]*carried{"o": {Order: Order{ID: "o", From: "run"}, cancel: func() { cancelled = true }}},
		callers: map[string]*caller{"run": {heard: hour, lease: time.Minute}},
		pulse:   pulse{every: time.Second, last: hour},
	}
	if a.sweep(); cancelled {
		t.Error("the first beat after an hour ended the job")
	}
	a.pulse = pulse{every: time.Hour, last: hour, awake: hour}
	if a.sweep(); !cancelled {
		t.Error("an hour of silence ended nothing")
	}
}
