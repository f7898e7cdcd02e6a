package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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

// TestStepsOnEachHost: what is done once is done once on each host that has a block, before and after them all.
func TestStepsOnEachHost(t *testing.T) {
	plan := planOf(t, commands)
	var all sync.WaitGroup // nobody has a trial behind it before both hosts have one
	all.Add(2)
	var hosts []*fakeHost
	for _, name := range []string{"h1", "h2"} {
		var once sync.Once
		hosts = append(hosts, &fakeHost{name: name, launch: func(h *fakeHost, j executors.Job, cell *spec.PlannedCell) executors.Observation {
			argv := j.Commands[0].Argv
			if step := argv[0] != "tool" && !strings.HasSuffix(argv[0], "/tool"); step != (cell == nil) {
				t.Errorf("%q with the cell %v", argv, cell)
			}
			if argv[0] == "tool" && (argv[2] != j.Dir+"/out" || argv[3] != "/run/in") || argv[0] == "fresh" && argv[1] != j.Dir {
				t.Errorf("%q in %s", argv, j.Dir)
			}
			if cell != nil {
				once.Do(func() { all.Done(); all.Wait() })
			}
			return fine(nil)
		}})
	}
	b := on(t, plan, hosts...)
	b.Stage = func(context.Context, string) (*Stage, error) {
		return &Stage{Values: map[string]string{"dir": "/run"}}, nil
	}
	told := map[string]int{}
	b.Announce = func(step string) { told[step]++ }
	var calibrated []string
	var mu sync.Mutex
	b.Calibrate = func(_ context.Context, h Host, when string) error {
		mu.Lock()
		defer mu.Unlock()
		f := h.(*fakeHost)
		calibrated = append(calibrated, fmt.Sprintf("%s %s %v %v", h.Name(), when, count(f.ran, "make") == 2, count(f.ran, "tool") > 0 || count(f.ran, "/") > 0))
		return nil
	}
	b.run(t)
	tally(t, plan, b.trials)
	for _, h := range hosts {
		if ran := h.ran; !slices.Equal(ran[:2], []string{"make 1", "make 2"}) || count(ran, "make") != 2 || count(ran, "unmake") != 2 ||
			!slices.Equal(ran[len(ran)-2:], []string{"unmake 2", "unmake 1"}) {
			t.Errorf("%s: %v", h.name, ran)
		}
		if len(h.dirs) > 0 || h.freed == 0 {
			t.Errorf("%s: %v are not freed", h.name, h.dirs)
		}
		if told["prepare a on "+h.name] != 1 || told["cleanup a on "+h.name] != 1 {
			t.Errorf("told %v", told)
		}
	}
	slices.Sort(calibrated)
	if got := strings.Join(calibrated, ", "); got != "h1 begin true false, h1 end true true, h2 begin true false, h2 end true true" {
		t.Error(got)
	}
}

// TestAHostHasProgramsOfItsOwn: a job goes there without the interpreter and the names of this machine.
func TestAHostHasProgramsOfItsOwn(t *testing.T) {
	plan := staged(t)
	h := like(1, nil)[0]
	h.launch = func(_ *fakeHost, j executors.Job, cell *spec.PlannedCell) executors.Observation {
		if len(j.Program) > 0 || j.Workload != "get" || cell.Runtime.Name != j.Runtime || j.Tasks[0]["url"] != "http://127.0.0.1:1/1" {
			t.Errorf("%+v", j)
		}
		if j.Runtime == "py2" {
			return executors.Observation{Status: results.Unavailable, Reason: "no Python 2.7"}
		}
		return gave(1, 2)
	}
	b := on(t, plan, h)
	b.Stage = func(context.Context, string) (*Stage, error) {
		return &Stage{Values: map[string]string{"http.url": "http://127.0.0.1:1"}, Programs: map[string]Program{"py3": {Missing: "not here"}}}, nil
	}
	b.run(t)
	if got := b.statuses("runtime=py3"); got != "ok ok" {
		t.Error(got)
	}
	if got := b.statuses("runtime=py2"); got != "unavailable" {
		t.Error(got)
	}
}

