package host

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"
)

// CountFor is how long each count of Parallelism lasts. Only tests change it, which start runner a hundred times over and do
// not ask how much this machine can do.
var CountFor = 50 * time.Millisecond

// Parallelism measures how many cores' worth of work this machine gives now: one thread counts for a while, then one on
// each of cores processors, pinned; a few rounds in turn. It is the median count of the many over the best count of the
// one, since a disturbed count is only ever too low; at most cores. It is the bound of every speedup here, and on a
// shared machine it is less than the number of cores. It takes about half a second.
func Parallelism(ctx context.Context, cores int) (float64, error) {
	return parallelism(ctx, cores, func(threads int) float64 { return count(threads, CountFor) })
}

const rounds = 5

func parallelism(ctx context.Context, cores int, count func(threads int) float64) (float64, error) {
	cores = max(cores, 1)
	best, many := 0.0, make([]float64, 0, rounds)
	for range rounds {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		best = max(best, count(1))
		many = append(many, count(cores))
	}
	if best <= 0 {
		return 0, errors.New("the machine gave no time to the capacity probe")
	}
	slices.Sort(many)
	return min(many[len(many)/2]/best, float64(cores)), nil
}

// count is how far the threads count together in that time.
func count(threads int, d time.Duration) float64 {
	cpus := CPUs()
	counts := make([]float64, threads)
	start := make(chan struct{})
	var done sync.WaitGroup
	for i := range threads {
		done.Go(func() {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and its affinity with it
			_ = Pin(cpus[i%len(cpus)])
			<-start
			counts[i] = spin(d)
		})
	}
	close(start)
	done.Wait()
	sum := 0.0
	for _, c := range counts {
		sum += c
	}
	return sum
}

func spin(d time.Duration) float64 {
	n, x := 0.0, uint32(1)
	for begin := time.Now(); time.Since(begin) < d; n++ {
		for range 10_000 {
			x ^= x << 13
			x ^= x >> 17
			x ^= x << 5
		}
	}
	if x == 0 { // never, but the compiler does not know that
		return 0
	}
	return n
}
