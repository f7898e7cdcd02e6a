package fleet

import "time"

// pulse tells since when this process has been able to hear others: one that was stopped for a while, or got no time, has
// not heard them, and that is not their silence. It is not safe for use by several goroutines at once.
type pulse struct {
	every time.Duration // between two beats
	last  time.Time     // beat
	awake time.Time     // the first beat after the last long pause
}

// beat is called at each beat.
func (p *pulse) beat() {
	now := time.Now()
	if now.Sub(p.last) > 2*p.every {
		p.awake = now
	}
	p.last = now
}

// silent tells for how long there was nothing to hear from one that was heard last at that time.
func (p *pulse) silent(heard time.Time) time.Duration {
	if heard.Before(p.awake) {
		heard = p.awake
	}
	return time.Since(heard)
}
