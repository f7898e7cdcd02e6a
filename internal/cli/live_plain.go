package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"bench/runner/internal/diag"
	"bench/runner/reports"
	"bench/runner/results"
)

const (
	liveHeartbeat = 30 * time.Second
	liveBadLines  = 5 // bad trials of one cell that get a line of their own
)

// livePlain writes a line a finished cell, a line a bad trial, and a heartbeat: for logs.
type livePlain struct {
	w     io.Writer
	now   func() time.Time
	every func(tick func()) (stop func())
	stop  func()

	mu       sync.Mutex
	progress liveProgress
	beat     time.Time // of the last heartbeat
	told     []int     // by cell: the blocks it had when its line was written
	over     bool
	each     bool // trial gets a line

	planned int  // blocks at first
	more    bool // it was said that there are more than planned
}

func (v *livePlain) start(total int, atMost bool, cells []string) {
	v.mu.Lock()
	v.beat = v.now()
	v.progress = newLiveProgress(v.beat, total, atMost, cells)
	v.told = make([]int, len(cells))
	bound := ""
	if atMost {
		bound = "at most "
	}
	v.linef("%s, %s%s", plural(len(cells), "cell"), bound, plural(total, "trial"))
	v.mu.Unlock()
	v.stop = v.every(v.tick)
}

func (v *livePlain) step(doing string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.progress.step(v.now(), doing); doing != "" && !v.over {
		v.linef("%s", v.progress.doing)
	}
}

func (v *livePlain) trial(t liveTrial) {
	v.mu.Lock()
	defer v.mu.Unlock()
	begins := t.block != v.progress.block
	c := v.progress.add(t)
	if begins && !v.over {
		v.settled()
	}
	if c == nil || v.over {
		return
	}
	if v.each && !t.again {
		v.recorded(t, c)
	}
	switch {
	case c.impossible:
		v.linef("%s: unavailable: %s", c.key, c.reason)
		v.told[t.cell] = c.done
	case t.control, t.again:
	case t.status != results.OK:
		v.bad(t, c)
	}
	if v.planned == 0 {
		v.planned = t.blocks
	}
	if begins && t.blocks > v.planned && !v.more {
		v.more = true
		v.linef("further blocks are measured: a false check is confirmed, or the machine was busy")
	}
	if !c.impossible && c.done == t.blocks && v.told[t.cell] == 0 { // a cell that gets further blocks is told again in the end
		v.cell(t.cell)
	}
	v.heartbeat()
}

// recorded tells of a trial that is kept by now.
func (v *livePlain) recorded(t liveTrial, c *liveCell) {
	key, took := c.key, ""
	if t.control {
		key += " (control)"
	}
	if t.status == results.OK && t.time > 0 {
		took = ", " + liveText(reports.Quantity(t.time.Seconds(), "s"))
	}
	v.linef("trial %d/%d %s: %s%s", t.block, t.position, key, t.status, took)
}

func (v *livePlain) bad(t liveTrial, c *liveCell) {
	n := 0
	for _, count := range c.bad {
		n += count
	}
	if n > liveBadLines {
		return
	}
	v.linef("%s: block %d: %s: %s", c.key, t.block+1, t.status, reports.Clip(c.reason, 200))
	if n == liveBadLines {
		v.linef("%s: further bad trials are only counted", c.key)
	}
}

// settled writes the cells that the block which begins does without.
func (v *livePlain) settled() {
	for i := range v.progress.cells {
		if c := &v.progress.cells[i]; c.settled && v.told[i] != c.done {
			v.cell(i)
		}
	}
}

// cell writes what one cell came to.
func (v *livePlain) cell(i int) {
	c := &v.progress.cells[i]
	v.told[i] = c.done
	parts := []string{fmt.Sprintf("%d of %d blocks", c.done, v.progress.blocks)}
	if v.progress.atMost {
		parts[0] = plural(c.done, "block")
	}
	if m := c.median(); m != "" {
		parts = append(parts, "median "+m)
	}
	if s := c.speedupText(); s != "" {
		parts = append(parts, "speedup "+s)
	}
	if b := c.trouble(); b != "" {
		parts = append(parts, b)
	}
	v.linef("%s: %s", c.key, strings.Join(parts, ", "))
}

func (v *livePlain) tick() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.heartbeat()
}

func (v *livePlain) heartbeat() {
	now := v.now()
	if v.over || now.Sub(v.beat) < liveHeartbeat {
		return
	}
	v.beat = now
	text := v.progress.position(", ")
	if left := v.progress.leftText(now); left != "" {
		text += ", " + left
	}
	v.linef("%s", text)
}

// finish writes the cells that an early end kept from their last block.
func (v *livePlain) finish() {
	if v.stop != nil {
		v.stop()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.over {
		return
	}
	v.over = true
	for i := range v.progress.cells {
		if c := &v.progress.cells[i]; c.done > 0 && v.told[i] != c.done {
			v.cell(i)
		}
	}
}

// linef drops a write error: progress that cannot be shown must not end a run.
func (v *livePlain) linef(format string, args ...any) {
	_, _ = fmt.Fprintln(v.w, diag.Printable(fmt.Sprintf(format, args...)))
}