// TestACellThatOneHostCannotRun is one that the fleet cannot run: its hosts are to be like one another.
func TestACellThatOneHostCannotRun(t *testing.T) {
	hosts := like(3, func(h *fakeHost, j executors.Job) executors.Observation {
		if j.Executor == "procs" {
			return executors.Observation{Status: results.Unavailable, Reason: "no fork"}
		}
		return gave(1, 2)
	})
	plan := usual(t, "repeats: {min: 5, warmup: 1}\n")
	b := on(t, plan, hosts...)
	b.run(t)
	counts := tally(t, plan, b.trials)
	if got := b.statuses("procs=2"); got != "unavailable" || counts["serial"] != 5 || counts["threads=4"] != 5 {
		t.Errorf("%s, %v", got, counts)
	}
	for _, trial := range b.trials {
		if want := "on " + trial.Hosts[0] + ": no fork"; trial.Status == results.Unavailable && trial.Reason != want {
			t.Errorf("%q, want %q", trial.Reason, want)
		}
	}
	absent := like(2, func(*fakeHost, executors.Job) executors.Observation {
		return executors.Observation{Status: results.Unavailable, Reason: "nothing works"}
	})
	b = on(t, plan, absent...)
	if out := b.run(t); len(b.trials) != 4 || out.Interrupted {
		t.Errorf("%+v, %d trials", out, len(b.trials))
	}
}

func TestAProgramThatAHostLacks(t *testing.T) {
	plan := planOf(t, "workloads: {a: {command: [absent]}, b: {command: [x]}}\nrepeats: {min: 2, warmup: 0}\ncontrol: false\n")
	h := like(1, func(*fakeHost, executors.Job) executors.Observation { return fine(nil) })[0]
	h.find = func(program string) error {
		if program == "absent" {
			return errors.New("it is not there")
		}
		return nil
	}
	b := on(t, plan, h)
	b.Find = func(string) error { return errors.New("nothing is here") }
	b.run(t)
	if a, x := b.statuses("workload=a"), b.statuses("workload=b"); a != "unavailable" || x != "ok ok" || !strings.HasPrefix(b.trials[0].Reason+b.trials[1].Reason, "on h1: absent") {
		t.Errorf("%s, %s: %+v", a, x, b.trials)
	}
}

// TestOneProofForAllHosts: what a baseline gave on one of them is what the others are compared with.
func TestOneProofForAllHosts(t *testing.T) {
	plan := usual(t, "repeats: {min: 4, warmup: 0}\n")
	b := on(t, plan, like(3, func(h *fakeHost, j executors.Job) executors.Observation {
		if j.Executor == "serial" {
			return gave(1, 2)
		}
		return gave(1, 3)
	})...)
	b.run(t)
	for _, trial := range b.trials {
		if wrong := trial.Status == results.Wrong; wrong != (trial.Cell.Key() != "serial") {
			t.Errorf("%s on %s: %s", trial.Cell.Key(), trial.Hosts[0], trial.Status)
		}
	}
}

// TestWhatDisturbsATrial is told by who ran it, on a host and here.
func TestWhatDisturbsATrial(t *testing.T) {
	disturbed := func(*fakeHost, executors.Job) executors.Observation {
		o := gave(1, 2)
		o.Disturbed, o.Hosts = "the host was in use", []string{"a", "b"}
		return o
	}
	plan := usual(t, "repeats: {min: 1, warmup: 0}\n")
	b := on(t, plan, like(1, disturbed)...)
	b.Contamination = func() func(int) string { return func(int) string { return "of this machine" } }
	b.Turn = func(context.Context) func() { t.Error("a host was to wait for this machine"); return func() {} }
	b.run(t)
	here := newBench(plan, func(j executors.Job) executors.Observation { return disturbed(nil, j) })
	here.run(t)
	for _, trial := range append(b.trials, here.trials...) {
		if trial.Contaminated != results.DisturbedBy("the host was in use") {
			t.Errorf("%+v", trial)
		}
	}
	if on, at := b.trials[0].Hosts, here.trials[0].Hosts; !slices.Equal(on, []string{"h1"}) || !slices.Equal(at, []string{"a", "b"}) {
		t.Errorf("hosts %v and %v", on, at)
	}
}

