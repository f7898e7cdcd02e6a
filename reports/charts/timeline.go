package charts

import (
	"cmp"
	"fmt"
	"slices"
)

// Worker is what one worker did in a trial.
type Worker struct {
	Name  string
	Host  string // that it ran on, where a trial had several; else ""
	Spans []Span
}

// name is what a lane is called: the name first, since a long name of a host is cut off.
func (w Worker) name() string {
	if w.Host == "" {
		return w.Name
	}
	return w.Name + " " + w.Host
}

// Span is one task, in s from the start of the trial's total. CPU is below 0 where it is not known for one task.
type Span struct {
	Task       int
	Start, End float64
	CPU        float64
}

// mostLanes that a timeline shows.
const mostLanes = 64

// Timeline draws a lane for each worker: compute, wait within a task, and the queue between tasks, with the busy share.
// Of a block's height, the solid part is the share of its time on a core: when a task waited within it is not known.
func Timeline(id string, workers []Worker, total float64) *Figure {
	f := newFigure(id, "What each worker did")
	all := len(workers)
	workers = workers[:min(all, mostLanes)]
	lanes := make([]lane, len(workers))
	names := make([]string, len(workers))
	tasks, end := 0, 0.0
	for i, w := range workers {
		lanes[i], names[i] = newLane(w), w.name()
		tasks, end = tasks+lanes[i].tasks, max(end, lanes[i].end())
	}
	if !positive(total) || total < end {
		total = end
	}
	if tasks == 0 || total == 0 {
		return f.empty("no task was timed")
	}
	left := nameRoom(names, fontSize, 110)
	b := bench{x: axis{hi: total, from: left + 8, to: width - 56}, total: total, height: rowHeight(len(lanes), 26, 14)}
	b.least = max(2, float64(len(lanes))*(b.x.to-b.x.from)/1200)
	f.use(hatch)
	bottom := 22 + b.height*float64(len(lanes))
	below := timeTicks(&f.root, b.x, "time", 18, bottom)
	f.root.text(width-6, 14, "busy").set("text-anchor", "end").fill(muted)
	known, unknown := false, false
	for i, l := range lanes {
		if i > 0 && workers[i].Host != workers[i-1].Host { // another host begins
			y := 22 + b.height*float64(i)
			f.root.line(8, y, width-6, y).set("fill", "none").stroke(axisInk, 1)
		}
		b.lane(&f.root, l, left, 22+b.height*float64(i))
		known, unknown = known || l.tasks > 0 && l.known, unknown || l.tasks > 0 && !l.known
	}
	f.height = f.root.legend(8, below+8, timelineKeys(known, unknown))
	f.Desc = timelineDesc(lanes, total, all) + hostsOf(workers)
	return f
}

func timelineDesc(lanes []lane, total float64, all int) string {
	tasks, lo, hi := 0, 1.0, 0.0
	for _, l := range lanes {
		tasks += l.tasks
		lo, hi = min(lo, l.busy()/total), max(hi, l.busy()/total)
	}
	told := fmt.Sprintf("%d tasks on %d workers in %s; a worker was busy for %s to %s of it.", tasks, len(lanes),
		quantity(total, "s"), percent(lo), percent(hi))
	if all > len(lanes) {
		told += fmt.Sprintf(" The first %d of %d workers are shown.", len(lanes), all)
	}
	return told
}

// hostsOf tells of the hosts of the workers, where there are several.
func hostsOf(workers []Worker) string {
	var names []string
	for _, w := range workers {
		if w.Host != "" && !slices.Contains(names, w.Host) {
			names = append(names, w.Host)
		}
	}
	if len(names) < 2 {
		return ""
	}
	return fmt.Sprintf(" They ran on %d hosts.", len(names))
}

func timelineKeys(known, unknown bool) []key {
	solid := func(g *node, x, y float64) { g.rect(x, y-6, 18, fontSize).fill(compute) }
	var keys []key
	if known {
		keys = append(keys, key{solid, "compute"}, key{func(g *node, x, y float64) {
			g.rect(x, y-6, 18, fontSize).fill(hatch).stroke(waiting, 1)
		}, "wait within a task"})
	}
	if unknown {
		keys = append(keys, key{solid, "task (CPU not known)"})
	}
	return append(keys, key{func(g *node, x, y float64) {
		g.rect(x, y-6, 18, fontSize).set("fill", "none").stroke(queue, 1).set("stroke-dasharray", "2 2")
	}, "queue between tasks"})
}

// lane is a worker's spans in order, and their sums in s.
type lane struct {
	name     string
	spans    []Span
	tasks    int
	known    bool // the CPU time of every task
	cpu, sum float64
}

