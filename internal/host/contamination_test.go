package host

import (
	"strings"
	"testing"
	"time"
)

// busy is one second in which two cores were ours and nothing else happened.
func busy() (before, after Counters) {
	before = Counters{At: time.Hour, Waited: time.Minute, Busy: time.Hour, Ours: time.Minute, Stolen: time.Second, Throttled: 7, Swapped: 1 << 30}
	after = before
	after.At += time.Second
	after.Busy += 2 * time.Second
	after.Ours += 2 * time.Second
	return before, after
}

func TestUntil(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		change         func(c *Counters)
		workers, cores int
		tells          string // "": nothing
	}{
		"quiet":                        {func(c *Counters) {}, 2, 2, ""},
		"a neighbour on one core":      {func(c *Counters) { c.Waited += 460 * ms; c.Ours -= 970 * ms }, 2, 2, "another program used 0.97 cores while threads waited 46 % of the time"},
		"one that is busy 28 %":        {func(c *Counters) { c.Waited += 140 * ms; c.Ours -= 280 * ms }, 2, 2, "0.28 cores while threads waited 14 %"},
		"on a core that was free":      {func(c *Counters) { c.Waited += 20 * ms; c.Ours -= 970 * ms }, 1, 2, ""},
		"more threads than cores":      {func(c *Counters) { c.Waited += 990 * ms }, 8, 2, ""},
		"those beside a neighbour":     {func(c *Counters) { c.Waited += 990 * ms; c.Ours -= 500 * ms }, 8, 2, "0.50 cores"},
		"two that wait for each other": {func(c *Counters) { c.Waited += 250 * ms; c.Ours -= 140 * ms }, 2, 2, ""},
		"a command of any threads":     {func(c *Counters) { c.Waited += 460 * ms; c.Ours -= 970 * ms }, 0, 2, "0.97 cores"},
		"one of eight cores":           {func(c *Counters) { c.Waited += 35 * ms; c.Ours -= 280 * ms }, 8, 8, "0.28 cores while threads waited 4 %"},
		"of which one is in use":       {func(c *Counters) { c.Waited += 35 * ms; c.Ours -= 280 * ms }, 1, 8, ""},
		"the bustle of many cores":     {func(c *Counters) { c.Waited += 15 * ms; c.Ours -= 280 * ms }, 64, 64, ""},
		"waits counted by thread":      {func(c *Counters) { c.Waited += 3000 * ms; c.Ours -= 970 * ms }, 2, 2, "waited 100 %"},
		"no account of CPU time":       {func(c *Counters) { c.Waited += 460 * ms; c.Busy = 0; c.Ours = 0 }, 2, 2, ""},
		"steal":                        {func(c *Counters) { c.Stolen += 60 * ms }, 2, 2, "the hypervisor took 3.0 % of the time (steal)"},
		"steal below 1 %":              {func(c *Counters) { c.Stolen += 20 * ms }, 2, 2, ""},
		"steal of one tick":            {func(c *Counters) { c.Stolen += 10 * ms; c.At -= 900 * ms }, 2, 2, ""},
		"throttled":                    {func(c *Counters) { c.Throttled += 40 * ms; c.Quota = 2 }, 2, 2, "the cgroup's CPU quota stopped it for 4.0 % of the time"},
		"throttled for a moment":       {func(c *Counters) { c.Throttled += 5 * ms; c.Quota = 2 }, 2, 2, ""},
		"throttled by its own doing":   {func(c *Counters) { c.Throttled += 40 * ms; c.Quota = 2 }, 3, 2, ""},
		"perhaps by its own doing":     {func(c *Counters) { c.Throttled += 40 * ms; c.Quota = 2 }, 0, 2, ""},
		"a core and a half for two":    {func(c *Counters) { c.Throttled += 400 * ms; c.Quota = 1.5 }, 2, 2, ""},
		"swapped":                      {func(c *Counters) { c.Swapped += 12 << 20 }, 2, 2, "the system swapped 12 MiB"},
		"a few pages":                  {func(c *Counters) { c.Swapped += 1 << 19 }, 2, 2, ""},
		"no time":                      {func(c *Counters) { c.At = time.Hour; c.Swapped += 12 << 20 }, 2, 2, ""},
		"counters that went back":      {func(c *Counters) { *c = Counters{At: c.At} }, 2, 2, ""},
	} {
		before, after := busy()
		c.change(&after)
		got := before.Until(after, before, c.workers, c.cores)
		if (got == "") != (c.tells == "") || !strings.Contains(got, c.tells) {
			t.Errorf("%s: %q, want %q", name, got, c.tells)
		}
	}
}