// TestMoreOnHosts: with blocks on their way it is not known whether there is enough, so that it is asked again after them.
func TestMoreOnHosts(t *testing.T) {
	plan := usual(t, "repeats: {min: 1, max: 9, warmup: 0}\n")
	enough, release := context.WithCancel(context.Background())
	b := on(t, plan, like(2, func(h *fakeHost, j executors.Job) executors.Observation {
		if j.Block == 0 {
			<-enough.Done()
		}
		return gave(1, 2)
	})...)
	var known []int // trials when it was asked
	b.More = func() []int {
		switch known = append(known, len(b.trials)); len(known) {
		case 1, 2:
			return every
		case 3: // the other host is kept in block 0
			release()
		case 4:
			return []int{0, 2}
		}
		return nil
	}
	b.run(t)
	// the host without a block may ask in between
	if n := len(known); n < 5 || known[2] != 5 || known[3] != 10 || known[n-1] != 13 || len(b.trials) != 13 {
		t.Errorf("asked after %v, %d trials in the end", known, len(b.trials))
	}
}

// TestARestIsOwedWhenThereSeemedToBeEnough: the block that breaks was counted on.
func TestARestIsOwedWhenThereSeemedToBeEnough(t *testing.T) {
	plan := usual(t, "repeats: {min: 2, warmup: 0}\n")
	other, done := context.WithCancel(context.Background())
	b := on(t, plan, like(2, func(h *fakeHost, j executors.Job) executors.Observation {
		if j.Block == 0 {
			<-other.Done()
			return h.lose()
		}
		return gave(1, 2)
	})...)
	b.Notify = func(e Event) {
		if e.Block == 1 && e.Done == 5 {
			done()
		}
	}
	out := b.run(t)
	if counts := tally(t, plan, b.trials); len(b.trials) != 10 || counts["procs=2"] != 2 || out.Lost == nil {
		t.Errorf("%v, %+v", counts, out)
	}
}

func TestAnErrorEndsAllHosts(t *testing.T) {
	plan := usual(t, "repeats: {min: 30, warmup: 0}\n")
	b := on(t, plan, like(3, rightly)...)
	b.full = 7
	out, err := b.Run(context.Background())
	if err == nil || !strings.Contains(err.Error(), "disk full") || out.Trials != 7 || out.Interrupted || len(b.events) != 7 {
		t.Errorf("%+v, %v", out, err)
	}
	for _, when := range []string{results.Begin, results.End} {
		b = on(t, plan, like(3, rightly)...)
		b.Calibrate = func(_ context.Context, h Host, at string) error {
			if at == when {
				return errors.New("it is too noisy")
			}
			return nil
		}
		if _, err = b.Run(context.Background()); err == nil || !strings.HasPrefix(err.Error(), "calibrate host h") || (when == results.End) != (len(b.trials) == 150) {
			t.Errorf("%s: %v, %d trials", when, err, len(b.trials))
		}
	}
}

func TestAnInterruptEndsAllHosts(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	plan := planOf(t, commands)
	hosts := like(2, func(h *fakeHost, j executors.Job) executors.Observation { return fine(nil) })
	b := on(t, plan, hosts...)
	b.Notify = func(e Event) {
		if e.Done == 3 {
			cancel()
		}
	}
	out, err := b.Run(ctx)
	// the other host's trial may be whole and about to be recorded just then
	if err != nil || !out.Interrupted || out.Trials > 4 || len(b.trials) != out.Trials || out.Lost != nil {
		t.Errorf("%+v, %v", out, err)
	}
	for _, h := range hosts {
		if made, undone := count(h.ran, "make"), count(h.ran, "unmake"); made != undone {
			t.Errorf("%s: %v", h.name, h.ran)
		}
	}
	f := b.Hosts.(*fakeHosts)
	for host, n := range f.taken {
		if f.given[host] != n {
			t.Errorf("%s was taken %d times and given back %d times", host, n, f.given[host])
		}
	}
}

