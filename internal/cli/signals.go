package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"bench/runner/internal/host"
)

// signals cancels the context at the first SIGINT, SIGTERM or SIGHUP: the trial in flight is killed and everything
// recorded is kept, after what is to be cleaned up. The second one ends this process and what it has started at once, unless
// it comes together with the first: timeout(1) signals its child, and then the group that its child is in.
func signals() (ctx context.Context, caught func() int, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ch := make(chan os.Signal, 2)
	signal.Notify(ch, syscall.SIGINT, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // else nohup asked for it, and Notify would undo that
		signal.Notify(ch, syscall.SIGHUP)
	}
	// A reader that leaves (`| head`) makes writes fail, and must not end the measurement. Not Ignore: trials inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	var number atomic.Int32
	go func() {
		var first time.Time
		for s := range ch {
			n := int32(s.(syscall.Signal))
			if !number.CompareAndSwap(0, n) {
				if time.Since(first) < together {
					continue
				}
				host.EndAll()
				os.Exit(128 + int(n))
			}
			first = time.Now()
			if host.Guarded() {
				fmt.Fprintln(os.Stderr, "\rstopping: what runs is ended and cleaned up after; once more: at once")
			}
			cancel()
		}
	}()
	return ctx, func() int { return int(number.Load()) }, func() { signal.Stop(ch); cancel() }
}

// together is how soon after the first signal another one is the same: sooner than anybody presses a key again.
const together = 100 * time.Millisecond
