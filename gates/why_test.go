package gates

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bench/runner/results"
	"bench/runner/spec"
)

// made is one cell's trial as a test makes it up: times in ms.
type made struct {
	spawn, total float64
	cpu          float64      // of everything; 0: that of the tasks
	tasks        [][3]float64 // worker, start, end
	share        float64      // of its time that a task is on a core; 0: all of it
	waits, cut   int64        // context switches: had to wait, had to make room
	gil          string
}

func ms(x float64) time.Duration { return time.Duration(x * 1e6) }

func (x made) trial(c *spec.PlannedCell, block int) results.Trial {
	if x.share == 0 {
		x.share = 1
	}
	t := results.Trial{Cell: c.Cell, Workload: c.Workload.Name, Block: block, Status: results.OK, Workers: c.Workers, Tasks: len(x.tasks),
		Usage: results.Usage{Voluntary: x.waits, Involuntary: x.cut}, Runtime: results.RuntimeInfo{Name: "go", GIL: x.gil}}
	for i, s := range x.tasks {
		span := results.TaskSpan{Task: i, Worker: int(s[0]), Start: ms(s[1]), End: ms(s[2]), CPU: ms((s[2] - s[1]) * x.share)}
		t.Usage.User += span.CPU
		t.Spans = append(t.Spans, span)
	}
	if x.cpu > 0 {
		t.Usage.User = ms(x.cpu)
	}
	t.Phases = results.Phases{Spawn: ms(x.spawn), Work: ms(x.total - x.spawn), Total: ms(x.total)}
	return t
}

// row lays out n tasks one after the other, each so long, with a gap before each.
func row(worker, from, n int, long, gap float64) [][3]float64 {
	var out [][3]float64
	at := float64(from)
	for range n {
		out = append(out, [3]float64{float64(worker), at + gap, at + gap + long})
		at += gap + long
	}
	return out
}

func both(a, b [][3]float64) [][3]float64 { return append(append([][3]float64{}, a...), b...) }

// alone is 100 ms of work in ten tasks, by one worker; sleeps is the same, waited for.
var (
	alone  = made{total: 100, tasks: row(0, 0, 10, 10, 0)}
	sleeps = made{total: 100, tasks: row(0, 0, 10, 10, 0), share: 0.01, waits: 10}
)

// why tells why an executor's cell, beside a serial one, takes as long as it does on two cores.
func why(executor string, one, x made, change ...func(*Data)) string {
	plan := planOf("serial", "executor=serial", "executor="+executor)
	data := Data{Plan: plan, Host: Host{Cores: 2, Parallelism: ptr(1.9)}, Resamples: 1000}
	for block := range 5 {
		data.Trials = append(data.Trials, one.trial(&plan.Cells[0], block), x.trial(&plan.Cells[1], block))
	}
	for _, c := range change {
		c(&data)
	}
	return Summaries(data)[1].Why
}