// TestLostOutsideOfTrials: a host may go while it is prepared, calibrated or cleaned up, and in what is done around a trial.
func TestLostOutsideOfTrials(t *testing.T) {
	for _, step := range []string{"make", "unmake", "fresh", "stale"} {
		hosts := like(2, func(h *fakeHost, j executors.Job) executors.Observation {
			if h.name == "h1" && j.Commands[0].Argv[0] == step {
				return h.lose()
			}
			return fine(nil)
		})
		plan := planOf(t, commands)
		b := on(t, plan, hosts...)
		out := b.run(t)
		for key, n := range tally(t, plan, b.trials) {
			if n != 2 {
				t.Errorf("%s: %s has %d trials", step, key, n)
			}
		}
		for _, trial := range b.trials {
			if trial.Status != results.OK || len(trial.Warnings) > 0 {
				t.Errorf("%s: %+v", step, trial)
			}
		}
		if lost := hosts[0].Lost() != nil; lost && (out.Undone == nil || !strings.Contains(out.Undone.Error(), "host h1: ")) {
			t.Errorf("%s: undone %v", step, out.Undone)
		}
	}
	for _, when := range []string{results.Begin, results.End} {
		plan := usual(t, "repeats: {min: 4, warmup: 1}\n")
		b := on(t, plan, like(2, rightly)...)
		b.Calibrate = func(_ context.Context, h Host, at string) error {
			if at == when && h.Name() == "h1" {
				h.(*fakeHost).lose()
				return errors.New("it does not answer")
			}
			return nil
		}
		b.run(t)
		for key, n := range tally(t, plan, b.trials) {
			if n != 4 {
				t.Errorf("%s: %s has %d trials", when, key, n)
			}
		}
	}
}

// TestHostsThatComeAndGo: one that comes back is as good as a new one. Whatever happens, each cell has what was asked for.
func TestHostsThatComeAndGo(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		var mu sync.Mutex
		lives := 12
		plan := usual(t, "repeats: {min: 6, warmup: 1}\n")
		b := on(t, plan)
		f := b.Hosts.(*fakeHosts)
		var launch func(h *fakeHost, j executors.Job, _ *spec.PlannedCell) executors.Observation
		launch = func(h *fakeHost, j executors.Job, _ *spec.PlannedCell) executors.Observation {
			mu.Lock()
			defer mu.Unlock()
			if lives > 0 && random.IntN(10) == 0 {
				lives--
				f.free <- &fakeHost{name: h.name, launch: launch} // its agent was started again
				return h.lose()
			}
			return gave(1, 2)
		}
		f.alive = 100
		for i := range 3 {
			f.free <- &fakeHost{name: fmt.Sprint("h", i), launch: launch}
		}
		b.run(t)
		for key, n := range tally(t, plan, b.trials) {
			if n < 6 || n > 6 && key != "serial" {
				t.Errorf("seed %d: %s has %d trials", seed, key, n)
			}
		}
	}
}

// TestABaselineIsRunAgainOnAHost, where the store does not have its results whole.
func TestABaselineIsRunAgainOnAHost(t *testing.T) {
	plan := usual(t, "repeats: {min: 2, warmup: 0}\n")
	first := on(t, plan, like(1, rightly)...)
	first.run(t)
	before := slices.Clone(first.trials[:5])
	for i := range before {
		before[i].Results, before[i].ResultsDigest = nil, "sha256:…"
	}
	b := on(t, plan, like(2, rightly)...)
	b.Before = before
	b.run(t)
	for _, trial := range b.trials {
		if trial.Status != results.OK {
			t.Errorf("%+v", trial)
		}
	}
	if len(b.trials) != 5 {
		t.Errorf("%d trials more", len(b.trials))
	}
	bad := on(t, plan, like(2, func(*fakeHost, executors.Job) executors.Observation {
		return executors.Observation{Status: results.Crash, Reason: "boom"}
	})...)
	bad.Before = before
	if _, err := bad.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "crash: boom") {
		t.Error(err)
	}
}

