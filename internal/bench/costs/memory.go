package main

import "fmt"

// memory is what runner allocates over a whole run of scripted cells, for one cell, trial and task more, and how that grows:
// 1 where ten times as many cost ten times as much, and more where each costs more than the one before.
func memory(l *lab) (counts []count, err error) {
	for _, m := range []struct {
		name  string
		sizes [3]int // the cost of one is taken between the first two, and between the last two
		run   func(n int) (allocated, error)
	}{
		{"cell", [3]int{100, 300, 1000}, func(n int) (allocated, error) { return l.scripted(nil, n, 1, 1) }},
		{"trial", [3]int{10, 60, 160}, func(n int) (allocated, error) { return l.scripted(nil, 10, n, 1) }},
		{"task", [3]int{1000, 10_000, 100_000}, func(n int) (allocated, error) { return l.scripted(nil, 1, 1, n) }},
	} {
		var at [3]allocated
		for i, n := range m.sizes {
			if at[i], err = m.run(n); err != nil {
				return nil, err
			}
		}
		each := func(i int) float64 {
			return float64(at[i].Bytes-at[i-1].Bytes) / float64(m.sizes[i]-m.sizes[i-1])
		}
		per := each(2)
		if m.name == "trial" {
			per /= 10
		}
		counts = append(counts, count{name: "memory allocated a " + m.name, value: per},
			count{name: "growth with " + m.name + "s", value: each(2) / each(1)})
		if m.name == "cell" {
			collected, err := l.scripted([]string{"env", "GOGC=100"}, 1000, 1, 1)
			if err != nil {
				return nil, err
			}
			counts = append(counts, count{name: "heap of a run with 1,000 cells", value: float64(collected.Heap) / 1e6})
		}
	}
	return counts, nil
}

// scripted runs so many cells in so many blocks, with so many tasks in each trial, behind a command.
func (l *lab) scripted(before []string, cells, blocks, tasks int) (allocated, error) {
	file, db, err := l.spec(fmt.Sprintf(`version: 1
name: scripted
workloads: {w: {builtin: add, args: {a: 1, b: "{{n}}"}, tasks: %d}}
matrix:
  executor: [{scripted: {workers: [1], script: {"*": 10ms}}}]
  n: [0..%d]
control: false
seed: 1
repeats: {min: %d, max: %[3]d, warmup: 0}
`, tasks, cells-1, blocks))
	if err != nil {
		return allocated{}, err
	}
	return l.as(before, "run", "-q", "--no-turns", "--db", db, file)
}
