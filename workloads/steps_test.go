package workloads

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
)

func TestInStepsCoversTheRangeOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		lo, length, step := r.IntN(1000), r.IntN(100), 1+r.IntN(40)
		next := lo
		err := inSteps(t.Context(), lo, lo+length, step, func(from, to int) {
			if from != next || to-from > step || to < from {
				t.Errorf("[%d, %d) after %d, step %d", from, to, next, step)
			}
			next = to
		})
		if err != nil || next != lo+length {
			t.Errorf("[%d, %d): ended at %d, %v", lo, lo+length, next, err)
		}
	}
}

func TestInStepsStopsBetweenTwo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := inSteps(ctx, 0, 100, 10, func(lo, hi int) {
		if calls++; calls == 3 {
			cancel()
		}
	})
	if calls != 3 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct{ lo, hi, whole, wantLo, wantHi int }{
		{0, -1, 8, 0, 8}, {3, -1, 8, 3, 8}, {3, 5, 8, 3, 5}, {8, 8, 8, 8, 8}, {0, 0, 0, 0, 0},
	} {
		if lo, hi, err := share(Args{"lo": c.lo, "hi": c.hi}, c.whole); err != nil || lo != c.wantLo || hi != c.wantHi {
			t.Errorf("%+v: %d, %d, %v", c, lo, hi, err)
		}
	}
	for _, c := range []struct{ lo, hi, whole int }{{5, 3, 8}, {0, 9, 8}, {9, -1, 8}} {
		if lo, hi, err := share(Args{"lo": c.lo, "hi": c.hi}, c.whole); err == nil {
			t.Errorf("%+v: accepted as %d, %d", c, lo, hi)
		}
	}
}