// TestFilesOnAHost are those that it tells of.
func TestFilesOnAHost(t *testing.T) {
	plan := planOf(t, "workloads: {w: {command: [x], verify: 'files.f.size == 2'}}\nrepeats: {min: 1, warmup: 0}\n")
	for size, want := range map[int]results.Status{2: results.OK, 3: results.Wrong} {
		h := like(1, func(*fakeHost, executors.Job) executors.Observation { return fine(nil) })[0]
		h.files = map[string]any{"f": map[string]any{"size": size, "sha256": ""}}
		b := on(t, plan, h)
		b.run(t)
		if b.trials[0].Status != want {
			t.Errorf("%d: %+v", size, b.trials[0])
		}
	}
}

// again is a fleet whose agents are started again when they were lost.
func again(t *testing.T, plan *spec.Plan, n int, launch func(*fakeHost, executors.Job) executors.Observation) *bench {
	b := on(t, plan)
	f := b.Hosts.(*fakeHosts)
	f.alive = 1000
	var answer func(*fakeHost, executors.Job, *spec.PlannedCell) executors.Observation
	answer = func(h *fakeHost, j executors.Job, _ *spec.PlannedCell) executors.Observation {
		o := launch(h, j)
		if h.Lost() != nil {
			f.free <- &fakeHost{name: h.name, launch: answer}
		}
		return o
	}
	for i := range n {
		f.free <- &fakeHost{name: fmt.Sprint("h", i), launch: answer}
	}
	return b
}

// TestACellThatTakesItsHostWithIt is recorded as what it is, and does not go from host to host for ever.
func TestACellThatTakesItsHostWithIt(t *testing.T) {
	plan := usual(t, "repeats: {min: 2, warmup: 0}\n")
	b := again(t, plan, 2, func(h *fakeHost, j executors.Job) executors.Observation {
		if j.Executor == "procs" {
			return h.lose()
		}
		return gave(1, 2)
	})
	out := b.run(t)
	if counts := tally(t, plan, b.trials); b.statuses("procs=2") != "crash crash" || counts["threads=2"] != 2 || counts["threads=4"] != 2 || out.Lost == nil {
		t.Errorf("%s, %v", b.statuses("procs=2"), counts)
	}
	for _, trial := range b.trials {
		if trial.Status == results.Crash && !strings.HasPrefix(trial.Reason, "3 times in a row the host was lost in this cell, the last time h") {
			t.Error(trial.Reason)
		}
	}
}

// TestAnOutageIsNobodysDoing: that many hosts are lost in one cell at once says nothing of that cell.
func TestAnOutageIsNobodysDoing(t *testing.T) {
	plan := planOf(t, fmt.Sprintf(work, "")+"repeats: {min: 8, warmup: 0}\n")
	var all sync.WaitGroup
	all.Add(6)
	var clock atomic.Int64
	b := on(t, plan)
	f := b.Hosts.(*fakeHosts)
	f.alive = 12
	b.Now = func() time.Time { return time.Unix(0, clock.Add(1)) }
	for i := range 6 {
		h := like(1, rightly)[0]
		h.name = fmt.Sprint("new", i)
		lost := &fakeHost{name: fmt.Sprint("h", i), launch: func(l *fakeHost, _ executors.Job, _ *spec.PlannedCell) executors.Observation {
			all.Done()
			all.Wait()
			f.free <- h
			return l.lose()
		}}
		f.free <- lost
	}
	out := b.run(t)
	if counts := tally(t, plan, b.trials); len(b.trials) != 8 || out.Lost == nil || strings.Count(out.Lost.Error(), "host h") != 6 {
		t.Errorf("%v, %+v", counts, out)
	}
	for _, trial := range b.trials {
		if trial.Status != results.OK {
			t.Errorf("%+v", trial)
		}
	}
}

func TestAFleetThatComesToNothing(t *testing.T) {
	b := again(t, planOf(t, commands), 1, func(h *fakeHost, _ executors.Job) executors.Observation { return h.lose() })
	if out, err := b.Run(context.Background()); err == nil || !strings.HasPrefix(err.Error(), "host h0 was lost 5 times while no trial was recorded: it is not heard of") || out.Trials > 0 {
		t.Errorf("%+v, %v", out, err)
	}
}
