package main

import "fmt"

// overhead compares how much longer a run takes for having more blocks with how long the trials of these take, each as seen
// from outside its process. What a run does once, such as asking how much the machine can do at once, is in both.
func (b *bench) overhead() ([]row, error) {
	var runs, trials []float64
	each := 0
	for range max(b.rounds/3, 1) {
		shortRun, shortSum, few, err := b.busy(2)
		if err != nil {
			return nil, err
		}
		longRun, longSum, many, err := b.busy(12)
		if err != nil {
			return nil, err
		}
		runs, trials, each = append(runs, longRun-shortRun), append(trials, longSum-shortSum), many-few
	}
	e := ratio(runs, trials)
	return []row{{what: fmt.Sprintf("a run, %d trials longer", each), ours: milliseconds(runs), peer: "the sum of these trials, " + milliseconds(trials),
		ratio: e.String(), target: "≤ 1.03", met: e.atMost(1.03)}}, nil
}

// busy is the time of a run, the sum of the times of its trials, and their number.
func (b *bench) busy(blocks int) (run, sum float64, n int, err error) {
	r, err := b.text(fmt.Sprintf(`version: 1
name: overhead
workloads: {w: {builtin: busy_wait, args: {n: 200000000}, tasks: 2}}
matrix: {executor: [serial, {threads: 2}, {procs: 2}, {pool: 2}]}
repeats: {min: %[1]d, max: %[1]d, warmup: 0}
`, blocks))
	if err != nil {
		return 0, 0, 0, err
	}
	for _, c := range r.Cells {
		for _, t := range c.Trials {
			if t.Wall != nil {
				sum += *t.Wall
				n++
			}
		}
	}
	return r.Run.Finished.Sub(r.Run.Started).Seconds(), sum, n, nil
}
