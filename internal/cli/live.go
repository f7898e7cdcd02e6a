package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"bench/runner/reports"
	"bench/runner/results"
)

// liveView shows a run's progress. It writes when it is told of something, that is between trials, and at most once a
// second while a trial runs. Its methods may be called by several goroutines.
type liveView interface {
	start(total int, atMost bool, cells []string) // the planned trials, or a bound of them, and the keys of the cells
	step(doing string)                            // what is done before the first trial or after the last; "": it is done
	trial(liveTrial)
	finish() // last; nothing is written after it
}

// liveTrial is a trial that has ended.
type liveTrial struct {
	cell          int   // index of its key in what start was given
	done, total   int   // trials of the whole run; total may change on the way
	block, blocks int   // block counts from 0; warm-up blocks are blocks
	atMost        bool  // total and blocks are bounds: the run ends when enough is known
	cells         []int // that the block has; nil: all
	status        results.Status
	reason        string
	time          time.Duration // 0: not measured
	control       bool          // the second copy of a baseline: neither progress nor trouble of its cell
	warmup        bool          // its time does not count
	again         bool          // recorded before the run was resumed: no news
	position      int           // in its block, from 0
	speedup       *float64      // of its cell so far; nil: not known
}

// newLive is a view that redraws itself on a terminal, and one of plain lines elsewhere, in CI and where TERM is dumb,
// or where each trial is to have its line.
// size gives the terminal's columns and lines; 0 means unknown.
func newLive(w io.Writer, terminal, each bool, env func(string) string, now func() time.Time, size func() (width, height int)) liveView {
	if terminal && !each && env("CI") == "" && env("TERM") != "dumb" {
		return &liveScreen{w: w, now: now, size: size, color: env("NO_COLOR") == "", every: everySecond}
	}
	return &livePlain{w: w, now: now, every: everySecond, each: each}
}

// liveQuiet shows nothing.
type liveQuiet struct{}

func (liveQuiet) start(int, bool, []string) {}
func (liveQuiet) step(string)               {}
func (liveQuiet) trial(liveTrial)           {}
func (liveQuiet) finish()                   {}

// everySecond calls tick until it is stopped; after stop has returned there is no further call.
func everySecond(tick func()) (stop func()) {
	ticker := time.NewTicker(time.Second)
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticker.C:
				tick()
			case <-quit:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(quit)
		<-ended
	}
}

// liveProgress is what both views know of a run.
type liveProgress struct {
	cells         []liveCell
	began         time.Time
	done, total   int
	before        int // of those that are done: recorded before the run was resumed
	block, blocks int
	atMost        bool   // total and blocks are bounds
	doing         string // a step besides trials
}

// step notes what is done besides trials. Its time says nothing about how long they will take.
func (p *liveProgress) step(now time.Time, doing string) {
	p.doing = reports.Visible(doing)
	if p.done == p.before {
		p.began = now
	}
}

type liveCell struct {
	key        string
	done       int             // blocks
	times      []time.Duration // of the OK trials that count, sorted
	speedup    *float64
	bad        map[results.Status]int
	reason     string // of the last bad trial
	lastHeard  int    // number of the trial that was its last
	impossible bool   // this machine cannot run it: no further trials
	settled    bool   // the block that runs does without it
}

func newLiveProgress(now time.Time, total int, atMost bool, keys []string) liveProgress {
	p := liveProgress{began: now, total: total, atMost: atMost, cells: make([]liveCell, len(keys))}
	for i, k := range keys {
		p.cells[i] = liveCell{key: reports.Visible(k), bad: map[results.Status]int{}}
	}
	return p
}

// add notes a trial and returns its cell; nil if there is no such cell.
func (p *liveProgress) add(t liveTrial) *liveCell {
	if t.block != p.block {
		p.settle(t.cells)
	}
	p.done, p.total, p.block, p.blocks, p.atMost = t.done, t.total, t.block, t.blocks, t.atMost
	if t.again {
		p.before++
	}
	if t.cell < 0 || t.cell >= len(p.cells) {
		return nil
	}
	c := &p.cells[t.cell]
	c.lastHeard = t.done
	if t.speedup != nil {
		c.speedup = t.speedup
	}
	if t.status == results.Unavailable {
		c.impossible, c.reason = true, reports.Visible(t.reason)
	}
	if t.control || c.impossible {
		return c
	}
	c.done++
	if t.status != results.OK {
		c.bad[t.status]++
		c.reason = reports.Visible(t.reason)
	}
	if t.status == results.OK && !t.warmup && t.time > 0 {
		at, _ := slices.BinarySearch(c.times, t.time)
		c.times = slices.Insert(c.times, at, t.time)
	}
	return c
}

// settle notes which cells the block that begins has; nil: all.
func (p *liveProgress) settle(cells []int) {
	for i := range p.cells {
		p.cells[i].settled = cells != nil
	}
	for _, i := range cells {
		p.cells[i].settled = false
	}
}

// left is how long the rest will take if it goes on as before; 0 where that cannot be told.
func (p *liveProgress) left(now time.Time) time.Duration {
	fresh := p.done - p.before
	if fresh == 0 || p.total <= p.done {
		return 0
	}
	return time.Duration(float64(now.Sub(p.began)) / float64(fresh) * float64(p.total-p.done))
}

// leftText is "about 5 s left", or "" where that cannot be told.
func (p *liveProgress) leftText(now time.Time) string {
	left := p.left(now)
	if left <= 0 {
		return ""
	}
	text := "about " + liveText(reports.Elapsed(left)) + " left"
	if p.atMost {
		text = "at most " + text
	}
	return text
}

// position is "block 3 of 10, 24 of 80 trials" with the given separator.
func (p *liveProgress) position(separator string) string {
	text, of := fmt.Sprintf("%d of %d trials", p.done, p.total), "of"
	if p.atMost {
		text, of = plural(p.done, "trial"), "of at most"
	}
	if p.doing != "" {
		text = p.doing + separator + text
	}
	if p.blocks > 0 {
		text = fmt.Sprintf("block %d %s %d%s%s", p.block+1, of, p.blocks, separator, text)
	}
	return text
}

// median so far, "" without a time.
func (c *liveCell) median() string {
	n := len(c.times)
	if n == 0 {
		return ""
	}
	middle := (c.times[(n-1)/2] + c.times[n/2]) / 2
	return liveText(reports.Quantity(middle.Seconds(), "s"))
}

func (c *liveCell) speedupText() string {
	if c.speedup == nil {
		return ""
	}
	return reports.Ratio(*c.speedup)
}

// trouble counts the bad trials: "2 wrong, 1 timeout".
func (c *liveCell) trouble() string {
	if c.impossible {
		return string(results.Unavailable)
	}
	var parts []string
	for _, s := range results.Statuses {
		if n := c.bad[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

func liveText(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
