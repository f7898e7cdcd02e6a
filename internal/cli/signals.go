package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"bench/runner/internal/host"
)

// signals cancels the context at the first SIGINT, SIGTERM or SIGHUP: the trial in flight is killed and everything
// recorded is kept, after what is to be cleaned up. The second one ends this process and what it has started at once.
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
		for s := range ch {
			n := int32(s.(syscall.Signal))
			if number.Swap(n) != 0 {
				host.EndAll()
				os.Exit(128 + int(n))
			}
			if host.Guarded() {
				fmt.Fprintln(os.Stderr, "\rstopping: what runs is ended and cleaned up after; once more: at once")
			}
			cancel()
		}
	}()
	return ctx, func() int { return int(number.Load()) }, func() { signal.Stop(ch); cancel() }
}
