package engine

import (
	"context"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
)

// TestAfterwards: what comes after an interruption has its time, and no more.
func TestAfterwards(t *testing.T) {
	stubborn := func(ctx context.Context) executors.Observation {
		<-ctx.Done()
		return executors.Observation{Status: results.Interrupted, Reason: "cleanup: stopped by the user"}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if o := afterwards(ended, time.Millisecond, stubborn); !strings.Contains(o.Reason, "within 1ms of the interruption") {
		t.Error(o.Reason)
	}
	going, interrupt := context.WithCancel(t.Context())
	time.AfterFunc(5*time.Millisecond, interrupt)
	if o := afterwards(going, time.Millisecond, stubborn); !strings.Contains(o.Reason, "within 1ms of the interruption") {
		t.Error(o.Reason)
	}
	quick := func(ctx context.Context) executors.Observation {
		if ctx.Err() != nil {
			return executors.Observation{Status: results.Interrupted}
		}
		return well
	}
	if o := afterwards(ended, time.Hour, quick); o.Status != results.OK {
		t.Errorf("it could not even begin: %+v", o)
	}
}
