package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/workloads"
)

const dispatchTrials = 3

// dispatch is what one task more costs in a pool of two workers, with one task a message and with 64: system calls of the
// trial's process and its workers, what the trial's process allocates, and what the timeline takes in the file.
func dispatch(l *lab) (counts []count, err error) {
	for _, d := range []struct {
		chunk     int
		few, many float64 // tasks
	}{{1, 500, 2500}, {64, 6400, 64000}} {
		name := fmt.Sprintf(", chunks of %d", d.chunk)
		few, err := poolAllocates(d.chunk, int(d.few))
		if err != nil {
			return nil, err
		}
		many, err := poolAllocates(d.chunk, int(d.many))
		if err != nil {
			return nil, err
		}
		counts = append(counts, count{name: "allocations a task" + name, value: (many.objects - few.objects) / (d.many - d.few)},
			count{name: "memory allocated a task" + name, value: (many.bytes - few.bytes) / (d.many - d.few)})

		var runs [2]ran
		var sizes [2]float64
		for i, tasks := range []float64{d.few, d.many} {
			workload := fmt.Sprintf("workloads: {w: {builtin: add, args: {a: 1, b: 2}, tasks: %.0f}}\nmatrix: {executor: {pool: {workers: 2, chunksize: %d}}}", tasks, d.chunk)
			if runs[i], err = l.traced(workload, dispatchTrials); err != nil {
				return nil, err
			}
			info, err := os.Stat(runs[i].db)
			if err != nil {
				return nil, err
			}
			sizes[i] = float64(info.Size()) / runs[i].trials
		}
		c := count{name: "syscalls a task" + name, skipped: l.untraced}
		if l.untraced == "" {
			calls := func(r ran) float64 { return float64(r.by[ofTrials].all+r.by[ofWorkers].all) / r.trials }
			c.value = (calls(runs[1]) - calls(runs[0])) / (d.many - d.few)
		}
		counts = append(counts, c)
		if d.chunk > 1 { // a file grows by pages, so this needs many tasks
			counts = append(counts, count{name: "stored a task" + name, value: (sizes[1] - sizes[0]) / (d.many - d.few)})
		}
	}
	return counts, nil
}

// grown is what this process has allocated.
type grown struct{ bytes, objects float64 }

// poolAllocates does what a trial's process does with a pool, in this process, so that it can be asked what it allocated.
func poolAllocates(chunk, tasks int) (g grown, err error) {
	pool, _ := executors.Lookup("pool")
	job := executors.Job{Executor: "pool", Workers: 2, Workload: "add", Options: map[string]any{"chunksize": chunk}}
	for range tasks {
		job.Tasks = append(job.Tasks, workloads.Args{"a": 1, "b": 2})
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o, err := pool.Execute(context.Background(), job)
	runtime.ReadMemStats(&after)
	if err == nil && (o.Status != "" && o.Status != results.OK || len(o.Spans) != tasks) {
		err = fmt.Errorf("a pool of 2, %d tasks: %s %s, %d spans", tasks, o.Status, o.Reason, len(o.Spans))
	}
	return grown{float64(after.TotalAlloc - before.TotalAlloc), float64(after.Mallocs - before.Mallocs)}, err
}
