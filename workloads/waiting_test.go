package workloads

import (
	"context"
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestSleep(t *testing.T) {
	start := time.Now()
	if got := mustRun(t, "sleep", Args{"seconds": 0.02}); got != 0.02 {
		t.Errorf("got %v", got)
	}
	if waited := time.Since(start); waited < 20*time.Millisecond {
		t.Errorf("it waited %v of 20 ms", waited)
	}
	if got := mustRun(t, "sleep", Args{"seconds": 0}); got != 0.0 {
		t.Errorf("got %v", got)
	}
}

// resident is the resident memory of this process in bytes.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skipf("needs /proc: %v", err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

func TestAlloc(t *testing.T) {
	for _, size := range []int{0, 1, 4096, 4097, 9 << 20} {
		if got := mustRun(t, "alloc", Args{"bytes": size}); got != size {
			t.Errorf("%d B gave %v", size, got)
		}
	}
	w, _ := Lookup("alloc")
	if runtime.GOOS == "linux" {
		if got, err := run(t.Context(), w, Args{"bytes": 1 << 41}); err == nil {
			t.Errorf("2 TiB gave %v", got)
		}
	}
}

func TestAllocHoldsItsPagesAndGivesThemBack(t *testing.T) {
	const size = 64 << 20
	debug.FreeOSMemory() // or what earlier tests left goes in the meantime
	before := resident(t)
	w, _ := Lookup("alloc")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := run(ctx, w, Args{"bytes": size, "hold": 3600.0})
		ended <- err
	}()
	most := 0
	for most < size*9/10 && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
		most = max(most, resident(t)-before)
	}
	cancel()
	if err := <-ended; most < size*9/10 || !errors.Is(err, context.Canceled) {
		t.Errorf("at most %d B more were resident, want %d: %v", most, size, err)
	}
	if after := resident(t); after-before > size/2 {
		t.Errorf("%d B are still resident", after-before)
	}
}
