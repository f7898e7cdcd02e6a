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
