package main

import (
	"fmt"
	"strings"
)

const (
	judgedChecks = 20
	fewBlocks    = 10
	manyBlocks   = 30
	judgedCells  = 50
	checkedCells = 10_000
)

// judging is what it costs to check a large spec, to judge one check more, and to tell one trial more.
func judging(l *lab) ([]count, error) {
	file, _, err := l.spec(large())
	if err != nil {
		return nil, err
	}
	checked, err := l.as(nil, "check", file)
	if err != nil {
		return nil, err
	}
	few, err := l.stored(fewBlocks)
	if err != nil {
		return nil, err
	}
	many, err := l.stored(manyBlocks)
	if err != nil {
		return nil, err
	}
	one, err := l.as(nil, "gate", "last", "--db", many, "--assert", judged(0))
	if err != nil {
		return nil, err
	}
	all, err := l.as(nil, "gate", "last", "--db", many)
	if err != nil {
		return nil, err
	}
	counts := []count{
		{name: "allocations of runner check, a cell", value: float64(checked.Objects) / checkedCells},
		{name: "memory allocated by runner check, a cell", value: float64(checked.Bytes) / checkedCells},
		{name: "allocations of a check", value: float64(all.Objects-one.Objects) / (judgedChecks - 1)},
		{name: "memory allocated by a check", value: float64(all.Bytes-one.Bytes) / (judgedChecks - 1) / 1e3},
	}
	short, err := l.told(few)
	if err != nil {
		return nil, err
	}
	long, err := l.told(many)
	if err != nil {
		return nil, err
	}
	trials := float64((manyBlocks - fewBlocks) * judgedCells)
	counts = append(counts,
		count{name: "allocations of a report, a trial", value: float64(long.memory.Objects-short.memory.Objects) / trials},
		count{name: "memory allocated by a report, a trial", value: float64(long.memory.Bytes-short.memory.Bytes) / trials},
		count{name: "read by a report, a trial", skipped: l.untraced})
	if last := &counts[len(counts)-1]; last.skipped == "" {
		last.value = float64(long.by[ofRunner].read-short.by[ofRunner].read) / trials
	}
	return counts, nil
}

// told is `runner report last` of a database.
func (l *lab) told(db string) (r ran, err error) {
	r.memory, r.by, err = l.trace("report", "last", "--db", db)
	return r, err
}

// large is a spec of 100 × 100 cells.
func large() string {
	return `version: 1
name: large
workloads: {w: {builtin: add, args: {a: "{{x}}", b: "{{y}}"}}}
matrix: {x: [0..99], y: [0..99]}
baseline: {x: 0}
assert: [speedup(x=1) > 0.1, time(x=2) < 10*s]
`
}

func judged(i int) string { return fmt.Sprintf("speedup(scripted=2, n=%d) > 1.3", i) }

// stored is a database with a run of 50 cells on scripted times, which differ from block to block.
func (l *lab) stored(blocks int) (db string, err error) {
	script := func(base float64, period int) string {
		var times []string
		for i := range period {
			times = append(times, fmt.Sprintf("%.1fms", base*(1+0.002*float64(i*i%period))))
		}
		return "[" + strings.Join(times, ", ") + "]"
	}
	var checks strings.Builder
	for i := range judgedChecks {
		fmt.Fprintf(&checks, "  - %s\n", judged(i))
	}
	file, db, err := l.spec(fmt.Sprintf(`version: 1
name: judged
workloads: {w: {builtin: add, args: {a: 1, b: "{{n}}"}, tasks: 2}}
matrix:
  executor: [{scripted: {workers: [1, 2], script: {"scripted=1": %s, "scripted=2": %s}}}]
  n: [0..%d]
baseline: {scripted: 1}
control: false
seed: 1
repeats: {min: %d, max: %[4]d, warmup: 0}
assert:
%[5]s`, script(1000, 29), script(500, 23), judgedCells/2-1, blocks, checks.String()))
	if err != nil {
		return "", err
	}
	_, err = l.as(nil, "run", "-q", "--no-turns", "--no-confirm", "--db", db, file)
	return db, err
}
