package main

import "fmt"

// overhead compares the time of a run with the sum of its trials, each as seen from outside its process.
func (b *bench) overhead() ([]row, error) {
	r, err := b.text(`version: 1
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
			if t.Wall != nil {
				sum += *t.Wall
				n++
			}
		}
	}
	if n == 0 {
		return nil, fmt.Errorf("the report has no trial")
	}
	run := r.Run.Finished.Sub(r.Run.Started).Seconds()
	met := "yes"
	if run > 1.03*sum {
		met = "**no**"
	}
	return []row{{what: fmt.Sprintf("a run of %d trials over the sum of its trials", n), target: "< 3 %", met: met,
		ours: fmt.Sprintf("+%.1f %%, %s a trial", 100*(run/sum-1), quantity((run-sum)/float64(n), "s"))}}, nil
}
