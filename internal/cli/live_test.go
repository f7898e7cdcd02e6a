package cli

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"bench/runner/reports"
	"bench/runner/results"
)

// liveClock is a clock that only a test moves.
type liveClock struct{ t time.Time }

func (c *liveClock) now() time.Time          { return c.t }
func (c *liveClock) pass(d time.Duration)    { c.t = c.t.Add(d) }
func neverTick(func()) (stop func())         { return func() {} }
func noEnv(string) string                    { return "" }
func wide() (int, int)                       { return 100, 24 }
func newLiveClock() *liveClock               { return &liveClock{time.Unix(1_700_000_000, 0)} }
func liveOK(cell, n int, ms int64) liveTrial { return liveEvent(cell, n, results.OK, ms) }

// liveEvent is the nth trial, from 1, of a run of 4 blocks of 3 cells.
func liveEvent(cell, n int, s results.Status, ms int64) liveTrial {
	return liveTrial{cell: cell, done: n, total: 12, block: (n - 1) / 3, blocks: 4, status: s, time: time.Duration(ms) * time.Millisecond}
}

func TestLiveChoosesAView(t *testing.T) {
	for _, c := range []struct {
		name     string
		terminal bool
		env      map[string]string
		screen   bool
	}{
		{"a terminal", true, map[string]string{"TERM": "xterm"}, true},
		{"a pipe", false, map[string]string{"TERM": "xterm"}, false},
		{"CI with a terminal", true, map[string]string{"TERM": "xterm", "CI": "true"}, false},
		{"a dumb terminal", true, map[string]string{"TERM": "dumb"}, false},
	} {
		v := newLive(&bytes.Buffer{}, c.terminal, false, func(k string) string { return c.env[k] }, time.Now, wide)
		if _, screen := v.(*liveScreen); screen != c.screen {
			t.Errorf("%s: %T", c.name, v)
		}
	}
}

func TestLivePlain(t *testing.T) {
	var out bytes.Buffer
	clock := newLiveClock()
	v := newLive(&out, false, false, noEnv, clock.now, wide).(*livePlain)
	v.every = neverTick
	v.start(12, false, []string{"serial", "threads=2", "py2 \x1b[31m"})
	n := 0
	send := func(e liveTrial) { n++; clock.pass(4 * time.Second); e.done = n; v.trial(e) }
	for block := range 4 {
		at := block*3 + 1
		e := liveOK(0, at, int64(100+block))
		e.warmup = block == 0 // so 101, 102 and 103 count
		send(e)
		control := e
		control.control, control.time, control.status = true, time.Hour, results.Crash
		send(control)
		if block == 1 {
			bad := liveEvent(1, at, results.Wrong, 1)
			bad.reason = "result is 5\nnot 7"
			send(bad)
		} else {
			e := liveOK(1, at, 50)
			e.speedup = new(2.04)
			send(e)
		}
		if block == 0 {
			gone := liveEvent(2, at, results.Unavailable, 0)
			gone.reason = "python 2.7 is not installed"
			send(gone)
		}
	}
	v.finish()
	v.finish()
	v.trial(liveOK(1, 12, 1))
	want := `3 cells, 12 trials
py2 ␛[31m: unavailable: python 2.7 is not installed
threads=2: block 2: wrong: result is 5␊not 7
block 3 of 4, 8 of 12 trials, about 16 s left
serial: 4 of 4 blocks, median 102.0 ms
threads=2: 4 of 4 blocks, median 50.00 ms, speedup 2.04, 1 wrong
`
	if out.String() != want {
		t.Errorf("got\n%s\nnot\n%s", out.String(), want)
	}
}

// TestLiveTellsEachTrial that is news: what a resumed run had already is counted, but neither told nor reckoned with.
func TestLiveTellsEachTrial(t *testing.T) {
	var out bytes.Buffer
	clock := newLiveClock()
	v := newLive(&out, true, true, noEnv, clock.now, wide).(*livePlain)
	v.every = neverTick
	v.start(6, false, []string{"serial"})
	for n := range 6 {
		e := liveTrial{done: n + 1, total: 6, block: n / 2, blocks: 3, position: n % 2, control: n%2 == 1, again: n < 2, status: results.OK, time: time.Second}
		if n == 0 || n == 4 {
			e.status, e.reason = results.Crash, "boom"
		}
		if !e.again {
			clock.pass(20 * time.Second)
		}
		v.trial(e)
	}
	v.finish()
	want := `1 cell, 6 trials
trial 1/0 serial: ok, 1.000 s
trial 1/1 serial (control): ok, 1.000 s
block 2 of 3, 4 of 6 trials, about 40 s left
trial 2/0 serial: crash
serial: block 3: crash: boom
serial: 3 of 3 blocks, median 1.000 s, 2 crash
trial 2/1 serial (control): ok, 1.000 s
block 3 of 3, 6 of 6 trials
`
	if out.String() != want {
		t.Errorf("got\n%s\nnot\n%s", out.String(), want)
	}
}

