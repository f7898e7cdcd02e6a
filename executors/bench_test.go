package executors

import (
	"context"
	"slices"
	"testing"
	"time"

	"bench/runner/results"
	"bench/runner/workloads"
)

// bench runs b.N trials of empty tasks and returns the median of what value takes from each.
func bench(b *testing.B, executor string, chunksize, workers, tasks int, value func(Observation) float64) float64 {
	job := Job{
		Executor: executor, Workers: workers, Workload: "empty", Tasks: make([]workloads.Args, tasks), Dir: b.TempDir(),
		Options: map[string]any{"chunksize": chunksize},
	}
	var values []float64
	for b.Loop() {
		o := Run(context.Background(), job)
		if o.Status != results.OK {
			b.Fatalf("%s: %s", o.Status, o.Reason)
		}
		values = append(values, value(o))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// BenchmarkDispatch tells how many empty tasks a second two workers get and answer: the medians of all trials.
func BenchmarkDispatch(b *testing.B) {
	for _, c := range []struct {
		name, executor   string
		chunksize, tasks int
	}{
		{"goroutines", "goroutines", 1, 1_000_000},
		{"threads", "threads", 1, 1_000_000},
		{"procs", "procs", 1, 100_000},
		{"pool/chunksize=1", "pool", 1, 100_000},
		{"pool/chunksize=64", "pool", 64, 1_000_000},
	} {
		b.Run(c.name, func(b *testing.B) {
			rate := bench(b, c.executor, c.chunksize, 2, c.tasks, func(o Observation) float64 { return float64(c.tasks) / o.Phases.Work.Seconds() })
			b.ReportMetric(rate, "tasks/s")
		})
	}
}

// BenchmarkTrial tells what one trial of one empty task costs, and how long its parts take: the medians of all trials.
func BenchmarkTrial(b *testing.B) {
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	for _, executor := range []string{"serial", "procs"} {
		for name, part := range map[string]func(Observation) time.Duration{
			"ms-wall":         func(o Observation) time.Duration { return o.Wall },
			"ms-startup":      func(o Observation) time.Duration { return o.Phases.Startup },
			"ms-first-result": func(o Observation) time.Duration { return o.Phases.Spawn + o.Phases.Work },
		} {
			b.Run(executor+"/"+name[3:], func(b *testing.B) {
				b.ReportMetric(bench(b, executor, 1, 1, 1, func(o Observation) float64 { return ms(part(o)) }), name)
			})
		}
	}
}
