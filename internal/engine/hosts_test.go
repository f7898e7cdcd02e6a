package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/spec"
)

// fakeHost answers jobs by a function, and is lost when that says so.
type fakeHost struct {
	name   string
	launch func(h *fakeHost, j executors.Job, cell *spec.PlannedCell) executors.Observation
	find   func(string) error
	files  map[string]any

	mu    sync.Mutex
	lost  error
	jobs  int      // that it was given
	ran   []string // programs of steps and commands
	dirs  map[string]bool
	freed int
}

func (h *fakeHost) Name() string { return h.name }

func (h *fakeHost) Find(_ context.Context, program string) error {
	if h.find == nil {
		return nil
	}
	return h.find(program)
}

func (h *fakeHost) Launch(ctx context.Context, j executors.Job, cell *spec.PlannedCell) executors.Observation {
	h.mu.Lock()
	if h.dirs == nil {
		h.dirs = map[string]bool{}
	}
	h.dirs[j.Dir] = true
	h.jobs++
	if len(j.Commands) > 0 && h.lost == nil {
		h.ran = append(h.ran, strings.Join(j.Commands[0].Argv, " "))
	}
	lost := h.lost
	h.mu.Unlock()
	if lost != nil || ctx.Err() != nil {
		return executors.Observation{Status: results.Interrupted}
	}
	return h.launch(h, j, cell)
}

func (h *fakeHost) Files(context.Context, string) (map[string]any, error) { return h.files, h.Lost() }

func (h *fakeHost) Free(dir string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.dirs, dir)
	h.freed++
}

func (h *fakeHost) Lost() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lost
}

// count is how many jobs it was given.
func (h *fakeHost) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.jobs
}

// lose is what a host answers that is lost while it runs a job.
func (h *fakeHost) lose() executors.Observation {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lost = errors.New("it is not heard of any more")
	return executors.Observation{Status: results.Interrupted}
}

// fakeHosts hands out hosts. When all of them are lost there will be no other.
type fakeHosts struct {
	mu    sync.Mutex
	free  chan Host
	alive int
	none  context.Context // ends when there will be no host any more
	empty func()
	taken map[string]int
	given map[string]int
}

func newHosts(all ...*fakeHost) *fakeHosts {
	f := &fakeHosts{free: make(chan Host, 100), alive: len(all), taken: map[string]int{}, given: map[string]int{}}
	f.none, f.empty = context.WithCancel(context.Background())
	for _, h := range all {
		f.free <- h
	}
	return f
}

func (f *fakeHosts) Take(ctx context.Context) (Host, error) {
	select {
	case h := <-f.free:
		f.mu.Lock()
		defer f.mu.Unlock()
		f.taken[h.Name()]++
		return h, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-f.none.Done():
		return nil, errors.New("the fleet is empty")
	}
}

func (f *fakeHosts) Give(h Host) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.given[h.Name()]++
	if h.Lost() == nil {
		f.free <- h
	} else if f.alive--; f.alive == 0 {
		f.empty()
	}
}

// like makes n hosts that answer alike.
func like(n int, launch func(h *fakeHost, j executors.Job) executors.Observation) (all []*fakeHost) {
	for i := range n {
		all = append(all, &fakeHost{name: fmt.Sprintf("h%d", i+1), launch: func(h *fakeHost, j executors.Job, _ *spec.PlannedCell) executors.Observation {
			return launch(h, j)
		}})
	}
	return all
}

func rightly(*fakeHost, executors.Job) executors.Observation { return gave(1, 2) }

// on gives a bench hosts; nothing may be run here then, and its clock stands still.
func on(t *testing.T, plan *spec.Plan, hosts ...*fakeHost) *bench {
	b := newBench(plan, nil)
	b.Launch = func(context.Context, executors.Job) executors.Observation {
		t.Error("a job was run here")
		return executors.Observation{}
	}
	b.Hosts = newHosts(hosts...)
	return b
}

