package cluster

import (
	"context"
	"strings"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/results"
	"bench/runner/workloads"
)

// begun is a trial of marked tasks on two hosts, of which some have been begun.
func begun(t *testing.T) (d *disturbed, end context.CancelFunc, seen chan executors.Observation) {
	d = &disturbed{fleet: newFleet(t), marks: t.TempDir()}
	d.job = jobOf("test-marked", 2000, 2, 1)
	for _, args := range d.job.Tasks {
		args["dir"] = d.marks
	}
	d.members = d.fleet.members(d.job, 2, 1)
	ctx, end := context.WithCancel(t.Context())
	seen = make(chan executors.Observation, 1)
	d.job.Dir = t.TempDir()
	go func() { seen <- executors.Run(ctx, Coordinator(d.job, d.fleet.part("", 0, 0))) }()
	d.until(t, 15)
	return d, end, seen
}

// TestNobodyLeft: without members the trial ends when the lease has passed.
func TestNobodyLeft(t *testing.T) {
	d, end, seen := begun(t)
	defer end()
	for _, m := range d.members {
		m.kill()
	}
	if o := <-seen; o.Status != results.Crash || !strings.Contains(o.Reason, "no member of the trial has been heard for 3s") {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
}

// TestStopped: members end with a trial that is stopped, and say why.
func TestStopped(t *testing.T) {
	d, end, seen := begun(t)
	end()
	if o := <-seen; o.Status != results.Interrupted {
		t.Errorf("%s: %s", o.Status, o.Reason)
	}
	for _, m := range d.members {
		if o := <-m.seen; o.Status != results.Crash || !strings.Contains(o.Reason, "coordinator") {
			t.Errorf("a member: %s: %s", o.Status, o.Reason)
		}
	}
}

// TestWorkersAndTasksThatFail end the trial as they do in pool.
func TestWorkersAndTasksThatFail(t *testing.T) {
	for workload, reason := range map[string]string{
		"test-fail":  "task 7: broken on purpose",
		"test-exit":  " on h",
		"test-large": "8 MiB",
	} {
		t.Run(workload, func(t *testing.T) {
			f := newFleet(t)
			job := jobOf(workload, 20, 2, 3)
			f.members(job, 2, 1)
			o := f.coordinate(job)
			if o.Status != results.Crash || !strings.Contains(o.Reason, reason) && workload != "test-large" {
				t.Errorf("%s: %s", o.Status, o.Reason)
			}
			t.Log(o.Reason)
		})
	}
}

// TestRefused is what cannot be run at all, or does not begin.
func TestRefused(t *testing.T) {
	f := newFleet(t)
	large := jobOf("test-marked", 3, 1, 1)
	large.Tasks[1] = workloads.Args{"n": 1, "dir": strings.Repeat("x", 9<<20)}
	alone := jobOf("test-square", 3, 1, 1)
	for _, c := range []struct {
		o      executors.Observation
		status results.Status
		reason string
	}{
		{f.coordinate(large), results.Unavailable, "the arguments of task 1 take"},
		{executors.Run(t.Context(), executors.Job{Executor: Name, Workers: 1, Workload: "test-square", Tasks: alone.Tasks, Dir: t.TempDir()}), results.Unavailable, "hosts of a fleet"},
	} {
		if c.o.Status != c.status || !strings.Contains(c.o.Reason, c.reason) {
			t.Errorf("%s: %s, want %s", c.o.Status, c.o.Reason, c.reason)
		}
	}
}

// TestAMemberIsGoneBeforeTheTrialBegins: nobody waits for it until the time for that is over.
func TestAMemberIsGoneBeforeTheTrialBegins(t *testing.T) {
	c := &coordinator{line: lineOf(t), state: stateWait, job: jobOf("test-square", 2, 2, 1), members: map[string]*member{}, changed: make(chan struct{})}
	if err := c.hear(toCoordinator, c.heard); err != nil {
		t.Fatal(err)
	}
	if err := c.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	other, err := dial(t.Context(), c.Part, "host")
	if err != nil {
		t.Fatal(err)
	}
	defer other.conn.Close()
	if err := TellGone(other.conn, c.Join, c.Trial, "h1", "it is not heard of any more"); err != nil {
		t.Fatal(err)
	}
	want := "the member on h1 ended before the trial began: it is not heard of any more"
	if err := c.gather(t.Context()); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestSilentAtTheEnd: a member that has nothing to do dies or stops just before the last answer, too late to be missed. The
// trial waits for it, and says so.
func TestSilentAtTheEnd(t *testing.T) {
	c := &coordinator{
		line: lineOf(t), state: stateEnd, members: map[string]*member{}, changed: make(chan struct{}),
	}
	for id, state := range map[string]string{"a": stateBye, "b": stateGo, "c": stateReady, "d": stateEnd} {
		c.members[id] = &member{word: word{State: state, Host: "h" + id}, lost: id == "d"}
	}
	c.part()
	if got := c.told.text(c); got != "the member on hb was lost; the member on hc was lost" {
		t.Errorf("%q", got)
	}
}

// TestMembersGoodbyeIsWaitedFor: one that says it within the lease is no trouble.
func TestMembersGoodbyeIsWaitedFor(t *testing.T) {
	c := &coordinator{line: lineOf(t), id: "c", state: stateEnd, members: map[string]*member{"a": {}}, changed: make(chan struct{})}
	c.Lease = time.Hour
	c.members["a"].State = stateGo
	parted := make(chan struct{})
	go func() { c.part(); close(parted) }()
	c.heard(word{From: "a", To: "c", State: stateEnd})
	c.heard(word{From: "a", To: "c", State: stateBye})
	<-parted
	if got := c.told.text(c); got != "" {
		t.Errorf("%q", got)
	}
}

// lineOf is a connection with a short lease to a broker of its own.
func lineOf(t *testing.T) *line {
	t.Helper()
	f := newFleet(t)
	f.lease = 200 * time.Millisecond
	l, err := dial(t.Context(), f.part("", 0, 1), "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.conn.Close)
	return l
}

// TestWordsAreLost: a member takes part in the end of a trial, once, whatever it has heard before.
func TestWordsAreLost(t *testing.T) {
	for _, before := range [][]string{{}, {stateWait}, {stateWait, stateGo}, {stateGo}} {
		m := &crew{line: &line{}, state: stateReady, began: make(chan struct{}), ended: make(chan struct{}), renewed: make(chan struct{})}
		for _, state := range append(before, stateEnd, stateEnd) {
			m.listen(word{From: "c", State: state})
		}
		for what, open := range map[string]chan struct{}{"begun": m.began, "ended": m.ended} {
			select {
			case <-open:
			default:
				t.Errorf("after %v and the end it has not %s", before, what)
			}
		}
		m.state = stateBye
		m.listen(word{From: "c", State: stateEnd}) // said again while others part
		if m.state != stateBye {
			t.Errorf("after its goodbye it is at %s", m.state)
		}
	}
}

// TestParts: what comes over the network is checked before anything is made of it.
func TestParts(t *testing.T) {
	good := Part{Trial: "t", Workers: 2}
	if err := good.Valid(); err != nil {
		t.Error(err)
	}
	for want, change := range map[string]func(*Part){
		"-1 workers":           func(p *Part) { p.Workers = -1 },
		"0 workers":            func(p *Part) { p.Workers = 0 },
		"1000000000 workers":   func(p *Part) { p.Workers = 1_000_000_000 },
		"begins with worker -": func(p *Part) { p.First = -3 },
		"begins with worker 9": func(p *Part) { p.First = 9_000_000_000 },
		`names it "a.>"`:       func(p *Part) { p.Trial = "a.>" },
		`names it ""`:          func(p *Part) { p.Trial = "" },
	} {
		p := good
		change(&p)
		if err := p.Valid(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
		job := jobOf("test-square", 3, 1, 1)
		job.Options = with(with(job.Options, optionPart, text(p)), optionOwn, text(job))
		if _, err := (cluster{}).Prepare(t.Context(), job); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("in the trial's process: %s: %v", want, err)
		}
	}
}
