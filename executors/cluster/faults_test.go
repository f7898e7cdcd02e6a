package cluster

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/runner/executors"
	"bench/runner/executors/executorstest"
	"bench/runner/internal/host"
	"bench/runner/results"
)

// disturbed is a trial of slow tasks on three hosts while something goes wrong.
type disturbed struct {
	*fleet
	job     executors.Job
	members []*agent
	marks   string // a directory with a file for each task, one byte an execution
	seed    uint64
}

// The harm begins after some tasks, and is waited for by all from heldTask on: else the trial might be over before.
const (
	faultTasks = 150
	heldTask   = 60
)

// faults are what a trial survives, each with what it must tell of it.
var faults = []struct {
	name  string
	harm  func(t *testing.T, d *disturbed)
	tells string // a regular expression
}{
	{"member killed", func(t *testing.T, d *disturbed) {
		d.members[0].kill()
		d.struck(t)
	}, `the member on h0 was lost|given out again`},
	{"member ended, its worker a little sooner", func(t *testing.T, d *disturbed) {
		d.each(t, 0, func(pid int) {
			_, table, err := host.Table()
			if err != nil {
				t.Error(err)
			}
			for _, worker := range host.Descendants(host.Process{PID: pid}, table) {
				_ = syscall.Kill(worker.PID, syscall.SIGTERM)
			}
		})
		pauseFor(dying / 20)
		d.members[0].kill()
		d.struck(t)
	}, `the member on h0 was lost|given out again`},
	{"member paused past its lease", func(t *testing.T, d *disturbed) {
		d.signal(t, 1, syscall.SIGSTOP)
		d.struck(t)
		d.until(t, faultTasks-2) // the other two do what they can; what it held comes back after the lease
		pauseFor(2 * d.lease)
		d.signal(t, 1, syscall.SIGCONT)
	}, `given out again|came twice|came back|was lost`},
	{"broker killed, its store kept", func(t *testing.T, d *disturbed) {
		d.broker.kill()
		d.struck(t)
		d.serve()
	}, `connection`},
	{"broker killed, its store wiped", func(t *testing.T, d *disturbed) {
		d.broker.kill()
		d.struck(t)
		if err := os.RemoveAll(filepath.Join(d.dir, "store")); err != nil {
			t.Error(err)
		}
		d.serve()
	}, `streams were lost and made again`},
	{"queue full", nil, `^$`},
	{"at random", func(t *testing.T, d *disturbed) { d.atRandom(t) }, ``},
}

// pauseFor is a fault that lasts: nothing waits for it.
func pauseFor(d time.Duration) { <-time.After(d) }

func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("a fault takes seconds")
	}
	var table []string
	for i, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			var sum tally
			for r := range *repeats {
				sum.add(t, suffer(t, fault.name, fault.harm, fault.tells, uint64(i*1000+r)))
			}
			table = append(table, sum.row(fault.name))
		})
	}
	t.Logf("\n%-34s %6s %6s %6s %8s %8s %6s\n%s", "fault", "trials", "tasks", "lost", "twice", "again", "dropped", strings.Join(table, "\n"))
}

// suffer runs a trial, does harm while it runs, and checks that each task counted once.
func suffer(t *testing.T, name string, harm func(*testing.T, *disturbed), tells string, seed uint64) executors.Observation {
	d := &disturbed{fleet: newFleet(t), marks: t.TempDir(), seed: seed}
	d.tries = 10
	if harm == nil {
		d.bound, d.lease = 3, time.Minute
	}
	d.job = jobOf("test-marked", faultTasks, 3, 1)
	for n, args := range d.job.Tasks {
		args["dir"] = d.marks
		if harm != nil && n >= heldTask {
			args["hold"] = d.gate()
		}
	}
	for i := range 3 {
		own := d.job
		own.Dir = t.TempDir()
		own.Env = map[string]string{"RUNNER_TEST_MARK": d.mark(i)}
		d.members = append(d.members, d.send(Member(own, d.fleet.part(fmt.Sprintf("h%d", i), i, 1))))
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		if harm != nil {
			d.until(t, 15)
			harm(t, d)
		}
	}()
	o := d.coordinate(d.job)
	<-over
	squares(t, o, faultTasks, 3)
	if !regexp.MustCompile(tells).MatchString(o.Disturbed) {
		t.Errorf("%s: it tells %q", name, o.Disturbed)
	}
	for i, m := range d.members {
		if seen, lives := <-m.seen; lives && seen.Status != results.OK {
			t.Logf("h%d: %s: %s", i, seen.Status, seen.Reason)
		}
	}
	return o
}

func (d *disturbed) mark(member int) string { return filepath.Base(d.dir) + "-" + strconv.Itoa(member) }

// gate is the file that held tasks wait for, beside the directory in which begun ones are counted.
func (d *disturbed) gate() string { return d.marks + ".struck" }

