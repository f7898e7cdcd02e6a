package host

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestWithin: what is there is seen at once, what comes in time too, and patience has an end.
func TestWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never, late := make(chan struct{}), make(chan struct{})
		begin := time.Now()
		if Within(never, time.Second) || time.Since(begin) != time.Second {
			t.Errorf("it waited %v", time.Since(begin))
		}
		time.AfterFunc(900*time.Millisecond, func() { close(late) })
		if !Within(late, time.Second) {
			t.Error("what came in time is not seen")
		}
	})
	over, done := make(chan bool), make(chan struct{})
	go func() { over <- Within(done, time.Hour) }()
	close(done)
	if !<-over {
		t.Error("what was there is not seen")
	}
}

// TestAwake: what passes between looks counts, but for the time in which nobody looked.
func TestAwake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAwake(25 * time.Millisecond)
		for range 10 {
			time.Sleep(20 * time.Millisecond)
			c.look()
		}
		if got := c.look(); got != 200*time.Millisecond {
			t.Errorf("%v of 200ms", got)
		}
		time.Sleep(time.Hour)
		if got := c.look(); got != 225*time.Millisecond {
			t.Errorf("%v, with an hour in which nothing was let run", got)
		}
	})
}
