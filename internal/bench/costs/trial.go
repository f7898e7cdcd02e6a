package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"bench/runner/results/sqlite"
)

const (
	fewTrials  = 10
	manyTrials = 40
)

// trial is what one trial more costs: the difference between a run of many and one of few, so that what a run costs once
// cancels out. It is counted for a program that does nothing, and for a task of two worker processes.
func trial(l *lab) (counts []count, err error) {
	for _, w := range []struct{ name, workload string }{
		{"command", `workloads: {w: {command: ["true"]}}`},
		{"procs=2", "workloads: {w: {builtin: add, args: {a: 1, b: 2}, tasks: 2}}\nmatrix: {executor: {procs: 2}}"},
	} {
		some, err := l.trials(w.workload)
		if err != nil {
			return nil, err
		}
		for i := range some {
			some[i].name += ", " + w.name
		}
		counts = append(counts, some...)
	}
	return counts, nil
}

func (l *lab) trials(workload string) ([]count, error) {
	few, err := l.traced(workload, fewTrials)
	if err != nil {
		return nil, err
	}
	many, err := l.traced(workload, manyTrials)
	if err != nil {
		return nil, err
	}
	var counts []count
	add := func(name, missing string, of func(ran) float64) {
		c := count{name: name, skipped: missing}
		if missing == "" {
			c.value = (of(many) - of(few)) / (many.trials - few.trials)
		}
		counts = append(counts, c)
	}
	add("allocations of runner", "", func(r ran) float64 { return float64(r.memory.Objects) })
	add("memory allocated by runner", "", func(r ran) float64 { return float64(r.memory.Bytes) / 1e3 })
	add("syscalls of runner", l.untraced, func(r ran) float64 { return float64(r.by[ofRunner].all) })
	add("syscalls of the trial's process", l.untraced, func(r ran) float64 { return float64(r.by[ofTrials].all) })
	if strings.Contains(workload, "procs") {
		add("syscalls of workers", l.untraced, func(r ran) float64 { return float64(r.by[ofWorkers].all) })
	}
	add("fsyncs", l.untraced, func(r ran) float64 {
		return float64(r.by[ofRunner].calls["fsync"] + r.by[ofRunner].calls["fdatasync"])
	})
	add("written by runner", l.untraced, func(r ran) float64 { return float64(r.by[ofRunner].written) / 1e3 })
	add("read by runner", l.untraced, func(r ran) float64 { return float64(r.by[ofRunner].read) / 1e3 })
	add("processes", l.untraced, func(r ran) float64 {
		return float64(r.by[ofRunner].started + r.by[ofTrials].started + r.by[ofWorkers].started)
	})
	if l.calls && l.untraced == "" {
		tell(os.Stderr, strings.SplitN(workload, "\n", 2)[0], few, many)
	}
	return counts, nil
}

// tell prints the system calls of one trial by name, those made most often first.
func tell(w io.Writer, workload string, few, many ran) {
	for r, who := range []string{"runner", "the trial's process", "workers"} {
		per := map[string]float64{}
		for name, n := range many.by[role(r)].calls {
			if each := float64(n-few.by[role(r)].calls[name]) / (many.trials - few.trials); each >= 0.05 {
				per[name] = each
			}
		}
		names := slices.SortedFunc(maps.Keys(per), func(a, b string) int { return cmp.Compare(per[b], per[a]) })
		fmt.Fprintf(w, "\ncalls of %s in a trial, %s:", who, workload)
		for _, name := range names {
			fmt.Fprintf(w, " %s %.1f", name, per[name])
		}
	}
	fmt.Fprintln(w)
}

// ran is one run.
type ran struct {
	trials float64 // that it has kept
	db     string
	memory allocated
	by     map[role]*tally // nil where system calls cannot be traced
}

// traced runs so many trials, and counts those that were kept: blocks in which the machine was busy are measured again.
func (l *lab) traced(workload string, n int) (r ran, err error) {
	file, db, err := l.spec(fmt.Sprintf("version: 1\nname: counted\n%s\nrepeats: {min: %d, max: %[2]d, warmup: 0}\ncontrol: false\nseed: 1\n", workload, n))
	if err != nil {
		return r, err
	}
	r.db = db
	if r.memory, r.by, err = l.trace("run", "-q", "--no-turns", "--db", db, file); err != nil {
		return r, err
	}
	r.trials, err = kept(db)
	return r, err
}

// kept is the number of trials in the last run of a database.
func kept(db string) (float64, error) {
	ctx := context.Background()
	d, err := sqlite.OpenReadOnly(ctx, db)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	list, err := d.Runs(ctx, sqlite.Filter{})
	if err != nil {
		return 0, err
	}
	if len(list) == 0 {
		return 0, fmt.Errorf("%s: no run is stored", db)
	}
	return float64(list[0].Trials), nil
}