func newLane(w Worker) lane {
	l := lane{name: w.name(), known: true}
	for _, s := range w.Spans {
		if s.Start < 0 || !usable(s.Start) || !usable(s.End) || s.End < s.Start {
			continue
		}
		if !usable(s.CPU) || s.CPU < 0 {
			s.CPU, l.known = -1, false
		} else {
			s.CPU = min(s.CPU, s.End-s.Start)
			l.cpu += s.CPU
		}
		l.spans = append(l.spans, s)
		l.sum += s.End - s.Start
	}
	l.tasks = len(l.spans)
	slices.SortStableFunc(l.spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	return l
}

// busy is the time on a core, or in tasks where that is not known.
func (l lane) busy() float64 {
	if l.known {
		return l.cpu
	}
	return l.sum
}

// bench is where lanes stand.
type bench struct {
	x      axis
	total  float64
	height float64
	least  float64 // px, of a task with a block of its own
}

// block is a task, or a run of tasks that are too short to be seen alone.
type block struct {
	Span
	tasks     int
	cpu, busy float64 // s
}

func (b bench) lane(n *node, l lane, left, top float64) {
	g := n.group()
	middle := top + b.height/2
	g.clipped(left, middle+4, l.name, fontSize, left-8).set("text-anchor", "end")
	g.text(width-6, middle+4, percent(min(l.busy()/b.total, 1))).set("text-anchor", "end").fill(muted)
	if l.tasks == 0 {
		return
	}
	g.title(l.tell(b.total))
	h := b.height - min(6, b.height/4)
	y := top + (b.height-h)/2
	first, last := b.x.at(l.spans[0].Start), b.x.at(l.end())
	g.rect(first, y+0.5, max(last-first, 0.5), h-1).set("fill", "none").stroke(queue, 1).set("stroke-dasharray", "2 2")
	blocks := g.group().fill(hatch).stroke(surface, 1)
	solid := new(path)
	for _, k := range b.blocks(l.spans) {
		x := b.x.at(k.Start)
		w, wall := max(b.x.at(k.End)-x, 0.5), max(k.End-k.Start, 1e-100)
		busy, on := h*min(k.busy/wall, 1), h*min(k.cpu/wall, 1)
		if k.Start == k.End {
			busy, on = h, h
		}
		if on > busy-1.5 {
			on = busy // so little of the other cannot be seen
		}
		blocks.rect(x, y+h-busy, w, busy).title(k.tell(l.known))
		if on >= 1.5 {
			rim := min(0.5, w/4) // what the line around the block leaves of it
			solid.rect(x+rim, y+h-on, w-2*rim, on)
		}
	}
	if solid.Len() > 0 {
		g.path(solid.String()).fill(compute).set("pointer-events", "none")
	}
}

func (l lane) end() float64 {
	end := 0.0
	for _, s := range l.spans {
		end = max(end, s.End)
	}
	return end
}

// blocks are the tasks to be drawn, short ones in runs of about 20 px.
func (b bench) blocks(spans []Span) []block {
	run := max(20, 1.5*b.least)
	var all []block
	open := false
	for _, s := range spans {
		k := block{s, 1, s.CPU, s.End - s.Start}
		if s.CPU < 0 {
			k.cpu = k.busy
		}
		short := b.x.at(s.End)-b.x.at(s.Start) < b.least
		if open && short {
			last := &all[len(all)-1]
			if b.x.at(s.End)-b.x.at(last.Start) <= run && b.x.at(s.Start)-b.x.at(last.End) < b.least {
				last.tasks, last.cpu, last.busy = last.tasks+1, last.cpu+k.cpu, last.busy+k.busy
				last.End = max(last.End, s.End)
				continue
			}
		}
		all, open = append(all, k), short
	}
	return all
}

func (l lane) tell(total float64) string {
	told := fmt.Sprintf("%s: %d tasks, %s of the time in tasks", l.name, l.tasks, percent(l.sum/total))
	if l.known {
		told += fmt.Sprintf(", %s on a core", percent(l.cpu/total))
	}
	return told
}

func (k block) tell(known bool) string {
	wall := max(k.End-k.Start, 1e-100)
	told := fmt.Sprintf("task %d: %s", k.Task, quantity(k.End-k.Start, "s"))
	if k.tasks > 1 {
		told = fmt.Sprintf("%d tasks, %s busy", k.tasks, percent(min(k.busy/wall, 1)))
	}
	if known {
		told += ", " + percent(min(k.cpu/wall, 1)) + " on a core"
	}
	return told
}
