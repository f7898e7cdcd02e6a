package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
)

// asked makes More of what it is to answer, one after another; then there is enough.
func asked(b *bench, answers ...[]int) (times *int) {
	times = new(int)
	b.More = func() []int {
		if *times++; *times > len(answers) {
			return nil
		}
		return answers[*times-1]
	}
	return times
}

// perBlock are the cells of each block in the order of their trials, controls with a c.
func perBlock(b *bench) []string {
	var out []string
	for i, t := range b.trials {
		for len(out) <= t.Block {
			out = append(out, "")
		}
		label := fmt.Sprint(b.events[i].Cell)
		if t.Control {
			label += "c"
		}
		out[t.Block] = strings.TrimSpace(out[t.Block] + " " + label)
	}
	return out
}

// filtered is the order that the plan gives to some cells of a block.
func filtered(plan *spec.Plan, block int, cells ...int) string {
	var out []string
	for _, s := range plan.Block(block) {
		if slices.Contains(cells, s.Cell) {
			label := fmt.Sprint(s.Cell)
			if s.Control {
				label += "c"
			}
			out = append(out, label)
		}
	}
	return strings.Join(out, " ")
}

var every = []int{0, 1, 2, 3}

// A block has the cells that were asked for, in the order that the plan has for them, with the control beside its
// baseline; places are told apart within the block.
func TestBlocksOfSomeCells(t *testing.T) {
	plan := usual(t, "repeats: {min: 2, max: 6, warmup: 1}\n")
	b := newBench(plan, right)
	times := asked(b, every, every, []int{0, 2}, []int{1, 2, 3}, []int{3})
	if out := b.run(t); out != (Outcome{Trials: 5 + 5 + 5 + 3 + 3 + 1}) || *times != 6 {
		t.Fatalf("%+v, asked %d times", out, *times)
	}
	for block, got := range perBlock(b)[1:] {
		want := filtered(plan, block+1, [][]int{every, every, {0, 2}, {1, 2, 3}, {3}}[block]...)
		if got != want {
			t.Errorf("block %d: %s, want %s", block+1, got, want)
		}
	}
	places := map[[2]int]bool{}
	for _, trial := range b.trials {
		at := [2]int{trial.Block, trial.Position}
		if places[at] || trial.Warmup != (trial.Block == 0) {
			t.Errorf("%v: taken %v, warm-up %v", at, places[at], trial.Warmup)
		}
		places[at] = true
	}
}

// More is asked when all trials before are recorded, and not for blocks that only warm up.
func TestMoreIsAskedBetweenBlocks(t *testing.T) {
	b := newBench(usual(t, "repeats: {min: 1, max: 9, warmup: 2}\n"), right)
	var known []int
	b.More = func() []int {
		if known = append(known, len(b.trials)); len(known) == 4 {
			return nil
		}
		return []int{1}
	}
	b.run(t)
	if want := []int{10, 11, 12, 13}; !slices.Equal(known, want) {
		t.Errorf("asked after %v trials, want %v", known, want)
	}
}

func TestEventsOfAnOpenNumberOfBlocks(t *testing.T) {
	b := newBench(usual(t, "repeats: {min: 1, max: 3, warmup: 1}\n"), right)
	asked(b, every, []int{1, 2}, []int{1, 2}, []int{2}, []int{2})
	b.run(t)
	var got []string
	for _, e := range b.events {
		if !e.AtMost || e.Trial.Block != e.Block {
			t.Errorf("%+v", e)
		}
		got = append(got, fmt.Sprintf("%d:%d/%d,%d/%d", e.Cell, e.Block, e.Of, e.Done, e.Total))
	}
	last := map[int]string{}
	for i, e := range b.events {
		last[e.Block] = got[i][strings.Index(got[i], ":")+1:]
	}
	// 4 blocks with the warm-up; what is measured beyond them is a block of its own each time
	want := map[int]string{0: "0/4,5/20", 1: "1/4,10/20", 2: "2/4,12/14", 3: "3/4,14/14", 4: "4/5,15/15", 5: "5/6,16/16"}
	for block, text := range want {
		if last[block] != text {
			t.Errorf("after block %d: %s, want %s", block, last[block], text)
		}
	}
	if cells := b.events[10].Cells; !slices.Equal(cells, []int{1, 2}) || b.events[0].Cells != nil {
		t.Errorf("cells of the blocks: %v, %v", b.events[0].Cells, cells)
	}
}

