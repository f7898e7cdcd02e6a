package cli

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// signals cancels the context at the first SIGINT, SIGTERM or SIGHUP: the trial in flight is killed and everything
// recorded is kept. The second one ends the process at once; a trial's processes die with it.
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
				os.Exit(128 + int(n))
			}
			cancel()
		}
	}()
	return ctx, func() int { return int(number.Load()) }, func() { signal.Stop(ch); cancel() }
}
