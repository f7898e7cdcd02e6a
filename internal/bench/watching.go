package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"bench/runner/internal/stats"
	"bench/runner/workloads"
)

const (
	watchedTasks = 2000
	watchedTerms = 480_000 // of pi: some 0.8 ms
)

// watching compares the time of a task in a trial of two threads with that in the same loop without runner: two threads
// that share a counter and note when each task begins and ends.
func (b *bench) watching() ([]row, error) {
	spec := fmt.Sprintf(`version: 1
name: watching
workloads: {w: {builtin: pi, args: {n: %d}, tasks: %d}}
matrix: {executor: [{threads: 2}]}
repeats: {min: 1, max: 1, warmup: 0}
control: false
assert: [{name: p50, check: 'time(threads=2, stat="p50") > 0'}]
`, watchedTerms, watchedTasks)
	var ours, bare []float64
	for range b.rounds {
		r, err := b.text(spec)
		if err != nil {
			return nil, err
		}
		if len(r.Verdicts) != 1 || r.Verdicts[0].Observed == nil {
			return nil, fmt.Errorf("the report has no p50")
		}
		alone, err := unwatched()
		if err != nil {
			return nil, err
		}
		ours, bare = append(ours, *r.Verdicts[0].Observed), append(bare, alone)
	}
	e := ratio(ours, bare)
	return []row{{what: "p50 of a task of 0.8 ms, two at once", ours: milliseconds(ours), peer: "the same loop without runner, " + milliseconds(bare),
		ratio: e.String(), target: "≤ 1.01", met: e.atMost(1.01)}}, nil
}

// unwatched is the median time of a task, in seconds.
func unwatched() (float64, error) {
	pi, ok := workloads.Lookup("pi")
	if !ok {
		return 0, fmt.Errorf("there is no workload pi")
	}
	took := make([]float64, watchedTasks)
	errs := make([]error, 2)
	var next atomic.Int64
	var team sync.WaitGroup
	for i := range errs {
		team.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for errs[i] == nil {
				task := next.Add(1) - 1
				if task >= watchedTasks {
					return
				}
				began := time.Now()
				_, errs[i] = pi.Run(context.Background(), workloads.Args{"n": watchedTerms, "lo": 0, "hi": -1})
				took[task] = time.Since(began).Seconds()
			}
		})
	}
	team.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return stats.Median(took), nil
}
