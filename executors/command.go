package executors

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
)

// RuntimeCommand is the runtime of a job whose tasks are commands.
const RuntimeCommand = "command"

// CommandInfos lists the executors of commands by name. They are no part of All: those run functions.
func CommandInfos() []Info {
	return []Info{
		{
			Name: "procs", Aliases: []string{"processes"}, Workers: true, Separate: true,
			Doc: "as many commands at once as there are workers, from one queue; the next starts when one has ended",
		},
		{Name: "serial", Doc: "one command after the other"},
	}
}

// commandInfo finds an executor of commands by name or alias.
func commandInfo(name string) (Info, bool) {
	for _, info := range CommandInfos() {
		if info.Name == name || slices.Contains(info.Aliases, name) {
			return info, true
		}
	}
	return Info{}, false
}

// commands is both executors of commands. The trial's process starts them itself, each from the thread of a worker that
// lives until the last has ended, since they die with the thread that started them.
type commands struct {
	info     Info
	programs map[*Command]string // as they were found
}

func (c *commands) Info() Info { return c.info }

func (c *commands) Execute(ctx context.Context, job Job) (Observation, error) {
	if !c.info.Workers {
		job.Workers = 1
	}
	out := outputOf(job)
	if err := out.make(); err != nil {
		return unable(job, err), nil
	}
	crew := make([]*starter, job.Workers)
	for i := range crew {
		crew[i] = &starter{job: job, programs: c.programs, env: environment(job.Env, ""), out: out, number: i}
	}
	catch()
	r, _ := open(ctx, job)
	listener.by(r)
	total := r.crewed(crew)
	listener.by(nil)
	o := r.observed(0, total)
	o.Usage.Memory = memoryOf(crew)
	o.Warnings = crew[0].warnings // the others say the same
	return o, nil
}

// crewed lets the crew run all commands, and gives the time at which the last one had ended. Its threads are there before
// the clock starts: they are ours, and nothing that a command would need. The first worker is the caller, so that one alone
// waits for nobody.
func (r *record) crewed(crew []*starter) (total time.Duration) {
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	ends := make([]time.Duration, len(crew))
	ready.Add(len(crew) - 1)
	for i, s := range crew[1:] {
		done.Go(func() {
			s.settle()
			ready.Done()
			<-gate
			s.work(r)
			ends[i+1] = r.now()
		})
	}
	crew[0].settle()
	ready.Wait()
	r.restart()
	close(gate)
	crew[0].work(r)
	ends[0] = r.now()
	done.Wait()
	return slices.Max(ends)
}

// unable is a trial that cannot be told of, for want of what the commands write.
func unable(job Job, err error) Observation {
	job.failed(failure{-1, 0, err.Error()})
	return Observation{Status: results.Crash, Reason: err.Error()}
}

// catch keeps the signals to the group of the trial from ending its process, so that a command may end in its own way
// after a TERM. A signal that is caught is at its default again in what is started, one that is ignored stays so: hence
// also those that the runner may have been started without.
var catch = sync.OnceFunc(func() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU) // nobody reads them
	told := make(chan os.Signal, 8)                                                           // one that finds no room is lost
	signal.Notify(told, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, lastSignal)
	go func() {
		for s := range told {
			listener.tell(s)
		}
	}()
})

// listener is who is told of a signal: the trial that runs now.
var listener ear

// lastSignal means nothing. Go hands on what is pending in the order of numbers, so that all others come before it.
const lastSignal = syscall.SIGWINCH

// lastPatience is for it to come, which takes some microseconds.
const lastPatience = time.Second

type ear struct {
	mu    sync.Mutex
	of    *record
	heard bool
	last  chan struct{} // who waits for lastSignal; nil: nobody
}

// undisturbed tells whether no signal has come until now, also none that is still on its way. Where so many come that its own
// is lost among them, one has.
func (e *ear) undisturbed() bool {
	last := make(chan struct{})
	e.mu.Lock()
	e.last = last
	e.mu.Unlock()
	if syscall.Kill(os.Getpid(), lastSignal) != nil {
		return false
	}
	if !host.Within(last, lastPatience) {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return !e.heard
}

// by makes a trial the one that is told; at once, if a signal came before.
func (e *ear) by(r *record) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.of = r; r != nil && e.heard {
		r.fail(failure{-1, 0, "the trial's process was told to end"})
	}
}

// told tells whether a signal has come.
func (e *ear) told() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard
}

// tell lets no more commands start once the trial was told to end.
func (e *ear) tell(s os.Signal) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s == lastSignal {
		if e.last != nil {
			close(e.last)
			e.last = nil
		}
		return
	}
	e.heard = true
	if e.of != nil {
		e.of.fail(failure{-1, 0, "the trial's process was told to end: " + s.String()})
	}
}

// memoryOf is the sum of the peaks of each worker's largest command in B; 0, which is unknown, if one of them is.
func memoryOf(crew []*starter) (sum int64) {
	own := host.Peak()
	for _, s := range crew {
		if s.started && inherited(s.peak, own) {
			return 0
		}
		sum += s.peak
	}
	return sum
}

// at is the path of a file that is named from where the commands run.
func (j Job) at(path string) string {
	if strings.HasPrefix(path, "/") {
		return path
	}
	return j.place() + "/" + path
}

// place is where the commands run, or a program of the job's own.
func (j Job) place() string { return orElse(j.WorkDir, j.Dir) }
