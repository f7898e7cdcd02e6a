package reports

import (
	"fmt"
	"slices"

	"bench/runner/internal/matrix"
	"bench/runner/reports/charts"
	"bench/runner/results"
)

// mostRows is how many cells one figure shows.
const mostRows = 30

// cellFigures are the figures of a panel with a row for each cell, those of one workload together.
func (r *Report) cellFigures(p *panel, wanted func(*Cell) bool, draw func(id string, cells []*Cell, names []string) (*charts.Figure, sheet)) {
	sets := r.byWorkload(wanted)
	for _, set := range sets {
		names := shortNames(cellsOf(set))
		for i, cells := range batches(set, mostRows) {
			chart, data := draw(p.id(len(p.Figures)), cells, names[i*mostRows:])
			p.Figures = append(p.Figures, figure{Name: titled(len(sets) > 1, set[0].Workload, which(i, mostRows, len(set))), Chart: chart, Data: data})
		}
	}
}

// times draws every counted trial.
func (r *Report) times() panel {
	p := panel{Name: "time", Title: "Time by cell", Open: 4, Doc: "The total time of each counted trial: density, quartiles, median, and every trial."}
	group := r.colours()
	r.cellFigures(&p, func(c *Cell) bool { return len(c.Times) > 0 && measured(c.Median) },
		func(id string, cells []*Cell, names []string) (*charts.Figure, sheet) {
			data := sheet{Head: []string{"cell", "n", "least", "quarter", "median", "three quarters", "most"}, Text: 1}
			rows := make([]charts.Row, len(cells))
			for i, c := range cells {
				rows[i] = charts.Row{Name: label(names[i]), Group: group(c), Times: numbers(c.Times), Median: *c.Median, Quartiles: finites(c.Quartiles),
					Label: fmt.Sprintf("%s: median %s, %s (n = %d)", Clip(r.key(c.Cell), 80), seconds(c.Median), or(medianInterval(c), "no interval"), c.N)}
				quarter, three := missing, missing
				if q := finites(c.Quartiles); q != nil {
					quarter, three = seconds(&q[0]), seconds(&q[1])
				}
				data.Rows = append(data.Rows, []string{r.key(c.Cell), fmt.Sprint(c.N), seconds(c.Min), quarter, seconds(c.Median), three, seconds(c.Max)})
			}
			return charts.Times(id, rows), data
		})
	return p
}

// colours gives each cell the number of its line among the speedups, so that both figures show it alike; where those are
// too many, that of its executor. The two builds of a comparison look alike.
func (r *Report) colours() func(*Cell) int {
	lines, executors := map[string]groups{}, groups{}
	for _, cells := range r.byWorkload(inLine) {
		g := groups{}
		for _, c := range cells {
			g.of(r.inThisBuild(withoutWorkers(c.Cell)).Encoded())
			executors.of(c.Executor)
		}
		if len(g) <= mostLines {
			lines[cells[0].Workload] = g
		}
	}
	return func(c *Cell) int {
		if g := lines[c.Workload]; g != nil {
			return g.of(r.inThisBuild(withoutWorkers(c.Cell)).Encoded())
		}
		return executors.of(c.Executor)
	}
}

// phases draws what the time of each cell was made of.
func (r *Report) phases() panel {
	p := panel{Name: "phases", Title: "Phases of a trial", Open: 1,
		Doc: "Medians of each phase by itself. Start-up, until the trial's process is ready, is no part of the total."}
	r.cellFigures(&p, func(c *Cell) bool { return c.Phases != nil },
		func(id string, cells []*Cell, names []string) (*charts.Figure, sheet) {
			data := sheet{Head: []string{"cell", "n", "startup", "spawn", "work", "join", "total"}, Text: 1}
			stacks := make([]charts.Stack, len(cells))
			for i, c := range cells {
				all := [4]float64{c.Phases.Startup.Seconds(), c.Phases.Spawn.Seconds(), c.Phases.Work.Seconds(), c.Phases.Join.Seconds()}
				stacks[i] = charts.Stack{Name: label(names[i]), Parts: all, Label: fmt.Sprintf("%s (n = %d)", Clip(r.key(c.Cell), 80), c.N)}
				row := []string{r.key(c.Cell), fmt.Sprint(c.N)}
				for _, v := range append(all[:], c.Phases.Total.Seconds()) {
					row = append(row, Quantity(v, "s"))
				}
				data.Rows = append(data.Rows, row)
			}
			return charts.Phases(id, stacks), data
		})
	return p
}

func seconds(v *float64) string {
	return number(v, func(v float64) string { return Quantity(v, "s") })
}

// numbers are those of a list that are some.
func numbers(all []float64) []float64 {
	out := make([]float64, 0, len(all))
	for _, v := range all {
		if measured(&v) {
			out = append(out, v)
		}
	}
	return out
}

const (
	mostTimelines = 12
	mostWorkers   = 32
)