// tally looks through the trials of a run on hosts: what each block has ran on one host, no place is taken twice, and the
// order is the plan's, but for baselines that are needed first. It counts the counted trials of each cell, without controls.
func tally(t *testing.T, plan *spec.Plan, trials []results.Trial) map[string]int {
	t.Helper()
	host, places, counts := map[int]string{}, map[[2]int]bool{}, map[string]int{}
	last := map[int]int{}
	for _, trial := range trials {
		at := [2]int{trial.Block, trial.Position}
		switch {
		case len(trial.Hosts) != 1:
			t.Fatalf("hosts of a trial: %v", trial.Hosts)
		case host[trial.Block] != "" && host[trial.Block] != trial.Hosts[0]:
			t.Fatalf("block %d was begun on %s and went on on %s", trial.Block, host[trial.Block], trial.Hosts[0])
		case places[at]:
			t.Fatalf("block %d has two trials at %d", trial.Block, trial.Position)
		case trial.Position < last[trial.Block]:
			t.Fatalf("block %d: place %d after %d", trial.Block, trial.Position, last[trial.Block])
		case trial.Contaminated != "":
			t.Fatalf("block %d is contaminated: %s", trial.Block, trial.Contaminated)
		}
		host[trial.Block], places[at], last[trial.Block] = trial.Hosts[0], true, trial.Position
		if !trial.Warmup && !trial.Control {
			counts[trial.Cell.Key()]++
		}
	}
	return counts
}

func TestEachBlockIsWholeOnOneHost(t *testing.T) {
	plan := usual(t, "repeats: {min: 9, warmup: 1}\n")
	b := on(t, plan, like(3, rightly)...)
	out := b.run(t)
	counts := tally(t, plan, b.trials)
	if len(counts) != 4 || out.Interrupted || out.Lost != nil || out.Undone != nil || out.Trials != len(b.trials) {
		t.Fatalf("%+v, %v", out, counts)
	}
	for key, n := range counts {
		if n != 9 {
			t.Errorf("%s has %d trials", key, n)
		}
	}
	blocks := map[int][]results.Trial{}
	for _, trial := range b.trials {
		blocks[trial.Block] = append(blocks[trial.Block], trial)
	}
	warm := map[string]int{}
	for number, trials := range blocks {
		want := plan.Block(number)
		late := slices.Clone(want)
		slices.SortStableFunc(late, func(x, y spec.Slot) int { return min(x.Cell, 1) - min(y.Cell, 1) })
		same := func(slots []spec.Slot) bool {
			return slices.EqualFunc(slots, trials, func(s spec.Slot, tr results.Trial) bool {
				return plan.Cells[s.Cell].Cell == tr.Cell && s.Control == tr.Control && tr.Warmup == trials[0].Warmup
			})
		}
		if !same(want) && !same(late) {
			t.Errorf("block %d is not in the order of the plan: %v", number, slots(trials))
		}
		if trials[0].Warmup {
			warm[trials[0].Hosts[0]]++
		}
	}
	for host, n := range warm {
		if n != 1 {
			t.Errorf("%s warmed up %d times", host, n)
		}
	}
	for i, e := range b.events {
		if e.Done != i+1 || e.Total < e.Done {
			t.Errorf("event %d: %d of %d", i, e.Done, e.Total)
		}
	}
	if last := b.events[len(b.events)-1]; last.Done != last.Total || last.Of != len(blocks) {
		t.Errorf("at the end %+v, %d blocks", last, len(blocks))
	}
}

// TestBlocksRunAtOnce: each host is kept in its first trial until all are.
func TestBlocksRunAtOnce(t *testing.T) {
	for _, warmup := range []string{"0", "1"} {
		var arrived sync.WaitGroup
		arrived.Add(3)
		plan := usual(t, "repeats: {min: 3, warmup: "+warmup+"}\n")
		b := on(t, plan, like(3, func(h *fakeHost, j executors.Job) executors.Observation {
			if h.count() == 1 {
				arrived.Done()
				arrived.Wait()
			}
			return gave(1, 2)
		})...)
		b.run(t)
		if counts := tally(t, plan, b.trials); counts["threads=2"] != 3 {
			t.Errorf("warm-up %s: %v", warmup, counts)
		}
	}
}

