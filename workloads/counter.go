package workloads

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

func init() {
	Register(Workload{
		Name: "counter",
		Doc:  "increment a counter that all tasks of a process share, and return how many updates were lost so far",
		Params: []Param{
			{Name: "n", Doc: "increments of this task", Default: 0, Required: true},
			{Name: "sync", Doc: "what keeps two updates apart", Default: "none", Choices: []string{"none", "mutex", "atomic"}},
		},
		Run: func(ctx context.Context, a Args) (Result, error) {
			return counterFor(a.Text("sync")).increment(ctx, a.Int("n"), a.Text("sync"))
		},
	})
}

// One counter for each kind of protection, so that one kind's losses are never put down to another.
var withNone, withMutex, withAtomic counter

func counterFor(protection string) *counter {
	switch protection {
	case "mutex":
		return &withMutex
	case "atomic":
		return &withAtomic
	}
	return &withNone
}

// counter is memory that several tasks update, and the account of what its value ought to be.
type counter struct {
	value atomic.Int64
	lock  sync.Mutex // what sync=mutex holds for an update

	account sync.Mutex // guards the rest; held at the beginning and the end of a task only
	active  int        // tasks between the two
	made    int64      // updates of the tasks that have ended
}

// increment makes n updates. It returns the updates lost in this process so far if no other task is active when it ends,
// else 0: while another is, the value says nothing. The loss never shrinks, so the maximum over the tasks is what was
// lost in the end.
func (c *counter) increment(ctx context.Context, n int, protection string) (Result, error) {
	c.account.Lock()
	c.active++
	c.account.Unlock()

	update, made := c.updater(protection), 0
	err := inSteps(ctx, 0, n, 4096, func(lo, hi int) { update(hi - lo); made += hi - lo })

	c.account.Lock()
	defer c.account.Unlock()
	c.active--
	c.made += int64(made)
	if c.active > 0 {
		return 0, err
	}
	return int(c.made - c.value.Load()), err
}

func (c *counter) updater(protection string) func(times int) {
	switch protection {
	case "mutex":
		return c.locked
	case "atomic":
		return c.added
	}
	return c.unprotected
}

func (c *counter) locked(times int) {
	for range times {
		c.lock.Lock()
		c.value.Store(c.value.Load() + 1)
		c.lock.Unlock()
	}
}

func (c *counter) added(times int) {
	for range times {
		c.value.Add(1)
	}
}

// unprotected reads, adds and writes back in separate steps: an update made by another task in between is lost. Each step
// by itself is atomic, which makes this a lost update and not a data race. Now and then it lets others run in between, so
// that updates are lost on one core too.
func (c *counter) unprotected(times int) {
	for i := range times {
		seen := c.value.Load()
		if i%1024 == 0 {
			runtime.Gosched()
		}
		c.value.Store(seen + 1)
	}
}
