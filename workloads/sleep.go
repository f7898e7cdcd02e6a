package workloads

import (
	"context"
	"time"
)

// longest is the most seconds that a parameter may ask for: 30 years, well within a time.Duration.
const longest = 1e9

func init() {
	Register(Workload{
		Name:   "sleep",
		Doc:    "wait without working, and return how long was asked for",
		Params: []Param{{Name: "seconds", Doc: "how long to wait (s)", Default: 0.0, Required: true, Max: longest}},
		Run: func(ctx context.Context, a Args) (Result, error) {
			return a.Float("seconds"), Pause(ctx, a.Float("seconds"))
		},
	})
}

// Pause waits that many seconds, or until ctx is done: then it returns the context's error.
func Pause(ctx context.Context, seconds float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	timer := time.NewTimer(time.Duration(seconds * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