// adaptiveTrials are those of a run of at most 5 blocks of three cells: the second is settled after two blocks, comes back
// for the fourth, and there are only four.
func adaptiveTrials() (all []liveTrial) {
	for block, cells := range [][]int{nil, {0, 1, 2}, {0, 2}, {1}} {
		ran := cells
		if cells == nil {
			ran = []int{0, 1, 2}
		}
		for _, i := range ran {
			all = append(all, liveTrial{cell: i, done: len(all) + 1, total: 15, block: block, blocks: 5, atMost: true, cells: cells,
				status: results.OK, time: 100 * time.Millisecond})
		}
	}
	return all
}

// The number of blocks is a bound, cells that need no more are told as done, and again if they did.
func TestLivePlainOfAnOpenNumberOfBlocks(t *testing.T) {
	var out bytes.Buffer
	clock := newLiveClock()
	v := &livePlain{w: &out, now: clock.now, every: neverTick}
	v.start(15, true, []string{"a", "b", "c"})
	for _, e := range adaptiveTrials() {
		clock.pass(8 * time.Second)
		v.trial(e)
	}
	v.finish()
	want := `3 cells, at most 15 trials
block 2 of at most 5, 4 trials, at most about 1 min 28 s left
b: 2 blocks, median 100.0 ms
block 3 of at most 5, 8 trials, at most about 56 s left
a: 3 blocks, median 100.0 ms
c: 3 blocks, median 100.0 ms
b: 3 blocks, median 100.0 ms
`
	if out.String() != want {
		t.Errorf("got\n%s\nnot\n%s", out.String(), want)
	}
}

