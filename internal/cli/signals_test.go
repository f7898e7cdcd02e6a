package cli

import (
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// Under nohup a hangup is no interrupt. A second signal would end this process, so that one that is caught shows.
func TestHangupUnderNohup(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	ctx, caught, stop := signals()
	defer stop()
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT} {
		if err := syscall.Kill(syscall.Getpid(), s); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("SIGINT was not caught")
	}
	if caught() != int(syscall.SIGINT) {
		t.Errorf("caught signal %d", caught())
	}
}
