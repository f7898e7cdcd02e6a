package gates

import (
	"fmt"
	"math"
	"strconv"
)

// scales: the workers do nearly what as many of them could.
func (b *books) scales() string {
	switch s := b.speedup(); {
	case !(b.workers >= 2) || !(s >= overlap*b.workers):
	case b.waiting():
		return fmt.Sprintf("waits overlap: %.0f workers are %s times as fast as one, on %s cores", b.workers, digits(s, 3), digits(b.used(), 2))
	case s >= scaled*b.workers:
		return fmt.Sprintf("scales: %.0f workers are %s times as fast as one", b.workers, digits(s, 3))
	}
	return ""
}

// waits: next to nothing of the time is spent on a core, whatever the number of workers.
func (b *books) waits() string {
	if b.waiting() && !(b.of[inStart] > 0.25*b.of[inTotal]) && !(b.of[inGaps] > 0.25*b.all()) {
		return fmt.Sprintf("waits: used %s cores", digits(b.used(), 2))
	}
	return ""
}

// startLoss: creating the workers and ending them takes a good part of the time.
func startLoss(b *books) float64 { return known(b.start()) }

func startSays(b *books) string {
	return fmt.Sprintf("start-up: starting and ending %s took %s of the time (%s of %s)", workers(b.workers),
		share(b.of[inStart]/b.of[inTotal]), seconds(b.of[inStart]), seconds(b.of[inTotal]))
}

// lockLoss: work that keeps a core busy keeps no second one busy, although there are workers and cores for it. What else
// they lose, such as a turn that comes late, has the same cause only where all of them run on one interpreter. Another
// program on a core looks alike, but the machine then gives the other cells and trials no more either, or not always.
func lockLoss(b *books) float64 {
	if !(b.workers >= 2) || b.cores < 2 || !b.busyAlone() || b.used() < 0.75 || !(b.speedup() <= 1.25) {
		return 0
	}
	switch room := b.parallelism >= 1.5*min(b.used(), 1); {
	case b.turns() && (room || b.used() > 1.25):
		return known(b.all() - b.useful() - b.start())
	case room && b.most <= 1.25:
		return b.stalled()
	}
	return 0
}

func lockSays(b *books) string {
	from := fmt.Sprintf("used %.1f of %.0f cores: ", b.used(), b.cores)
	switch {
	case b.name == "asyncio":
		return from + "the coroutines share one thread"
	case b.turns() && b.used() > 1.25:
		return fmt.Sprintf("spent %s times the CPU time of one: the threads fight for the GIL", digits(b.of[inCPU]/b.alone.of[inCPU], 2))
	case b.turns():
		return from + "the threads took turns (the GIL)"
	}
	return from + "the workers took turns, as behind one lock"
}

// crowdLoss: more workers than cores, and these are busy, so that whatever a worker does off the cores is for want of one.
func crowdLoss(b *books) float64 {
	if b.cores < 1 || !(b.workers > b.cores) || b.used() < 0.8*b.cores || b.of[inNumber] < b.workers {
		return 0
	}
	return known(b.all() - b.start() - b.of[inCPU])
}

func crowdSays(b *books) string {
	return fmt.Sprintf("%.0f workers share %s: used %.1f", b.workers, counted(int(b.cores), "core"), b.used())
}

// memoryLoss: each worker has a core, and keeps it busy, but the same work takes more CPU time than one worker needs.
func memoryLoss(b *books) float64 {
	if !(b.workers >= 2) || b.workers > b.cores || b.turns() || b.used() < 0.8*b.workers || !b.busyAlone() {
		return 0
	}
	return b.inflation()
}

func memorySays(b *books) string {
	shared := "memory or caches"
	if b.parallelism < 0.85*b.workers {
		shared = "memory, caches or cores"
	}
	return fmt.Sprintf("%s times the CPU time of one worker for the same work: %s are shared", digits(1+b.inflation()/b.useful(), 2), shared)
}

// idleLoss: workers that have ended, or got no task, while another still works.
func idleLoss(b *books) float64 { return known(b.of[inIdle]) }

func idleSays(b *books) string {
	if b.of[jobless] >= 1 && b.of[inNumber] >= 2*b.workers {
		return fmt.Sprintf("too short: %.0f of %.0f workers found no task left (%s in %s)", b.of[jobless], b.workers, counted(int(b.of[inNumber]), "task"), seconds(b.of[inTotal]))
	}
	if b.of[jobless] >= 1 {
		return fmt.Sprintf("unbalanced: %.0f of %.0f workers had no task (%s)", b.of[jobless], b.workers, counted(int(b.of[inNumber]), "task"))
	}
	return fmt.Sprintf("unbalanced: one worker was done after %s, the last after %s", seconds(b.of[atFirst]), seconds(b.of[atLast]))
}

// gapLoss: handing out a task, and taking in what it gave, costs a fair part of doing it.
func gapLoss(b *books) float64 {
	if b.name == "serial" || b.of[inNumber] < 2*b.workers || !(b.of[inGaps] >= 0.25*b.of[inTasks]) {
		return 0
	}
	return b.of[inGaps]
}

func gapSays(b *books) string {
	return fmt.Sprintf("too fine: %s between tasks for each of %s", seconds(b.of[inGaps]/b.of[inNumber]), seconds(b.of[inTasks]/b.of[inNumber]))
}

// queueLoss: the work waits, and with more workers each of them waits the longer.
func queueLoss(b *books) float64 {
	if !(b.workers >= 2) || b.alone == nil || !b.alone.waiting() || !b.waiting() || b.speedup() > 1.25 {
		return 0
	}
	return b.stalled()
}

func queueSays(b *books) string {
	return fmt.Sprintf("waits one after the other: %.0f workers are %s times as fast as one, on %s cores", b.workers, digits(b.speedup(), 2), digits(b.used(), 2))
}

// known is 0 for what is not.
func known(f float64) float64 {
	if math.IsNaN(f) {
		return 0
	}
	return max(f, 0)
}

func workers(n float64) string { return counted(int(n), "worker") }

// seconds writes a time with three digits and the unit that suits it.
func seconds(s float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}} {
		if s >= u.size {
			return digits(s/u.size, 3) + " " + u.name
		}
	}
	return digits(s*1e9, 3) + " ns"
}

// digits writes a number with at least so many significant digits, zeros at the end left out, and no exponent.
func digits(f float64, n int) string {
	text := strconv.FormatFloat(f, 'e', n-1, 64)
	rounded, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(rounded) >= math.Pow10(n) {
		rounded = math.Round(f)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