func TestWhy(t *testing.T) {
	halves := both(row(0, 0, 5, 10, 0), row(1, 0, 5, 10, 0))
	slow := both(row(0, 0, 5, 20, 0), row(1, 0, 5, 20, 0)) // twice as long, half of it on a core
	for _, test := range []struct {
		name, executor string
		one, x         made
		want           string
	}{
		{"scales", "threads workers=2", alone, made{total: 58, tasks: both(row(0, 0, 5, 11.6, 0), row(1, 0, 5, 11.6, 0)), cpu: 100}, "scales: 2 workers are 1.72 times as fast as one"},
		{"does not quite", "threads workers=2", alone, made{total: 59.5, tasks: both(row(0, 0, 5, 11.9, 0), row(1, 0, 5, 11.9, 0)), share: 0.84}, ""},

		{"lock", "threads workers=2", alone, made{total: 100, tasks: slow, share: 0.5}, "used 1.0 of 2 cores: the workers took turns, as behind one lock"},
		{"the GIL", "threads workers=2", alone, made{total: 100, tasks: slow, share: 0.5, gil: "on"}, "used 1.0 of 2 cores: the threads took turns (the GIL)"},
		{"the GIL is off", "threads workers=2", alone, made{total: 100, tasks: slow, share: 0.5, gil: "off"}, "used 1.0 of 2 cores: the workers took turns, as behind one lock"},
		{"processes do not share it", "procs workers=2", alone, made{total: 100, tasks: slow, share: 0.5, gil: "on"}, "used 1.0 of 2 cores: the workers took turns, as behind one lock"},
		{"the GIL gives all to one", "threads workers=2", alone, made{total: 100, tasks: row(0, 0, 10, 10, 0), gil: "on"}, "used 1.0 of 2 cores: the threads took turns (the GIL)"},
		{"fight", "threads workers=2", alone, made{total: 130, tasks: both(row(0, 0, 5, 26, 0), row(1, 0, 5, 26, 0)), share: 0.75, gil: "on"}, "spent 1.9 times the CPU time of one: the threads fight for the GIL"},
		{"coroutines", "asyncio workers=2", alone, made{total: 100, tasks: slow, share: 0.5}, "used 1.0 of 2 cores: the coroutines share one thread"},
		{"more than one core", "threads workers=2", alone, made{total: 80, tasks: both(row(0, 0, 5, 16, 0), row(1, 0, 5, 16, 0)), share: 0.64}, ""},
		{"the one core was not busy either", "threads workers=2", made{total: 100, tasks: row(0, 0, 10, 10, 0), share: 0.88}, made{total: 100, tasks: slow, share: 0.5}, ""},

		{"waits", "threads workers=1", made{}, made{total: 100, tasks: row(0, 0, 10, 10, 0), share: 0.49, waits: 21, cut: 10}, "waits: used 0.49 cores"},
		{"a busy core", "threads workers=1", made{}, made{total: 100, tasks: row(0, 0, 10, 10, 0), share: 0.51, waits: 21, cut: 10}, ""},
		{"has to make room", "threads workers=1", made{}, made{total: 100, tasks: row(0, 0, 10, 10, 0), share: 0.49, waits: 20, cut: 10}, ""},
		{"waits overlap", "threads workers=4", sleeps, made{total: 25, tasks: both(both(row(0, 0, 3, 8, 0), row(1, 0, 3, 8, 0)), both(row(2, 0, 2, 12, 0), row(3, 0, 2, 12, 0))), share: 0.01, waits: 10}, "waits overlap: 4 workers are 4 times as fast as one, on 0.038 cores"},
		{"they hardly overlap", "threads workers=2", sleeps, made{total: 72, tasks: both(row(0, 0, 5, 14.4, 0), row(1, 0, 5, 14.4, 0)), share: 0.01, waits: 10}, "waits: used 0.02 cores"},
		{"one after the other", "threads workers=2", sleeps, made{total: 100, tasks: slow, share: 0.01, waits: 10}, "waits one after the other: 2 workers are 1 times as fast as one, on 0.02 cores"},

		{"start-up", "procs workers=2", alone, made{spawn: 50, total: 100, tasks: both(row(0, 50, 5, 10, 0), row(1, 50, 5, 10, 0)), cpu: 110}, "start-up: starting and ending 2 workers took 50 % of the time (50 ms of 100 ms)"},
		{"little of it", "procs workers=2", alone, made{spawn: 8, total: 60, tasks: both(row(0, 8, 5, 10, 0), row(1, 8, 5, 10, 0)), cpu: 105}, ""},

		{"too fine", "procs workers=2", alone, made{total: 70, tasks: both(row(0, 0, 5, 10, 4), row(1, 0, 5, 10, 4)), cpu: 110}, "too fine: 4 ms between tasks for each of 10 ms"},
		{"fine", "procs workers=2", alone, made{total: 61, tasks: both(row(0, 0, 5, 10, 2.2), row(1, 0, 5, 10, 2.2)), cpu: 110}, ""},
		{"a loop has no other chunks", "serial", alone, made{total: 140, tasks: row(0, 0, 10, 10, 4)}, ""},

		{"unbalanced", "threads workers=2", alone, made{total: 80, tasks: both(row(0, 0, 2, 10, 0), row(1, 0, 8, 10, 0))}, "unbalanced: one worker was done after 20 ms, the last after 80 ms"},
		{"hardly", "threads workers=2", alone, made{total: 58.7, tasks: both(row(0, 0, 4, 10.3, 0), row(1, 0, 5, 11.7, 0))}, "scales: 2 workers are 1.7 times as fast as one"},
		{"too few tasks", "threads workers=4", made{total: 100, tasks: row(0, 0, 2, 50, 0)}, made{total: 50, tasks: both(row(0, 0, 1, 50, 0), row(1, 0, 1, 50, 0))}, "unbalanced: 2 of 4 workers had no task (2 tasks)"},
		{"over at once", "threads workers=2", alone, made{total: 100, tasks: row(0, 0, 10, 10, 0)}, "too short: 1 of 2 workers found no task left (10 tasks in 100 ms)"},

		{"more workers than cores", "threads workers=4", alone, made{total: 52, tasks: both(both(row(0, 0, 3, 17, 0), row(1, 0, 3, 17, 0)), both(row(2, 0, 2, 25, 0), row(3, 0, 2, 25, 0))), share: 0.5}, "4 workers share 2 cores: used 1.9"},
		{"two of them never get one", "threads workers=4", alone, made{total: 52, tasks: both(row(0, 0, 5, 10, 0), row(1, 0, 5, 10, 0))}, "4 workers share 2 cores: used 1.9"},
		{"the cores are not full", "threads workers=4", alone, made{total: 66, tasks: both(both(row(0, 0, 3, 22, 0), row(1, 0, 3, 22, 0)), both(row(2, 0, 2, 33, 0), row(3, 0, 2, 33, 0))), share: 0.38}, ""},

		{"memory", "threads workers=2", alone, made{total: 75, tasks: both(row(0, 0, 5, 15, 0), row(1, 0, 5, 15, 0))}, "1.5 times the CPU time of one worker for the same work: memory or caches are shared"},
		{"a little more", "threads workers=2", alone, made{total: 59, tasks: both(row(0, 0, 5, 11.8, 0), row(1, 0, 5, 11.8, 0)), share: 0.98}, ""},
		{"cores are not busy", "threads workers=2", alone, made{total: 75, tasks: both(row(0, 0, 5, 15, 0), row(1, 0, 5, 15, 0)), share: 0.79}, ""},

		{"no timeline", "procs workers=2", alone, made{total: 80, cpu: 100}, ""},
		{"a timeline of other workers", "procs workers=2", alone, made{total: 80, tasks: row(2, 0, 10, 8, 0)}, ""},
		{"nothing lost", "serial", alone, made{total: 50, tasks: halves, cpu: 50}, ""},
	} {
		got := why(test.executor, test.one, test.x)
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if utf8.RuneCountInString(got) > 90 {
			t.Errorf("%s: %d letters are too many: %s", test.name, utf8.RuneCountInString(got), got)
		}
	}
}

