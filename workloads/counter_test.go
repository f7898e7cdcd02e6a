package workloads

import (
	"context"
	"runtime"
	"sync"
	"testing"
)

// together runs tasks at once on a counter of their own and returns each one's result.
func together(t *testing.T, c *counter, tasks, n int, protection string) []int {
	t.Helper()
	lost := make([]int, tasks)
	var begin, all sync.WaitGroup
	begin.Add(tasks)
	for i := range tasks {
		all.Go(func() {
			begin.Done()
			begin.Wait()
			result, err := c.increment(context.Background(), n, protection)
			if err != nil {
				t.Error(err)
			}
			lost[i] = result.(int)
		})
	}
	all.Wait()
	return lost
}

func greatest(values []int) int {
	most := values[0]
	for _, v := range values {
		most = max(most, v)
	}
	return most
}

func TestUnprotectedUpdatesAreLost(t *testing.T) {
	for _, cores := range []int{1, 2} {
		before := runtime.GOMAXPROCS(cores)
		var c counter
		lost := greatest(together(t, &c, 4, 500_000, "none"))
		runtime.GOMAXPROCS(before)
		if value := int(c.value.Load()); lost <= 0 || value+lost != 4*500_000 {
			t.Errorf("%d cores: value %d and %d lost, of %d updates", cores, value, lost, 4*500_000)
		}
	}
}

func TestProtectedUpdatesAreNotLost(t *testing.T) {
	for _, protection := range []string{"mutex", "atomic"} {
		var c counter
		if lost := greatest(together(t, &c, 4, 100_000, protection)); lost != 0 || c.value.Load() != 400_000 {
			t.Errorf("%s: %d lost, value %d", protection, lost, c.value.Load())
		}
	}
}

func TestOneTaskLosesNothing(t *testing.T) {
	var c counter
	for range 3 {
		if lost := greatest(together(t, &c, 1, 50_000, "none")); lost != 0 {
			t.Errorf("%d lost", lost)
		}
	}
}

// The loss so far is seen by a task that ends alone, and stays: the maximum over the tasks is the last word.
func TestLossIsCumulativeAndSeenAtTheEnd(t *testing.T) {
	var c counter
	c.made, c.active = 10, 1 // ten updates lost, another task at work
	if lost := greatest(together(t, &c, 1, 5, "none")); lost != 0 {
		t.Errorf("with another task at work it tells of %d", lost)
	}
	c.active = 0
	for range 2 {
		if lost := greatest(together(t, &c, 1, 5, "none")); lost != 10 {
			t.Errorf("%d lost, want the 10 of before", lost)
		}
	}
}

func TestCancelledCounterKeepsItsAccount(t *testing.T) {
	var c counter
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.increment(ctx, 100, "atomic"); err == nil {
		t.Error("it went on")
	}
	if lost := greatest(together(t, &c, 1, 5, "atomic")); lost != 0 || c.active != 0 {
		t.Errorf("after it %d are lost, %d active", lost, c.active)
	}
}