// timelines draws what each worker did, in the trial of a cell whose time is the nearest to the cell's median.
func (r *Report) timelines() panel {
	p := panel{Name: "timeline", Title: "What each worker did", Open: 1, Doc: "The trial nearest to its cell's median: tasks, waits within tasks, and waits for the next one."}
	chosen := r.worthATimeline()
	names := shortNames(cellsOf(chosen))
	for i, c := range chosen[:min(len(chosen), mostTimelines)] {
		t := c.typical()
		crew := workersOf(t)
		doc := fmt.Sprintf("block %d, %s", t.Block, Quantity(t.Phases.Total.Seconds(), "s")) + where(t)
		if more := len(crew) - mostWorkers; more > 0 {
			doc += fmt.Sprintf("; the first %d of %d workers", mostWorkers, len(crew))
			crew = crew[:mostWorkers]
		}
		p.Figures = append(p.Figures, figure{Name: names[i], Doc: doc,
			Chart: charts.Timeline(p.id(i), crew, t.Phases.Total.Seconds()), Data: timelineSheet(t, crew)})
	}
	p.leave(len(chosen)-len(p.Figures), "cell", "cells")
	return p
}

// worthATimeline are the cells with a timeline, those of several workers first, and among these those that the checks are
// about, in the order in which the checks are told.
func (r *Report) worthATimeline() []*Cell {
	waiting := map[matrix.Cell]*Cell{} // for a check that is about them
	for i := range r.Cells {
		if c := &r.Cells[i]; c.typical() != nil {
			waiting[c.Cell] = c
		}
	}
	var first, then, alone []*Cell
	take := func(c *Cell, to *[]*Cell) {
		if c.Workers < 2 {
			to = &alone
		}
		*to = append(*to, c)
	}
	for _, v := range r.byOutcome() {
		for _, cell := range v.Cells {
			if c := waiting[cell]; c != nil {
				delete(waiting, cell)
				take(c, &first)
			}
		}
	}
	for i := range r.Cells {
		if c := &r.Cells[i]; waiting[c.Cell] == c {
			take(c, &then)
		}
	}
	return append(append(first, then...), alone...)
}

// typical is the counted trial with a timeline whose time is the nearest to the cell's median, nil if there is none. One
// that shared the machine stands back.
func (c *Cell) typical() (best *results.Trial) {
	if !measured(c.Median) {
		return nil
	}
	off := func(t *results.Trial) float64 {
		return max(t.Phases.Total.Seconds()-*c.Median, *c.Median-t.Phases.Total.Seconds())
	}
	for _, t := range c.Trials {
		if !t.Counts() || len(t.Spans) == 0 {
			continue
		}
		clean := t.Contaminated == ""
		if best == nil || clean && best.Contaminated != "" || clean == (best.Contaminated == "") && off(t) < off(best) {
			best = t
		}
	}
	return best
}

// workersOf are the workers of a trial with their tasks, those that got none too.
func workersOf(t *results.Trial) []charts.Worker {
	n := t.Workers
	for _, s := range t.Spans {
		n = max(n, s.Worker+1)
	}
	out := make([]charts.Worker, n)
	several := len(hostNames(t)) > 1
	for i := range out {
		out[i].Name = fmt.Sprintf("w%d", i)
		if several {
			out[i].Host = Visible(t.HostOf(i))
		}
	}
	for _, s := range t.Spans {
		cpu := s.CPU.Seconds()
		if s.CPU == 0 {
			cpu = -1
		}
		w := &out[max(s.Worker, 0)]
		w.Spans = append(w.Spans, charts.Span{Task: s.Task, Start: s.Start.Seconds(), End: s.End.Seconds(), CPU: cpu})
	}
	return out
}

// where is on which hosts a trial was, told behind something else; "" where it was on none.
func where(t *results.Trial) string {
	names := hostNames(t)
	if len(names) > 3 {
		return fmt.Sprintf(", on %d hosts", len(names))
	}
	told := ""
	for i, name := range names {
		told += []string{", on ", " and "}[min(i, 1)] + Clip(Visible(name), 40)
	}
	return told
}

func timelineSheet(t *results.Trial, crew []charts.Worker) sheet {
	s := sheet{Head: []string{"worker", "tasks", "in tasks", "CPU time", "first begins", "last ends"}, Text: 1}
	if len(hostNames(t)) > 1 {
		s = sheet{Head: slices.Insert(s.Head, 1, "host"), Text: 2}
	}
	for _, w := range crew {
		row := []string{w.Name, fmt.Sprint(len(w.Spans)), missing, missing, missing, missing}
		if len(w.Spans) > 0 {
			first, last, in, cpu := w.Spans[0].Start, w.Spans[0].End, 0.0, 0.0
			for _, s := range w.Spans {
				first, last, in = min(first, s.Start), max(last, s.End), in+s.End-s.Start
				if s.CPU < 0 || cpu < 0 {
					cpu = -1
				} else {
					cpu += s.CPU
				}
			}
			row[2], row[4], row[5] = Quantity(in, "s"), Quantity(first, "s"), Quantity(last, "s")
			if cpu >= 0 {
				row[3] = Quantity(cpu, "s")
			}
		}
		if s.Text == 2 {
			row = slices.Insert(row, 1, or(w.Host, missing))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