// TestShortTrials: ticks of 10 ms cannot tell what others used in 4 ms; what they used in the half second before can.
func TestShortTrials(t *testing.T) {
	now := Counters{At: time.Hour, Busy: time.Hour}
	w := &Monitor{cores: 2, count: func() Counters { return now }}
	w.take()
	neighbour, all := time.Duration(0), now.Busy
	trial := func() string {
		done := w.Trial()
		now.At += 4 * time.Millisecond
		now.Ours += 8*time.Millisecond - neighbour
		now.Waited += time.Millisecond // they always do a little, when they start
		all += 8 * time.Millisecond
		now.Busy = all.Truncate(tick)
		return done(2)
	}
	for i := range 300 {
		if told := trial(); told != "" {
			t.Fatalf("trial %d, alone: %q", i, told)
		}
		if len(w.past) > 300 {
			t.Fatalf("%d readings are kept", len(w.past))
		}
	}
	neighbour = 4 * time.Millisecond
	told := ""
	for range 300 {
		told = trial()
	}
	if !strings.HasPrefix(told, "another program used 1.0") {
		t.Errorf("beside a neighbour: %q", told)
	}
	neighbour = 0
	for range 300 {
		told = trial()
	}
	if told != "" {
		t.Errorf("alone again: %q", told)
	}
	fresh := &Monitor{cores: 2, count: w.count}
	fresh.take()
	neighbour = 4 * time.Millisecond
	w = fresh
	if told := trial(); told != "" {
		t.Errorf("nothing is known yet, but %q", told)
	}
}

func TestCounterTexts(t *testing.T) {
	cpus := map[string]bool{"cpu0": true, "cpu2": true}
	stat := "cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 1 2 3 100 100 4 5 6 7 8\ncpu1 50 50 50 50 50 50 50 50 0 0\ncpu2 10 0 0 0 0 0 0 1 0 0\nintr 1 2 3\ncpu0 900 0 0 0 0 0 0 0 0\n"
	if busy, stolen := cpuTimes(stat, cpus); busy != 25*tick || stolen != 7*tick {
		t.Errorf("busy %v, stolen %v", busy, stolen)
	}
	for _, bad := range []string{"", "cpu", "cpu0 1 2", "cpu0 a b c d e f g h i", "nothing"} {
		if busy, stolen := cpuTimes(bad, cpus); busy != 0 || stolen != 0 {
			t.Errorf("%q: %v %v", bad, busy, stolen)
		}
	}
	some := "some avg10=0.32 avg60=0.77 avg300=3.89 total=2968354213\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"
	if got := pressure(some); got != 2968354213*time.Microsecond {
		t.Errorf("pressure is %v", got)
	}
	for _, bad := range []string{"", "some", "some total=x", "full avg10=0 total=7", "some total=-5"} {
		if got := pressure(bad); got != 0 {
			t.Errorf("%q: %v", bad, got)
		}
	}
	sched := "version 15\ntimestamp 1\ncpu0 0 0 0 0 0 0 7 300 9\ndomain0 3 1 2\ncpu1 0 0 0 0 0 0 7 1000 9\ncpu2 0 0 0 0 0 0 7 500 9\n"
	if got := runDelay(sched, cpus); got != 800 {
		t.Errorf("run delay is %v", got)
	}
	if got := value("nr_periods 5\nthrottled_usec 12\nthrottled_usec_x 3\n", "throttled_usec"); got != 12 {
		t.Errorf("throttled %d times", got)
	}
}

func FuzzCounterTexts(f *testing.F) {
	f.Add("some avg10=0 total=5\ncpu0 1 2 3 4 5 6 7 8 9 10\nthrottled_usec 4")
	f.Fuzz(func(t *testing.T, text string) {
		cpus := map[string]bool{"cpu0": true}
		busy, stolen := cpuTimes(text, cpus)
		_ = Counters{}.Until(Counters{At: time.Second, Waited: pressure(text) + runDelay(text, cpus), Busy: busy, Stolen: stolen, Throttled: time.Duration(value(text, "throttled_usec"))}, Counters{}, 2, 2)
	})
}