// TestNoMoreHostsThanBlocks: a host that would only warm up has nothing to do.
func TestNoMoreHostsThanBlocks(t *testing.T) {
	plan := usual(t, "repeats: {min: 2, warmup: 1}\n")
	b := on(t, plan, like(8, rightly)...)
	b.run(t)
	used := map[string]bool{}
	for _, trial := range b.trials {
		used[trial.Hosts[0]] = true
	}
	if len(used) > 2 {
		t.Errorf("for 2 blocks: %v", used)
	}
}

// TestALostHost: wherever in a block a host is lost, and whichever block that is, what the block lacks is measured elsewhere,
// in another block.
func TestALostHost(t *testing.T) {
	for block := range 4 {
		for place := range 5 {
			var launched atomic.Int64
			hosts := like(2, func(h *fakeHost, j executors.Job) executors.Observation {
				launched.Add(1)
				if h.name == "h1" && h.count() == block*5+place+1 {
					return h.lose()
				}
				return gave(1, 2)
			})
			plan := usual(t, "repeats: {min: 6, warmup: 1}\n")
			b := on(t, plan, hosts...)
			out := b.run(t)
			name := fmt.Sprintf("block %d, place %d", block, place)
			lost, unrecorded := hosts[0].Lost() != nil, 0 // unless the other one had all the blocks
			if lost {
				unrecorded = 1
			}
			if out.Interrupted || lost != (out.Lost != nil) || int(launched.Load()) != len(b.trials)+unrecorded {
				t.Fatalf("%s: %+v, %d launched, %d recorded", name, out, launched.Load(), len(b.trials))
			}
			if lost && out.Lost.Error() != "host h1: it is not heard of any more" {
				t.Errorf("%s: %v", name, out.Lost)
			}
			for key, n := range tally(t, plan, b.trials) {
				if n != 6 && (key != "serial" || n != 7) { // the baseline goes with the rest
					t.Errorf("%s: %d trials of %s", name, n, key)
				}
			}
		}
	}
}

// TestARestIsBesideItsBaseline: a block of what another lacked is compared within itself.
func TestARestIsBesideItsBaseline(t *testing.T) {
	hosts := like(2, nil)
	var n atomic.Int64
	hosts[0].launch = func(h *fakeHost, _ executors.Job, _ *spec.PlannedCell) executors.Observation {
		if n.Add(1) == 4 {
			return h.lose()
		}
		return gave(1, 2)
	}
	hosts[1].launch = func(*fakeHost, executors.Job, *spec.PlannedCell) executors.Observation { return gave(1, 2) }
	plan := usual(t, "repeats: {min: 1, warmup: 0}\n")
	b := on(t, plan, hosts[0])
	f := b.Hosts.(*fakeHosts)
	f.alive = 2
	b.Hosts = afterLoss{f, hosts[1]}
	b.run(t)
	if text := strings.Join(slots(b.trials), "\n"); len(b.trials) != 3+4 || strings.Count(text, "serial") != 4 {
		t.Errorf("the baseline, its control and 1 cell, then the baseline, its control and 2 cells, not\n%s", text)
	}
	if last := b.events[len(b.events)-1]; len(last.Cells) != 3 {
		t.Errorf("cells of the last block: %v", last.Cells)
	}
}

// afterLoss has another host once one was lost.
type afterLoss struct {
	*fakeHosts
	next *fakeHost
}

func (f afterLoss) Give(h Host) {
	f.fakeHosts.Give(h)
	if h.Lost() != nil {
		f.free <- f.next
	}
}