func TestLiveScreenOfAnOpenNumberOfBlocks(t *testing.T) {
	var out bytes.Buffer
	clock := newLiveClock()
	v := &liveScreen{w: &out, now: clock.now, size: wide, every: neverTick}
	v.start(15, true, []string{"a", "b", "c"})
	for _, e := range adaptiveTrials()[:8] {
		clock.pass(8 * time.Second)
		v.trial(e)
	}
	want := []string{
		"a  ███████░░░░░  3/5  100.0 ms",
		"b  ████████████  2/2  100.0 ms",
		"c  ███████░░░░░  3/5  100.0 ms",
		"block 3 of at most 5 · 8 trials · 1 min 04 s · at most about 56 s left",
	}
	if got := screenOf(out.String()); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestLivePlainBoundsBadTrialsAndTellsAnEarlyEnd(t *testing.T) {
	var out bytes.Buffer
	clock := newLiveClock()
	v := &livePlain{w: &out, now: clock.now, every: neverTick}
	v.start(100, false, []string{"a", "b", "never"})
	for i := range 20 {
		v.trial(liveTrial{cell: 0, done: i + 1, total: 100, block: i, blocks: 50, status: results.Crash, reason: strings.Repeat("x", 1000)})
	}
	v.trial(liveTrial{cell: 1, done: 21, total: 100, block: 20, blocks: 50, status: results.OK, time: time.Second})
	v.finish()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 1+liveBadLines+1+2 {
		t.Fatalf("%d lines:\n%s", len(lines), out.String())
	}
	for i, want := range map[int]string{1: "a: block 1: crash: xxx", 5: "a: block 5: crash", 6: "a: further bad trials are only counted", 7: "a: 20 of 50 blocks, 20 crash", 8: "b: 1 of 50 blocks, median 1.000 s"} {
		if !strings.HasPrefix(lines[i], want) || len(lines[i]) > 260 {
			t.Errorf("line %d: %q", i, lines[i])
		}
	}
}

func TestLivePlainHeartbeat(t *testing.T) {
	var out bytes.Buffer
	clock := newLiveClock()
	v := &livePlain{w: &out, now: clock.now, every: neverTick}
	v.start(80, false, []string{"a"})
	out.Reset()
	for range 95 { // one long trial
		clock.pass(time.Second)
		v.tick()
	}
	if got := strings.Count(out.String(), "\n"); got != 3 {
		t.Errorf("%d heartbeats in 95 s:\n%s", got, out.String())
	}
	if !strings.HasPrefix(out.String(), "0 of 80 trials\n") {
		t.Errorf("before the first trial: %q", out.String())
	}
}

func TestLiveScreenFrames(t *testing.T) {
	var out bytes.Buffer
	clock := newLiveClock()
	v := newLive(&out, true, false, func(k string) string { return map[string]string{"NO_COLOR": "1"}[k] }, clock.now, wide).(*liveScreen)
	v.every = neverTick
	v.start(12, false, []string{"runtime=py3 serial", "runtime=py3 threads=2", "runtime=py2 serial"})
	clock.pass(2 * time.Second)
	v.trial(liveOK(0, 1, 1234))
	clock.pass(2 * time.Second)
	e := liveEvent(1, 2, results.Wrong, 0)
	e.reason = "result is 5\nnot 7"
	v.trial(e)
	clock.pass(2 * time.Second)
	gone := liveEvent(2, 3, results.Unavailable, 0)
	gone.reason = "python 2.7 is not installed"
	v.trial(gone)
	clock.pass(2 * time.Second)
	fast := liveOK(1, 4, 640)
	fast.speedup, fast.total = new(1.928), 9
	v.trial(fast)
	want := []string{
		"runtime=py3 serial     ███░░░░░░░░░  1/4   1.234 s",
		"runtime=py3 threads=2  ██████░░░░░░  2/4  640.0 ms    1.93×  1 wrong  result is 5␊not 7",
		"runtime=py2 serial     unavailable  python 2.7 is not installed",
		"block 2 of 4 · 4 of 9 trials · 8 s · about 10 s left",
	}
	if got := screenOf(out.String()); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	v.finish()
	before := out.Len()
	v.finish()
	v.trial(liveOK(0, 5, 1))
	v.tick()
	if got := screenOf(out.String()); out.Len() != before || len(got) != 0 {
		t.Errorf("after the end: %d bytes more, screen %q", out.Len()-before, got)
	}
}

func TestLiveScreenIsBounded(t *testing.T) {
	var keys []string
	for i := range 500 {
		keys = append(keys, fmt.Sprintf("runtime=a-long-name-of-a-runtime chunk=%d", i))
	}
	for _, size := range [][2]int{{100, 24}, {40, 6}, {20, 3}, {1, 1}, {0, 0}} {
		var out bytes.Buffer
		clock := newLiveClock()
		v := &liveScreen{w: &out, now: clock.now, size: func() (int, int) { return size[0], size[1] }, every: neverTick, color: true}
		v.start(5000, false, keys)
		for n := range 300 {
			clock.pass(time.Second)
			s := results.OK
			if n == 7 {
				s = results.Crash
			}
			v.trial(liveTrial{cell: n, done: n + 1, total: 5000, block: 0, blocks: 10, status: s, reason: "signal 11", time: time.Second})
		}
		width, height := v.measure()
		got := screenOf(out.String())
		if len(got) > max(height-1, 2) {
			t.Errorf("%v: %d lines", size, len(got))
		}
		for _, l := range got {
			if reports.Width(l) > max(width-1, 0) {
				t.Errorf("%v: %d columns: %q", size, reports.Width(l), l)
			}
		}
		text := strings.Join(got, "\n")
		if size[0] == 100 && (!strings.Contains(text, "chunk=7 ") || !strings.Contains(text, "chunk=299 ") || !strings.Contains(text, "+479 more")) {
			t.Errorf("%v: the worst, the last or the rest is missing:\n%s", size, text)
		}
	}
}

// A key that is too long gives up its middle, and the bar before that: what tells two keys apart stays.
func TestLiveScreenKeepsKeysApart(t *testing.T) {
	keys := []string{"serial size=1000 compression=fastest archive=tar", "threads=16 size=1000 compression=strongest archive=zip"}
	for width, want := range map[int]string{
		120: "serial size=1000 compression=fastest archive=tar        ███░░░░░░░░░  1/4  100.0 ms",
		80:  "serial size=1000 compression=fastest archive=tar   1/4  100.0 ms|threads=16 size…compression=strongest archive=zip  0/4",
		40:  "seria…t archive=tar  1/4  100.0 ms|threa…t archive=zip  0/4",
	} {
		var out bytes.Buffer
		v := &liveScreen{w: &out, now: newLiveClock().now, size: func() (int, int) { return width, 24 }, every: neverTick}
		v.start(8, false, keys)
		v.trial(liveTrial{cell: 0, done: 1, total: 8, blocks: 4, status: results.OK, time: 100 * time.Millisecond})
		v.tick()
		if got := strings.Join(screenOf(out.String()), "|"); !strings.HasPrefix(got, want) {
			t.Errorf("%d columns:\n%s\nnot\n%s", width, got, want)
		}
	}
}

// However fast trials come, there are at most ten redraws a second, and a tick shows what they left out.
func TestLiveScreenIsThrottled(t *testing.T) {
	w := &liveCounter{}
	clock := newLiveClock()
	v := &liveScreen{w: w, now: clock.now, size: wide, every: neverTick}
	v.start(100000, false, []string{"a"})
	for n := range 3000 {
		clock.pass(time.Millisecond)
		v.trial(liveTrial{cell: 0, done: n + 1, total: 100000, block: n, blocks: 10000, status: results.OK, time: time.Millisecond})
	}
	if w.writes < 20 || w.writes > 31 {
		t.Errorf("%d writes in 3 s", w.writes)
	}
	v.trial(liveTrial{cell: 0, done: 3001, total: 100000, block: 3000, blocks: 10000, status: results.OK})
	v.tick()
	if !strings.Contains(w.last, "3001 of 100000 trials") {
		t.Errorf("the last trial is not shown: %q", w.last)
	}
}

// A screen that became narrower has wrapped the lines; all their rows are cleared.
func TestLiveScreenCountsWrappedRows(t *testing.T) {
	width := 100
	w := &liveCounter{}
	clock := newLiveClock()
	v := &liveScreen{w: w, now: clock.now, size: func() (int, int) { return width, 24 }, every: neverTick}
	v.start(12, false, []string{"runtime=py3 serial"})
	v.trial(liveTrial{cell: 0, done: 1, total: 12, blocks: 4, status: results.OK, time: time.Second})
	v.tick()
	rows := 0
	for _, l := range v.drawn {
		rows += (l + 19) / 20
	}
	width = 20
	v.tick()
	if want := fmt.Sprintf("\r\x1b[%dA", rows); !strings.HasPrefix(w.last, want) || rows <= 2 {
		t.Errorf("%q does not go up %d rows", w.last, rows)
	}
}

func TestEverySecondStops(t *testing.T) {
	var mu sync.Mutex
	stopped := false
	stop := everySecond(func() {
		mu.Lock()
		defer mu.Unlock()
		if stopped {
			t.Error("a tick after stop")
		}
	})
	stop()
	mu.Lock()
	stopped = true
	mu.Unlock()
}

func TestLiveIsSafeForSeveralGoroutines(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		v := newLive(&bytes.Buffer{}, terminal, false, noEnv, time.Now, wide)
		v.start(100, false, []string{"a"})
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				for i := range 25 {
					v.trial(liveTrial{cell: 0, done: n*25 + i, total: 100, blocks: 100, status: results.OK, time: time.Second})
				}
			})
		}
		all.Wait()
		v.finish()
	}
}

type liveCounter struct {
	writes int
	last   string
}

func (w *liveCounter) Write(p []byte) (int, error) {
	w.writes++
	w.last = string(p)
	return len(p), nil
}

var liveEscape = regexp.MustCompile("^\x1b\\[(\\d*)([AJKm])")

// screenOf plays what a view wrote on a terminal of endless width, and returns its lines.
func screenOf(written string) []string {
	rows, row := []string{""}, 0
	for len(written) > 0 {
		if at := liveEscape.FindStringSubmatchIndex(written[:min(len(written), 16)]); at != nil {
			n, _ := strconv.Atoi(written[at[2]:at[3]])
			switch written[at[4]:at[5]] {
			case "A":
				row -= n
				rows[row] = "" // every line is written anew, and cleared behind its end
			case "J":
				rows = append(rows[:row:row], "")
			}
			written = written[at[1]:]
			continue
		}
		r, size := utf8.DecodeRuneInString(written)
		written = written[size:]
		switch r {
		case '\r':
		case '\n':
			if row++; row == len(rows) {
				rows = append(rows, "")
			}
			rows[row] = ""
		default:
			rows[row] += string(r)
		}
	}
	if rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	return rows
}
