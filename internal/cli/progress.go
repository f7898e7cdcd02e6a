package cli

import (
	"os"
	"time"

	"golang.org/x/term"

	"bench/runner/internal/engine"
	"bench/runner/internal/stats"
	"bench/runner/results"
)

// progress tells a live view of the engine's events.
type progress struct {
	liveView
	x     experiment
	times [][]float64 // s, of the counted OK trials of each cell
}

// live starts the view that fits stderr.
func (a *app) live(x experiment, each bool) *progress {
	p := &progress{liveView: liveQuiet{}, x: x, times: make([][]float64, len(x.plan.Cells))}
	if !a.quiet {
		p.liveView = newLive(a.stderr, a.terminal() >= 0, each, a.getenv, time.Now, a.size)
	}
	keys := make([]string, len(x.plan.Cells))
	for i := range keys {
		keys[i] = keyOf(x, i)
	}
	_, most := trialsOf(x)
	p.start(most, x.spec.Repeats.Adaptive(), keys)
	return p
}

func (p *progress) event(e engine.Event) {
	t := &e.Trial
	counts := t.Status == results.OK && !t.Warmup && !t.Control
	if counts {
		p.times[e.Cell] = append(p.times[e.Cell], t.Phases.Total.Seconds())
	}
	told := liveTrial{
		cell: e.Cell, done: e.Done, total: e.Total, block: e.Block, blocks: e.Of, atMost: e.AtMost, cells: e.Cells,
		status: t.Status, reason: t.Reason, time: t.Phases.Total, control: t.Control, warmup: t.Warmup, again: e.Again, position: t.Position,
	}
	if base := p.x.plan.Cells[e.Cell].Baseline; counts && base >= 0 && base != e.Cell && len(p.times[base]) > 0 {
		s := p.x.plan.Growth(e.Cell, base) * stats.Median(p.times[base]) / stats.Median(p.times[e.Cell])
		told.speedup = &s
	}
	p.trial(told)
}

// terminal is the descriptor of stderr if that is a terminal, else -1.
func (a *app) terminal() int {
	if f, ok := a.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return int(f.Fd())
	}
	return -1
}

// size of the terminal in columns and lines; 0, 0 where that is not known.
func (a *app) size() (width, height int) {
	width, height, err := term.GetSize(a.terminal())
	if err != nil {
		return 0, 0
	}
	return width, height
}
