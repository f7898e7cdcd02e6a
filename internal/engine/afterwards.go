package engine

import (
	"context"
	"fmt"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
)

// cleanupPatience is how long a clean-up may take once the run was interrupted; a second interruption ends it at once.
var cleanupPatience = 30 * time.Second

// afterwards calls what is to be done though ctx may have ended: its own context ends only so long after that.
func afterwards(ctx context.Context, patience time.Duration, do func(context.Context) executors.Observation) executors.Observation {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(patience, cancel)
		context.AfterFunc(late, func() { timer.Stop() })
	})()
	o := do(late)
	if o.Status == results.Interrupted {
		o.Reason = fmt.Sprintf("cleanup: did not end within %v of the interruption", patience)
	}
	return o
}
