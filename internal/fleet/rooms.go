package fleet

import (
	"os"
	"strings"
	"time"
)

// mark is a path by which a coordinator knows a directory that is made here: another may have one of the same text.
type mark struct{ from, path string }

func (m mark) String() string { return m.from + " " + m.path }

// parseMark is the way back from String: the id of a coordinator is a word.
func parseMark(s string) mark {
	from, path, _ := strings.Cut(s, " ")
	return mark{from, path}
}

// caller is a coordinator that has given orders.
type caller struct {
	heard time.Time
	lease time.Duration
	gone  bool // it is not heard of any more, which has been said
	left  bool // it has left this agent, or lost it to another: only an order makes it a caller again
}

// room is the directory here that a mark stands for.
func (a *Agent) room(m mark) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if dir := a.rooms[m]; dir != "" {
		return dir, nil
	}
	dir, err := os.MkdirTemp(a.Dir, "trial-")
	if err == nil {
		a.rooms[m] = dir
	}
	return dir, err
}

// free removes the directory that a mark stands for.
func (a *Agent) free(m mark) {
	a.mu.Lock()
	dir := a.rooms[m]
	delete(a.rooms, m)
	a.mu.Unlock()
	if dir != "" {
		_ = os.RemoveAll(dir)
	}
}

// hear notes that a coordinator is alive.
func (a *Agent) hear(from string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.callers[from]; c != nil && !c.left {
		c.heard, c.gone = time.Now(), false
	}
}

// left frees this agent from a coordinator that leaves, and ends what that asked for.
func (a *Agent) left(from string) {
	a.mu.Lock()
	c := a.callers[from]
	if c != nil {
		c.left, c.gone = true, true
	}
	a.mu.Unlock()
	if c != nil {
		a.sweep()
		_ = a.conn.Publish(a.Join.Subject("hello"), a.hello())
	}
}

// sweep ends what coordinators asked for that are not heard of any more, and removes their directories once that has ended.
func (a *Agent) sweep() {
	for _, m := range a.deserted() {
		a.free(m)
	}
}

// deserted are the marks of coordinators that are not heard of and have no order left.
func (a *Agent) deserted() (marks []mark) {
	a.mu.Lock()
	defer a.mu.Unlock()
	working := map[string]bool{}
	for _, o := range a.orders {
		working[o.From] = true
		if c := a.callers[o.From]; c.left || time.Since(c.heard) > c.lease {
			if !c.gone {
				a.say("the run %s is not heard of any more: its job is ended", o.From)
			}
			c.gone = true
			o.cancel()
		}
	}
	for from, c := range a.callers {
		if working[from] || !c.left && time.Since(c.heard) <= 2*c.lease {
			continue
		}
		for m := range a.rooms {
			if m.from == from {
				marks = append(marks, m)
			}
		}
		delete(a.callers, from)
	}
	return marks
}