// struck lets the held tasks go on: the harm has begun.
func (d *disturbed) struck(t *testing.T) {
	if err := os.WriteFile(d.gate(), nil, 0o600); err != nil {
		t.Error(err)
	}
}

// until waits until so many tasks have been begun.
func (d *disturbed) until(t *testing.T, tasks int) {
	if !executorstest.Eventually(func() bool {
		begun, _ := os.ReadDir(d.marks)
		return len(begun) >= tasks
	}) {
		t.Errorf("%d tasks were never begun", tasks)
	}
}

// signal goes to all processes of a member.
func (d *disturbed) signal(t *testing.T, member int, sig syscall.Signal) {
	d.each(t, member, func(pid int) { _ = syscall.Kill(pid, sig) })
}

func (d *disturbed) each(t *testing.T, member int, do func(pid int)) {
	for _, p := range executorstest.Marked(d.mark(member)) {
		number, _, _ := strings.Cut(p, " ")
		pid, err := strconv.Atoi(number)
		if err != nil {
			t.Errorf("no process: %q", p)
			continue
		}
		do(pid)
	}
}

// atRandom kills one member at most, so that there is always one that is not paused.
func (d *disturbed) atRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(d.seed, 1))
	killed := false
	for range 4 {
		pauseFor(time.Duration(r.IntN(300)) * time.Millisecond)
		switch what := r.IntN(4); what {
		case 0:
			if !killed {
				d.members[0].kill()
				d.struck(t)
			}
			killed = true
		case 1:
			d.signal(t, 1, syscall.SIGSTOP)
			d.struck(t)
			pauseFor(time.Duration(r.Int64N(int64(2 * d.lease))))
			d.signal(t, 1, syscall.SIGCONT)
		default:
			d.broker.kill()
			d.struck(t)
			if what == 3 {
				_ = os.RemoveAll(filepath.Join(d.dir, "store"))
			}
			d.serve()
		}
	}
}

// tally is a row of the table.
type tally struct{ trials, tasks, lost, twice, again, dropped int }

func (s *tally) add(t *testing.T, o executors.Observation) {
	s.trials++
	s.tasks += faultTasks
	counted := map[int]bool{}
	for _, span := range o.Spans {
		if counted[span.Task] {
			s.twice++
		}
		counted[span.Task] = true
	}
	s.lost += faultTasks - len(counted)
	s.again += told(o.Disturbed, `(\d+) chunks? (was|were) given out again`)
	s.dropped += told(o.Disturbed, `(\d+) answers? came twice`)
	if s.lost+s.twice > 0 {
		t.Errorf("%d lost, %d counted twice", s.lost, s.twice)
	}
}

func told(text, pattern string) (n int) {
	if m := regexp.MustCompile(pattern).FindStringSubmatch(text); m != nil {
		n, _ = strconv.Atoi(m[1])
	}
	return n
}

func (s *tally) row(name string) string {
	return fmt.Sprintf("%-34s %6d %6d %6d %8d %8d %6d", name, s.trials, s.tasks, s.lost, s.twice, s.again, s.dropped)
}

// TestPoisonedTask: a task that ends each member that it is given to ends the trial, with a reason that names it.
func TestPoisonedTask(t *testing.T) {
	for range *repeats {
		f := newFleet(t)
		f.tries = 2
		job := jobOf("test-poison", 40, 3, 1)
		f.members(job, 3, 1)
		o := f.coordinate(job)
		if o.Status != results.Crash || !strings.Contains(o.Reason, "task 7: it was given out 2 times and never answered") {
			t.Errorf("%s: %s", o.Status, o.Reason)
		}
	}
}

// TestCoordinatorKilled: the members end by themselves, and the trial can be run again. The first time it has too many tasks to
// be over before it is struck.
func TestCoordinatorKilled(t *testing.T) {
	for range *repeats {
		d := &disturbed{fleet: newFleet(t), marks: t.TempDir()}
		job := jobOf("test-marked", 2000, 2, 1)
		for _, args := range job.Tasks {
			args["dir"] = d.marks
		}
		members := d.fleet.members(job, 2, 1)
		own := job
		own.Dir = t.TempDir()
		coordinator := d.send(Coordinator(own, d.fleet.part("", 0, 0)))
		d.until(t, 15)
		coordinator.kill()
		for _, m := range members {
			if o, lives := <-m.seen; !lives || o.Status != results.Crash || !strings.Contains(o.Reason, "coordinator") {
				t.Errorf("a member without its coordinator: %s: %s", o.Status, o.Reason)
			}
		}
		job.Tasks = job.Tasks[:faultTasks]
		d.fleet.members(job, 2, 1)
		squares(t, d.coordinate(job), faultTasks, 2)
	}
}
