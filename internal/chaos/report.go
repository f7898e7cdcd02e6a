//go:build linux

package main

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is what a round found.
type report struct {
	Round      int
	Experiment string
	Fault      string
	Runners    int
	Kills      int            // runners that a signal ended
	Struck     map[string]int // by fault: runners that it met alive
	Checked    map[string]int // by invariant
	Broken     []finding
	Slowest    time.Duration // until all was gone, after a runner had ended
	Took       time.Duration
	Dir        string
}

// finding is a broken invariant.
type finding struct{ Invariant, Text string }

func newReport(r *round) report {
	return report{Round: r.Round, Experiment: r.experiment.name, Fault: r.fault.name, Struck: map[string]int{},
		Checked: map[string]int{}, Dir: r.Dir}
}

func (f *report) strike(name string)         { f.Struck[name]++ }
func (f *report) slowest(took time.Duration) { f.Slowest = max(f.Slowest, took) }

// line is a round in one line, and a line for each broken invariant.
func (f *report) line() string {
	text := fmt.Sprintf("round %d: %s, %s: %d runners, %d killed, %.1f s: ", f.Round, f.Experiment, f.Fault, f.Runners, f.Kills, f.Took.Seconds())
	if len(f.Broken) == 0 {
		return text + "ok"
	}
	text += "BROKEN"
	for _, b := range f.Broken {
		text += "\n  " + b.Invariant + ": " + strings.ReplaceAll(strings.TrimSpace(b.Text), "\n", "\n    ")
	}
	return text
}

// total adds up rounds.
type total struct {
	began           time.Time
	rounds, runners int
	kills           int
	faults, struck  map[string]int
	experiments     map[string]int
	checked         map[string]int
	brokenBy        map[string]int // by invariant
	broken          int            // rounds
	slowest         time.Duration
	kept            map[string]bool // directories of rounds that found something
}

func newTotal() total {
	return total{faults: map[string]int{}, struck: map[string]int{}, experiments: map[string]int{}, checked: map[string]int{},
		brokenBy: map[string]int{}, kept: map[string]bool{}}
}

func (t *total) add(f report) {
	t.rounds++
	t.runners += f.Runners
	t.kills += f.Kills
	t.faults[f.Fault]++
	t.experiments[f.Experiment]++
	for name, n := range f.Struck {
		t.struck[name] += n
	}
	for name, n := range f.Checked {
		t.checked[name] += n
	}
	for _, b := range f.Broken {
		t.brokenBy[b.Invariant]++
	}
	if len(f.Broken) > 0 {
		t.broken++
		t.kept[f.Dir] = true
	}
	t.slowest = max(t.slowest, f.Slowest)
}

// print writes the tables.
func (t *total) print(w io.Writer, d *driver) {
	fmt.Fprintf(w, "\nseed %d: %d rounds in %s, %d runners, %d of them killed; everything was gone %.2f s after a runner at the latest\n\n",
		d.seed, t.rounds, time.Since(t.began).Round(time.Second), t.runners, t.kills, t.slowest.Seconds())
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "rounds\tstruck\t  fault\n")
	for _, name := range slices.Sorted(maps.Keys(t.faults)) {
		fmt.Fprintf(table, "%d\t%d\t  %s\n", t.faults[name], t.struck[name], name)
	}
	table.Flush()
	fmt.Fprintf(table, "\nrounds\t  experiment\n")
	for _, name := range slices.Sorted(maps.Keys(t.experiments)) {
		fmt.Fprintf(table, "%d\t  %s\n", t.experiments[name], name)
	}
	table.Flush()
	fmt.Fprintf(table, "\nchecked\tbroken\t  invariant\n")
	for _, name := range invariants {
		fmt.Fprintf(table, "%d\t%d\t  %s\n", t.checked[name], t.brokenBy[name], name)
	}
	table.Flush()
	if !d.private {
		fmt.Fprintln(w, "\nWithout mount namespaces: no full disks, no read-only ones, and /dev/shm is not looked at.")
	}
	if t.broken > 0 {
		fmt.Fprintf(w, "\n%d rounds broke an invariant; kept in %s\n", t.broken, filepath.Dir(slices.Sorted(maps.Keys(t.kept))[0]))
	}
}