// What is not sure is not told: the machine may have been busy, its cores may not be known, or the numbers are made up.
func TestWhyIsSure(t *testing.T) {
	slow := made{total: 100, tasks: both(row(0, 0, 5, 20, 0), row(1, 0, 5, 20, 0)), share: 0.5}
	for name, change := range map[string]func(*Data){
		"the machine gives one core": func(d *Data) { d.Host.Parallelism = ptr(1.4) },
		"what it gives is not known": func(d *Data) { d.Host.Parallelism = nil },
		"the cores are not known":    func(d *Data) { d.Host.Cores = 0 },
		"two trials":                 func(d *Data) { d.Trials = d.Trials[:4] },
		"two had the machine": func(d *Data) {
			d.Trials = edited(d.Trials, func(t *results.Trial) { t.Contaminated = says(t.Block > 1) })
		},
		"scripted":    func(d *Data) { d.Trials = edited(d.Trials, func(t *results.Trial) { t.Runtime.Name = "scripted" }) },
		"no CPU time": func(d *Data) { d.Trials = edited(d.Trials, func(t *results.Trial) { t.Usage = results.Usage{} }) },
		"another workload": func(d *Data) {
			d.Plan.Cells[1].Workload = &spec.Workload{Name: "other"}
			d.Trials = edited(d.Trials, other)
		},
		"one trial used two cores":    func(d *Data) { d.Trials[9].Usage.User = ms(190) },
		"how many workers is unknown": func(d *Data) { d.Plan.Cells[1].Runtime.Kind, d.Plan.Cells[1].Facets = "command", nil },
	} {
		if got := why("threads workers=2", alone, slow, change); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
	three := func(d *Data) {
		d.Trials = edited(d.Trials, func(t *results.Trial) { t.Contaminated = says(t.Block > 2) })
	}
	if got := why("threads workers=2", alone, slow, three); !strings.Contains(got, "took turns") {
		t.Errorf("three trials had the machine: %q", got)
	}
}

func says(busy bool) string {
	if busy {
		return "another program"
	}
	return ""
}

func other(t *results.Trial) {
	if t.Workers == 2 {
		t.Workload = "other"
	}
}

func edited(trials []results.Trial, change func(*results.Trial)) []results.Trial {
	for i := range trials {
		change(&trials[i])
	}
	return trials
}

// Where several causes take their toll the largest is told, and none if it is not more than all others together.
func TestWhyTellsTheLargest(t *testing.T) {
	start := func(spawn float64) made {
		return made{spawn: spawn, total: spawn + 80, cpu: 110, tasks: both(row(0, int(spawn), 2, 10, 0), row(1, int(spawn), 8, 10, 0))}
	}
	if got := why("procs workers=2", alone, start(20)); !strings.HasPrefix(got, "unbalanced") {
		t.Errorf("60 ms idle, 40 ms of starting: %q", got)
	}
	if got := why("procs workers=2", alone, start(40)); !strings.HasPrefix(got, "start-up") {
		t.Errorf("60 ms idle, 80 ms of starting: %q", got)
	}
}

func TestDigits(t *testing.T) {
	for _, test := range []struct {
		f    float64
		n    int
		want string
	}{{1.926, 3, "1.93"}, {2, 3, "2"}, {127.6, 2, "128"}, {99.7, 2, "100"}, {12345.6, 3, "12346"}, {0.000012, 2, "0.000012"}, {0, 2, "0"}, {-0.054, 1, "-0.05"}} {
		if got := digits(test.f, test.n); got != test.want {
			t.Errorf("digits(%v, %d) = %s, want %s", test.f, test.n, got, test.want)
		}
	}
}