// With a fixed number of blocks nothing is "at most", also where somebody is asked.
func TestAFixedNumberOfBlocksIsNotAtMost(t *testing.T) {
	b := newBench(usual(t, "repeats: {min: 2, warmup: 0}\n"), right)
	asked(b, every, every)
	b.run(t)
	for _, e := range b.events {
		if e.AtMost || e.Of != 2 || e.Total != 10 {
			t.Errorf("%+v", e)
		}
	}
}

// A run in which only cells are wanted that this machine cannot run must end, however often they are asked for.
func TestCellsThatCannotRunEndNoRunButTheirOwn(t *testing.T) {
	for name, cells := range map[string][]int{"only absent ones": {2, 3}, "one that runs": {1, 2}} {
		b := newBench(usual(t, "repeats: {min: 1, max: 5}\n"), func(j executors.Job) executors.Observation {
			if j.Executor == "procs" || j.Workers == 4 {
				return executors.Observation{Status: results.Unavailable, Reason: "not here"}
			}
			return gave(1, 2)
		})
		times := 0
		b.More = func() []int {
			if times++; times == 20 {
				return nil
			}
			return cells
		}
		out := b.run(t)
		want, asks := Outcome{Trials: 5}, 1
		if name == "one that runs" {
			want, asks = Outcome{Trials: 5 + 19}, 20
		}
		if out != want || times != asks {
			t.Errorf("%s: %+v, asked %d times, want %+v and %d", name, out, times, want, asks)
		}
	}
}

func TestNothingThatCanRunEndsTheRun(t *testing.T) {
	absent := func(executors.Job) executors.Observation { return executors.Observation{Status: results.Unavailable} }
	for name, more := range map[string]func() []int{"fixed": nil, "open": func() []int { return every }} {
		b := newBench(usual(t, "repeats: {min: 1000, warmup: 1}\n"), absent)
		b.More = more
		if out := b.run(t); out != (Outcome{Trials: 4}) {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

// The budget ends a run that would go on, and is no reason where everything is known anyway.
func TestBudgetOfAnOpenNumberOfBlocks(t *testing.T) {
	for name, c := range map[string]struct {
		blocks int
		want   Outcome
	}{
		"goes on": {50, Outcome{Trials: 15, OutOfBudget: true}},
		"decided": {2, Outcome{Trials: 15}},
	} {
		b := newBench(usual(t, "repeats: {min: 1, max: 50, warmup: 1, budget: 11s}\n"), right) // 5 trials of a second a block
		asked(b, slices.Repeat([][]int{every}, c.blocks)...)
		if out := b.run(t); out != c.want {
			t.Errorf("%s: %+v, want %+v", name, out, c.want)
		}
	}
}

func TestAnInterruptAsksForNothingMore(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b := newBench(usual(t, "repeats: {min: 1, max: 9, warmup: 0}\n"), func(j executors.Job) executors.Observation {
		if j.Block == 1 {
			cancel()
			return executors.Observation{Status: results.Interrupted}
		}
		return gave(1, 2)
	})
	times := asked(b, every, []int{1}, every, every)
	if out, err := b.Run(ctx); err != nil || out != (Outcome{Trials: 5, Interrupted: true}) || *times != 2 {
		t.Errorf("%+v, %v, asked %d times", out, err, *times)
	}
}

// What is made once for a cell is made before all blocks and undone after them, whether or not the last blocks have the
// cell; what belongs to a trial goes with the trials.
func TestStepsOfCellsThatSomeBlocksLeaveOut(t *testing.T) {
	b, ran := logged(t, `workloads:
  a:
    command: [tool, "{{n}}"]
    prepare: [{each: cell, command: [make, "{{n}}"]}, {each: trial, command: [fresh, "{{n}}"]}]
    cleanup: {each: cell, command: [unmake, "{{n}}"]}
matrix: {n: [1, 2, 3]}
repeats: {min: 1, max: 9, warmup: 1}
control: false
`, fine)
	asked(b, []int{0, 1, 2}, []int{1}, []int{1})
	if out := b.run(t); out.Trials != 8 || out.Undone != nil {
		t.Fatalf("%+v", out)
	}
	for what, want := range map[string]int{"make 1": 1, "make 2": 1, "make 3": 1, "unmake 1": 1, "unmake 2": 1, "unmake 3": 1,
		"fresh 1": 2, "fresh 2": 4, "fresh 3": 2, "tool 2": 4} {
		if got := count(*ran, what); got != want {
			t.Errorf("%s: %d times, want %d", what, got, want)
		}
	}
	if n := len(*ran); !slices.Equal((*ran)[n-3:], []string{"unmake 3", "unmake 2", "unmake 1"}) || (*ran)[n-4] != "tool 2" {
		t.Errorf("the end: %v", (*ran)[n-4:])
	}
}
