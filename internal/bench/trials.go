package main

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"bench/runner/internal/stats"
)

// overhead compares the time of a run with the sum of its trials, each as seen from outside its process.
func (b *bench) overhead() ([]row, error) {
	r, err := b.measure(`version: 1
name: overhead
workloads: {w: {builtin: busy_wait, args: {n: 200000000}, tasks: 2}}
matrix: {executor: [serial, {threads: 2}, {procs: 2}, {pool: 2}]}
repeats: {min: 20, warmup: 1}
`)
	if err != nil {
		return nil, err
	}
	sum, n := 0.0, 0
	for _, c := range r.Cells {
		for _, t := range c.Trials {
			sum += *t.Wall
			n++
		}
	}
	run := r.Run.Finished.Sub(r.Run.Started).Seconds()
	share := run/sum - 1
	return []row{{fmt.Sprintf("a run of %d trials over the sum of its trials (%.0f ms each on average)", n, 1000*sum/float64(n)),
		fmt.Sprintf("+%.1f %%, %.2f ms a trial", 100*share, 1000*(run-sum)/float64(n)), "", "", "< 3 %", yes(share < 0.03)}}, nil
}

// workerStart compares a whole life of one worker process (start, one task, result, reaped) with a minimal program's.
func (b *bench) workerStart() ([]row, error) {
	var ours, peers []float64
	for range 9 {
		r, err := b.measure(`version: 1
name: worker
workloads: {w: {builtin: add, args: {a: 1, b: 2}}}
matrix: {executor: {procs: 1}}
repeats: {min: 15, warmup: 2}
control: false
`)
		if err != nil {
			return nil, err
		}
		ours = append(ours, stats.Median(r.Cells[0].Times))
		var minimal []float64
		for range 15 {
			t, err := clock(b.minimal)
			if err != nil {
				return nil, err
			}
			minimal = append(minimal, t)
		}
		peers = append(peers, stats.Median(minimal))
	}
	r, text := ratio(ours, peers)
	return []row{{"a worker process: start, one task, reaped", milliseconds(ours), "minimal Go program, " + milliseconds(peers), text, "≤ 1.25", yes(r <= 1.25)}}, nil
}

// poolScript times what the pool executor does, with CPython's own pool.
const poolScript = `import multiprocessing, sys, time
def add(x): return x + 1
if __name__ == "__main__":
    n, chunk = int(sys.argv[1]), int(sys.argv[2])
    multiprocessing.set_start_method("fork")
    began = time.perf_counter()
    with multiprocessing.Pool(2) as pool:
        for _ in pool.imap_unordered(add, range(n), chunk): pass
        pool.close(); pool.join()
    print(time.perf_counter() - began)
`

// dispatch compares tasks a second through two worker processes.
func (b *bench) dispatch() ([]row, error) {
	interpreter := python()
	var rows []row
	for _, c := range []struct {
		chunk, tasks int
		target       float64
	}{{1, 40000, 5}, {64, 400000, 4}} {
		var ours, peers []float64
		for range 7 {
			r, err := b.measure(fmt.Sprintf(`version: 1
name: dispatch
workloads: {w: {builtin: add, args: {a: 1, b: 2}, tasks: %d}}
matrix: {executor: {pool: {workers: 2, chunksize: %d}}}
repeats: {min: 1, warmup: 0}
control: false
`, c.tasks, c.chunk))
			if err != nil {
				return nil, err
			}
			ours = append(ours, float64(c.tasks)/stats.Median(r.Cells[0].Times))
			if interpreter == "" {
				continue
			}
			out, err := exec.Command(interpreter, "-c", poolScript, fmt.Sprint(c.tasks), fmt.Sprint(c.chunk)).Output()
			if err != nil {
				return nil, fmt.Errorf("python: %w", err)
			}
			took, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
			if err != nil {
				return nil, err
			}
			peers = append(peers, float64(c.tasks)/took)
		}
		line := row{what: fmt.Sprintf("tasks/s through a pool of 2, chunks of %d", c.chunk), ours: rate(stats.Median(ours)),
			peer: "no python3 here", target: fmt.Sprintf("≥ %g × Pool.imap_unordered", c.target)}
		if interpreter != "" {
			r, text := ratio(ours, peers)
			line.peer, line.ratio, line.met = "CPython's Pool.imap_unordered, "+rate(stats.Median(peers)), text, yes(r >= c.target)
		}
		rows = append(rows, line)
	}
	return rows, nil
}
