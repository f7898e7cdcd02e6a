package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"bench/runner/reports"
)

const (
	liveRedraw  = 100 * time.Millisecond // at least this long between two redraws
	liveBar     = 12                     // columns
	liveNumbers = 30                     // columns of what follows a key, without a bar
)

// liveScreen draws a line a cell, and below them one for the run, again and again at the same place. finish clears it.
type liveScreen struct {
	w     io.Writer
	now   func() time.Time
	size  func() (width, height int)
	color bool
	every func(tick func()) (stop func())
	stop  func()

	mu       sync.Mutex
	progress liveProgress
	drawn    []int // columns of each line on the screen
	drawnAt  time.Time
	over     bool
}

func (v *liveScreen) start(total int, atMost bool, cells []string) {
	v.mu.Lock()
	v.progress = newLiveProgress(v.now(), total, atMost, cells)
	v.draw()
	v.mu.Unlock()
	v.stop = v.every(v.tick)
}

func (v *liveScreen) step(doing string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.progress.step(v.now(), doing)
	v.draw()
}

func (v *liveScreen) trial(t liveTrial) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.progress.add(t)
	if v.now().Sub(v.drawnAt) >= liveRedraw {
		v.draw()
	}
}

func (v *liveScreen) tick() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.draw()
}

func (v *liveScreen) finish() {
	if v.stop != nil {
		v.stop()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.over {
		return
	}
	v.over = true
	width, _ := v.measure()
	_, _ = io.WriteString(v.w, v.home(width)+"\x1b[J")
}

// measure is the size of the screen, with a usual one where it is not known.
func (v *liveScreen) measure() (width, height int) {
	width, height = v.size()
	if width <= 0 {
		width = 80
	}
	if height <= 0 {
		height = 24
	}
	return width, height
}

// home moves to where the drawing began. A line that is wider than the screen has become by now takes several rows.
func (v *liveScreen) home(width int) string {
	rows := 0
	for _, w := range v.drawn {
		rows += max(1, (w+width-1)/width)
	}
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("\r\x1b[%dA", rows)
}

// draw writes the frame in one write. Write errors are dropped: progress that cannot be shown must not end a run.
func (v *liveScreen) draw() {
	if v.over {
		return
	}
	v.drawnAt = v.now()
	width, height := v.measure()
	var b strings.Builder
	b.WriteString(v.home(width))
	v.drawn = v.drawn[:0]
	for _, l := range v.frame(width-1, height-1) {
		b.WriteString(l.text)
		b.WriteString("\x1b[K\n")
		v.drawn = append(v.drawn, l.width)
	}
	b.WriteString("\x1b[J")
	_, _ = io.WriteString(v.w, b.String())
}

// liveLine is built of parts; one that does not fit is left out.
type liveLine struct {
	text  string
	width int
	room  int
}

func (l *liveLine) add(part, escape string) {
	w := reports.Width(part)
	space := 0
	if l.width > 0 {
		space = 2
	}
	if strings.TrimSpace(part) == "" || l.width+space+w > l.room {
		return
	}
	if escape != "" {
		part = "\x1b[" + escape + "m" + part + "\x1b[0m"
	}
	l.text += strings.Repeat(" ", space) + part
	l.width += space + w
}

// frame is what is shown in so much room: all cells or, where there are too many, those with trouble and those heard of
// last, in their order.
func (v *liveScreen) frame(width, height int) []liveLine {
	var lines []liveLine
	shown := v.pick(max(height-1, 1))
	keys := 0
	for _, i := range shown {
		keys = max(keys, reports.Width(v.progress.cells[i].key))
	}
	bar := width >= 60 && keys <= width/2 // a long key says more than a bar
	keys = min(keys, max(width/2, width-liveNumbers))
	for _, i := range shown {
		lines = append(lines, v.cell(&v.progress.cells[i], keys, bar, width))
	}
	if more := len(v.progress.cells) - len(shown); more > 0 {
		l := liveLine{room: width}
		l.add(fmt.Sprintf("+%d more", more), v.ink("2"))
		lines = append(lines, l)
	}
	return append(lines, v.status(width))
}

func (v *liveScreen) pick(room int) []int {
	all := make([]int, len(v.progress.cells))
	for i := range all {
		all[i] = i
	}
	if len(all) <= room {
		return all
	}
	slices.SortStableFunc(all, func(a, b int) int {
		x, y := &v.progress.cells[a], &v.progress.cells[b]
		return cmp.Or(cmp.Compare(min(len(y.bad), 1), min(len(x.bad), 1)), cmp.Compare(y.lastHeard, x.lastHeard))
	})
	all = all[:max(room-1, 0)]
	slices.Sort(all)
	return all
}

func (v *liveScreen) cell(c *liveCell, keys int, bar bool, width int) liveLine {
	l := liveLine{room: width}
	key := liveClip(c.key, keys)
	l.add(key+strings.Repeat(" ", max(0, keys-reports.Width(key))), "")
	if !c.impossible {
		of := max(v.progress.blocks, c.done)
		if c.settled {
			of = c.done
		}
		if bar {
			l.add(liveBarOf(c.done, of), v.ink("2"))
		}
		if of > 0 {
			digits := len(fmt.Sprint(of))
			l.add(fmt.Sprintf("%*d/%d", digits, c.done, of), "")
		}
		l.add(fmt.Sprintf("%8s", c.median()), "")
		if s := c.speedupText(); s != "" {
			l.add(fmt.Sprintf("%6s×", s), "")
		}
	}
	if t := c.trouble(); t != "" {
		l.add(t, v.ink("31"))
		if room := l.room - l.width - 2; room >= 20 {
			l.add(reports.Clip(c.reason, room), "")
		}
	}
	return l
}

// liveClip shortens a key in its middle: what tells it from others stands at its ends, and rather at the last.
func liveClip(key string, width int) string {
	if reports.Width(key) <= width {
		return key
	}
	runes := []rune(key)
	head := reports.Clip(key, width/3)
	from := len(runes)
	for from > 0 && reports.Width(head+string(runes[from-1:])) <= width {
		from--
	}
	return head + string(runes[from:])
}

func liveBarOf(done, of int) string {
	full := 0
	if of > 0 {
		full = min(done*liveBar/of, liveBar)
	}
	return strings.Repeat("█", full) + strings.Repeat("░", liveBar-full)
}

// status is the line of the whole run.
func (v *liveScreen) status(width int) liveLine {
	now := v.now()
	parts := []string{v.progress.position(" · "), liveText(reports.Elapsed(now.Sub(v.progress.began)))}
	if left := v.progress.leftText(now); left != "" {
		parts = append(parts, left)
	}
	l := liveLine{room: width}
	for n := len(parts); n > 0 && l.width == 0; n-- {
		l.add(strings.Join(parts[:n], " · "), v.ink("1"))
	}
	return l
}

func (v *liveScreen) ink(escape string) string {
	if v.color {
		return escape
	}
	return ""
}