func TestAllHostsLost(t *testing.T) {
	for place := range 12 {
		var n atomic.Int64
		losing := func(h *fakeHost, _ executors.Job) executors.Observation {
			if int(n.Add(1)) > place {
				return h.lose()
			}
			return gave(1, 2)
		}
		plan := usual(t, "repeats: {min: 3, warmup: 1}\n")
		b := on(t, plan, like(2, losing)...)
		out, err := b.Run(context.Background())
		if err == nil || !out.Interrupted || out.Trials != place || len(b.trials) != place || out.Lost == nil {
			t.Fatalf("%d: %+v, %v, %d trials", place, out, err, len(b.trials))
		}
		if text := err.Error(); !strings.Contains(text, "the fleet is empty") || !strings.Contains(text, "host h1: it is not heard of") || !strings.Contains(text, "host h2: ") {
			t.Error(text)
		}
		again := on(t, plan, like(2, rightly)...)
		again.Before = b.trials
		again.run(t)
		for key, n := range tally(t, plan, append(slices.Clone(b.trials), again.trials...)) {
			if n < 3 || n > 5 || n > 3 && key != "serial" {
				t.Errorf("%d, resumed: %d trials of %s", place, n, key)
			}
		}
	}
}

func TestNoHostAtAll(t *testing.T) {
	b := on(t, usual(t, "repeats: 3\n"))
	b.Hosts.(*fakeHosts).empty()
	if out, err := b.Run(context.Background()); err == nil || !out.Interrupted || err.Error() != "there is no host to measure on: the fleet is empty" {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestAResumedRunOnHosts: wherever it was cut, no block is continued, and each cell has the trials that were asked for.
func TestAResumedRunOnHosts(t *testing.T) {
	for name, asks := range map[string][][]int{"fixed": nil, "as needed": {every, every, {0, 2}, {3}}} {
		for _, hosts := range []int{1, 3} {
			plan := usual(t, "repeats: {min: 3, max: 9, warmup: 1}\n")
			begin := func() *bench {
				b := on(t, plan, like(hosts, rightly)...)
				if asks != nil {
					asked(b, asks...)
				}
				return b
			}
			whole := begin()
			whole.run(t)
			want := tally(t, plan, whole.trials)
			for cut := range len(whole.trials) + 1 {
				b := begin()
				b.Before = slices.Clone(whole.trials[:cut])
				out := b.run(t)
				all := append(b.Before, b.trials...)
				for key, n := range tally(t, plan, all) {
					if n < want[key] || n > want[key]+hosts || n > want[key] && asks == nil && key != "serial" { // which goes with a rest
						t.Fatalf("%s, cut after %d: %d trials of %s, want %d:\n%s", name, cut, n, key, want[key], strings.Join(slots(all), "\n"))
					}
				}
				begun := map[int]bool{}
				for _, trial := range b.Before {
					begun[trial.Block] = true
				}
				for _, trial := range b.trials {
					if begun[trial.Block] {
						t.Fatalf("%s, cut after %d: block %d was continued", name, cut, trial.Block)
					}
				}
				for i, e := range b.events {
					if e.Again != (i < cut) || e.Done != i+1 {
						t.Fatalf("%s, cut after %d: event %d: %+v", name, cut, i, e)
					}
				}
				if out.Trials != len(all) || len(b.events) != len(all) {
					t.Fatalf("%s, cut after %d: %+v, %d events for %d trials", name, cut, out, len(b.events), len(all))
				}
			}
		}
	}
}

func TestBudgetOnHosts(t *testing.T) {
	var now atomic.Int64
	plan := usual(t, "repeats: {min: 50, warmup: 0, budget: 9s}\n")
	b := on(t, plan, like(3, func(*fakeHost, executors.Job) executors.Observation {
		now.Add(int64(time.Second))
		return gave(1, 2)
	})...)
	b.Now = func() time.Time { return time.Unix(0, now.Load()) }
	out := b.run(t)
	// nothing is begun after 9 s, and what was is finished: 15 trials and one more block at most
	if counts := tally(t, plan, b.trials); !out.OutOfBudget || out.Interrupted || len(b.trials)%5 != 0 || len(b.trials) > 10+3*5 || counts["serial"] < 2 {
		t.Errorf("%+v, %v", out, counts)
	}
}
