package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"bench/runner/internal/stats"
)

const (
	judgedChecks = 40
	judgeRounds  = 9
)

// judging stores a run of 100 cells and 30 blocks on scripted times, and judges it again: all of its checks, and one. What
// a further check costs is the difference, without the start and the reading.
func (b *bench) judging() ([]row, error) {
	dir := filepath.Join(b.dir, "judged.db")
	if err := b.store(dir, judgedSpec(judgedChecks)); err != nil {
		return nil, err
	}
	var all, each []float64
	for range judgeRounds {
		many, err := b.gate(dir)
		if err != nil {
			return nil, err
		}
		one, err := b.gate(dir, "--assert", judgedCheck(0))
		if err != nil {
			return nil, err
		}
		all, each = append(all, many), append(each, (many-one)/(judgedChecks-1))
	}
	t, e := stats.Median(all), stats.Median(each)
	return []row{
		{fmt.Sprintf("`runner gate`: 100 cells, 30 blocks, %d checks on two cells each", judgedChecks), milliseconds(all), "", "", "< 2 s", yes(t < 2)},
		{"one check more: 20,000 resamples of 30 blocks", milliseconds(each), "", "", "< 60 ms", yes(e < 0.06)},
	}, nil
}

// store runs a spec whose checks pass.
func (b *bench) store(db, spec string) error {
	file := filepath.Join(b.dir, "judged.yaml")
	if err := write(file, spec); err != nil {
		return err
	}
	if out, err := exec.Command(b.runner, "run", "-q", "--db", db, file).CombinedOutput(); err != nil {
		return fmt.Errorf("runner run: %w\n%s", err, out)
	}
	return nil
}

// gate times `runner gate last`. A verdict that is no pass is as good as one: checks are judged either way.
func (b *bench) gate(db string, args ...string) (float64, error) {
	c := exec.Command(b.runner, append([]string{"gate", "last", "--db", db}, args...)...)
	began := time.Now()
	out, err := c.CombinedOutput()
	took := time.Since(began).Seconds()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() == 2) {
		return 0, fmt.Errorf("runner gate: %w\n%s", err, out)
	}
	return took, nil
}

func judgedCheck(i int) string { return fmt.Sprintf("speedup(scripted=2, n=%d) > 1.3", i) }

// judgedSpec has times that differ from block to block, in another rhythm for each of the two cells of an n.
func judgedSpec(checks int) string {
	script := func(base float64, period int) string {
		var times []string
		for i := range period {
			times = append(times, fmt.Sprintf("%.1fms", base*(1+0.002*float64(i*i%period))))
		}
		return "[" + strings.Join(times, ", ") + "]"
	}
	var s strings.Builder
	fmt.Fprintf(&s, `version: 1
name: judged
workloads: {w: {builtin: add, args: {a: 1, b: "{{n}}"}, tasks: 2}}
matrix:
  executor: [{scripted: {workers: [1, 2], script: {"scripted=1": %s, "scripted=2": %s}}}]
  n: [0..49]
baseline: {scripted: 1}
repeats: 30
assert:
`, script(1000, 29), script(500, 23))
	for i := range checks {
		fmt.Fprintf(&s, "  - %s\n", judgedCheck(i))
	}
	return s.String()
}
