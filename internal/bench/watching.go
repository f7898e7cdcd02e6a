package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bench/runner/executors"
	"bench/runner/internal/stats"
	"bench/runner/results"
	"bench/runner/workloads"
)

const (
	watchedTasks = 2000
	watchedTerms = 480_000 // of pi: some 0.8 ms
)

// watching compares the time of a task in a trial of two threads with that in the same loop without runner: two threads
// that share a counter and note when each task begins and ends. Both are this program: in another, where the loop lies at
// another address, it may take a tenth more or less.
func (b *bench) watching() ([]row, error) {
	var ours, bare []float64
	for round := range b.rounds {
		var watched, alone float64
		err := inTurn(round, func() (err error) { watched, err = b.watched(); return err }, func() (err error) { alone, err = unwatched(); return err })
		if err != nil {
			return nil, err
		}
		ours, bare = append(ours, watched), append(bare, alone)
	}
	e := ratio(ours, bare)
	return []row{{what: "p50 of a task of 0.8 ms, two at once", ours: milliseconds(ours), peer: "the same loop without runner, " + milliseconds(bare),
		ratio: e.String(), target: "≤ 1.01", met: e.atMost(1.01)}}, nil
}

// watched is the median time of a task of a trial, in seconds.
func (b *bench) watched() (float64, error) {
	args := workloads.Args{"n": watchedTerms, "lo": 0, "hi": -1}
	seen := executors.Run(context.Background(), executors.Job{Executor: "threads", Runtime: "go", Workers: 2, Dir: b.dir, Workload: "pi",
		Tasks: slices.Repeat([]workloads.Args{args}, watchedTasks), Timeout: time.Minute})
	if seen.Status != results.OK {
		return 0, fmt.Errorf("the trial is %s: %s", seen.Status, seen.Reason)
	}
	took := make([]float64, len(seen.Spans))
	for i, s := range seen.Spans {
		took[i] = (s.End - s.Start).Seconds()
	}
	return stats.Median(took), nil
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
