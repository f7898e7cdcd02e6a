package gates

import (
	"math"

	"bench/runner/internal/stats"
	"bench/runner/results"
)

// entry is a number of one trial that reasons are found by. Those of workers are sums over all of them.
type entry int

const (
	inTotal   entry = iota // s
	inStart                // s, spawn and join
	inCPU                  // s, of all processes
	inTasks                // s, workers with a task
	inCPU1                 // s, CPU time of the tasks alone
	inGaps                 // s, workers between tasks, before their first, and while the last result comes in
	inIdle                 // s, workers that have ended while another still works, or had nothing to do
	atFirst                // s, when the first worker was done
	atLast                 // s, when the last was
	jobless                // workers without a task
	inNumber               // tasks
	blocked                // context switches of those that had to wait
	preempted              // context switches of those that had to make room
	entries                // how many entries there are
)

// ledger is a cell's typical trial: the median of each entry. An entry is NaN where the trials do not give it.
type ledger struct {
	of      [entries]float64
	most    float64 // cores used in the trial that used the most
	workers float64 // NaN: how many there are is not known
	runtime results.RuntimeInfo
}

// leastTrials is how many trials make a typical one. All of them had the machine to themselves: another program on a core
// looks like a lock.
const leastTrials = 3

// ledger of a cell; nil for too few trials, and for scripted ones, whose use of cores is not measured.
func (m *measured) ledger(cell int) *ledger {
	var trials []*results.Trial
	for _, t := range m.ok[cell] {
		if t != nil && t.Contaminated == "" && t.Runtime.Name != "scripted" {
			trials = append(trials, t)
		}
	}
	if len(trials) < leastTrials {
		return nil
	}
	l := &ledger{workers: float64(m.Plan.Cells[cell].Workers), runtime: trials[0].Runtime}
	if !m.Plan.Cells[cell].Counted() {
		l.workers = math.NaN()
	}
	var columns [entries][]float64
	for _, t := range trials {
		e := entriesOf(t, m.Plan.Cells[cell].Workers)
		l.most = max(l.most, e[inCPU]/e[inTotal])
		for i, v := range e {
			columns[i] = append(columns[i], v)
		}
	}
	for i, values := range columns {
		l.of[i] = stats.Median(values)
	}
	if !(l.of[inTotal] > 0) || !(l.of[inCPU] > 0) {
		return nil
	}
	return l
}

// used is how many cores kept busy.
func (l *ledger) used() float64 { return l.of[inCPU] / l.of[inTotal] }

// waiting tells whether next to no core was kept busy, and that for want of something else than a core: who has to make
// room for others is preempted, who waits gives up the core by itself.
func (l *ledger) waiting() bool { return l.used() < 0.5 && l.of[blocked] > 2*l.of[preempted] }

// all is the time of all workers together (s).
func (l *ledger) all() float64 { return l.workers * l.of[inTotal] }

// start is what all workers together lose before they are ready and after they are done (s).
func (l *ledger) start() float64 { return l.workers * l.of[inStart] }

// crewman is one worker on the timeline.
type crewman struct {
	tasks             int
	busy, first, last float64 // s
}

func entriesOf(t *results.Trial, workers int) (e [entries]float64) {
	for i := range e {
		e[i] = math.NaN()
	}
	p := t.Phases
	e[inTotal], e[inStart], e[inCPU] = p.Total.Seconds(), (p.Spawn + p.Join).Seconds(), t.Usage.CPU().Seconds()
	e[inNumber], e[blocked], e[preempted] = float64(t.Tasks), float64(t.Usage.Voluntary), float64(t.Usage.Involuntary)
	if len(t.Spans) == 0 || len(t.Spans) != t.Tasks {
		return e
	}
	crew := make([]crewman, workers)
	cpu := 0.0
	for _, s := range t.Spans {
		if s.Worker < 0 || s.Worker >= workers || s.End < s.Start {
			return e
		}
		w := &crew[s.Worker]
		if w.tasks == 0 || s.Start.Seconds() < w.first {
			w.first = s.Start.Seconds()
		}
		w.tasks, w.busy, w.last = w.tasks+1, w.busy+(s.End-s.Start).Seconds(), max(w.last, s.End.Seconds())
		cpu += s.CPU.Seconds()
	}
	timeline(&e, crew, p.Spawn.Seconds(), (p.Spawn + p.Work).Seconds())
	if cpu > 0 {
		e[inCPU1] = cpu
	}
	return e
}

// timeline sets what the tasks' places tell; the work lies between from and to.
func timeline(e *[entries]float64, crew []crewman, from, to float64) {
	busy, idle, none, first, last := 0.0, 0.0, 0.0, math.Inf(1), 0.0
	for _, w := range crew {
		busy, last = busy+w.busy, max(last, w.last)
	}
	for _, w := range crew {
		if w.tasks == 0 {
			none++
			w.last = from
		}
		idle += max(last-w.last, 0)
		first = min(first, w.last)
	}
	e[inTasks], e[inIdle], e[jobless], e[atFirst], e[atLast] = busy, idle, none, first, last
	e[inGaps] = max(float64(len(crew))*(to-from)-busy-idle, 0)
}
