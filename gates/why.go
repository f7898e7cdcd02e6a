package gates

import (
	"math"
	"slices"
)

// reason is one rule of why a cell takes as long as it does. loss is the workers' time (s) that the cause explains, 0
// where there are no signs of it; says tells it with its numbers. To add one: a function, and its line in reasons.
type reason struct {
	name string
	loss func(*books) float64
	says func(*books) string
}

// reasons are tried all at once: the one that explains the most lost time is told. Of equals the first is.
var reasons = []reason{
	{"start-up", startLoss, startSays},
	{"lock", lockLoss, lockSays},
	{"workers", crowdLoss, crowdSays},
	{"memory", memoryLoss, memorySays},
	{"balance", idleLoss, idleSays},
	{"chunks", gapLoss, gapSays},
	{"queue", queueLoss, queueSays},
}

// A cause is told where it explains at least these shares: of what was lost, so that no other can be the greater one, and
// of the workers' time, since what costs less is no news.
const (
	ofLost = 0.5
	ofTime = 0.15
)

// Cells that scale do at least this share of what their workers could; where they wait, less will do.
const (
	scaled  = 0.85
	overlap = 0.7
)

// books are what rules look at: the cell, and the one that does the same work with one worker.
type books struct {
	*ledger
	alone       *ledger // nil: there is none
	name        string  // of the executor
	cores       float64 // usable; 0: not known
	parallelism float64 // how many cores' worth of work is done at once, as measured or as some cell of the run did; 0: not known
}

// whys sets the sentence of each cell that there is one for.
func (m *measured) whys(summaries []Summary) {
	ledgers := make([]*ledger, len(summaries))
	parallelism := 0.0
	if p := m.Host.Parallelism; p != nil {
		parallelism = *p
	}
	for i := range summaries {
		if ledgers[i] = m.ledger(i); ledgers[i] != nil {
			parallelism = max(parallelism, ledgers[i].used())
		}
	}
	for i := range summaries {
		if ledgers[i] == nil {
			continue
		}
		b := &books{ledger: ledgers[i], name: m.Plan.Cells[i].Executor, cores: float64(m.Host.Cores), parallelism: parallelism}
		if one := m.alone(i); one >= 0 && one != i && !m.Plan.Cells[i].Workload.Weak {
			b.alone = ledgers[one]
		}
		summaries[i].Why = b.why()
	}
}

// why is the sentence, "" where no rule is sure.
func (b *books) why() string {
	if s := b.scales(); s != "" {
		return s
	}
	best, most := -1, 0.0
	for i, r := range reasons {
		if loss := r.loss(b); loss > most {
			best, most = i, loss
		}
	}
	if best >= 0 && most >= ofTime*b.all() && most >= ofLost*b.lost() {
		return reasons[best].says(b)
	}
	return b.waits()
}

// useful is what the work itself takes (s): the tasks of the cell with one worker. Without one it is not known.
func (b *books) useful() float64 {
	switch {
	case b.alone == nil:
		return math.NaN()
	case math.IsNaN(b.alone.of[inTasks]):
		return b.alone.of[inTotal]
	}
	return b.alone.of[inTasks]
}

// lost is the workers' time that did not go into the work (s), 0 where that is not known.
func (b *books) lost() float64 {
	if lost := b.all() - b.useful(); lost > 0 {
		return lost
	}
	return 0
}

// speedup is against the cell with one worker; NaN without one.
func (b *books) speedup() float64 {
	if b.alone == nil {
		return math.NaN()
	}
	return b.alone.of[inTotal] / b.of[inTotal]
}

// busyAlone tells whether the work keeps a core busy when it is done by one worker.
func (b *books) busyAlone() bool { return b.alone != nil && b.alone.used() >= 0.9 }

// inflation is the CPU time that the tasks take more than with one worker (s): of the tasks themselves where both cells
// tell it, else of everything.
func (b *books) inflation() float64 {
	if b.alone == nil {
		return 0
	}
	more := b.of[inCPU1] - b.alone.of[inCPU1]
	if math.IsNaN(more) {
		more = b.of[inCPU] - b.alone.of[inCPU]
	}
	return max(more, 0)
}

// stalled is how much longer the tasks were off the cores than with one worker (s).
func (b *books) stalled() float64 {
	if b.alone == nil {
		return 0
	}
	off := b.of[inTasks] - b.alone.of[inTasks] - b.inflation()
	if math.IsNaN(off) {
		return 0
	}
	return max(off, 0)
}

// turns tells whether all workers run on one interpreter, of which only one can run at a time.
func (b *books) turns() bool {
	return b.name == "asyncio" || b.runtime.GIL == "on" && slices.Contains([]string{"threads", "thread-pool"}, b.name)
}
