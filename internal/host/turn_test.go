//go:build unix

package host

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

func take(t *testing.T, ctx context.Context, path string, waiting func(int)) func() {
	t.Helper()
	done, err := TakeTurn(ctx, path, waiting)
	if err != nil {
		t.Error(err)
	}
	return done
}

func nobody(t *testing.T) func(int) {
	return func(pid int) {
		t.Helper()
		t.Errorf("waits for %d", pid)
	}
}

func TestTurnsAreTakenOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "turn")
	var inside, most, turns atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				done := take(t, context.Background(), path, func(int) {})
				if inside.Add(1) > 1 {
					most.Store(2)
				}
				turns.Add(1)
				inside.Add(-1)
				done()
			}
		})
	}
	all.Wait()
	if most.Load() > 1 || turns.Load() != 8*50 {
		t.Errorf("%d turns, %d at once", turns.Load(), most.Load())
	}
	take(t, context.Background(), path, nobody(t))()
}

func TestAWaiterIsToldOfTheHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "turn")
	done := take(t, context.Background(), path, nobody(t))
	told := make(chan int, 1)
	ctx, cancel := context.WithCancel(context.Background())
	given := make(chan struct{})
	go func() {
		take(t, ctx, path, func(pid int) { told <- pid })()
		close(given)
	}()
	if pid := <-told; pid != os.Getpid() {
		t.Errorf("told of %d", pid)
	}
	cancel() // who is interrupted does not wait
	<-given
	done()
	take(t, context.Background(), path, func(int) {})()
}

// TestARemovedFile: who cleans up the directory of temporary files must not let two in at once.
func TestARemovedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "turn")
	done := take(t, context.Background(), path, nobody(t))
	waits, got := make(chan int, 1), make(chan func())
	go func() { got <- take(t, context.Background(), path, func(pid int) { waits <- pid }) }()
	<-waits
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	done()
	second := <-got
	third := make(chan func())
	go func() { third <- take(t, context.Background(), path, func(pid int) { waits <- pid }) }()
	<-waits // it is kept out by the second, in the new file
	second()
	(<-third)()
}

func TestNoTurnsWhereTheFileIsNotOurs(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "real"), []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("real", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, dir, filepath.Join(dir, "none", "turn")} {
		done, err := TakeTurn(context.Background(), path, nobody(t))
		if done(); err == nil {
			t.Errorf("%s: a turn", path)
		}
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "real")); string(text) != "keep" {
		t.Errorf("a link was followed: %q", text)
	}
}
