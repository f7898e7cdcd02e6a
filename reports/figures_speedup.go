package reports

import (
	"fmt"
	"slices"
	"strconv"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
	"bench/runner/reports/charts"
)

// mostLines is how many lines can be told apart in one figure.
const mostLines = 6

// crew is the cells that differ in nothing but their number of workers.
type crew struct {
	cell  matrix.Cell // without the number of workers
	cells []*Cell     // with a speedup, by their workers
}

// speedups draws a line for each executor, the lines of one workload together if they are few enough to tell apart.
func (r *Report) speedups() panel {
	p := panel{Name: "speedup", Title: "Speedup against workers", Open: 4,
		Doc: "How many times as fast as its baseline a cell is, with the 95 % interval" + r.fitted() + "."}
	sets := r.byWorkload(inLine)
	for _, cells := range sets {
		for _, crews := range r.apart(crewsOf(cells)) {
			rest := ""
			if len(crews) < len(crewsOf(cells)) {
				rest = r.inCommon(crews)
			}
			p.Figures = append(p.Figures, figure{Name: titled(len(sets) > 1, cells[0].Workload, rest),
				Chart: charts.Speedup(p.id(len(p.Figures)), r.lines(crews), r.Run.Environment.Cores), Data: r.speedupSheet(crews)})
		}
	}
	return p
}

// inLine tells whether a cell is a point of a line.
func inLine(c *Cell) bool { return c.Cell.Get(matrix.Workers) != nil && measured(c.Speedup) }

func crewsOf(cells []*Cell) []crew {
	g := groups{}
	var out []crew
	for _, c := range cells {
		rest := withoutWorkers(c.Cell)
		at := g.of(rest.Encoded())
		if at == len(out) {
			out = append(out, crew{cell: rest})
		}
		out[at].cells = append(out[at].cells, c)
	}
	for _, c := range out {
		slices.SortStableFunc(c.cells, func(a, b *Cell) int { return a.Workers - b.Workers })
	}
	return out
}

func withoutWorkers(c matrix.Cell) matrix.Cell {
	return c.With(func(name string) bool { return name == matrix.Workers })
}

// apart gives each figure the lines of one build; where they are too many for one, those of the same levels of all axes but
// the executor.
func (r *Report) apart(all []crew) (out [][]crew) {
	for _, build := range grouped(all, func(c crew) string { return strconv.FormatBool(r.other(c.cell)) }) {
		if len(build) <= mostLines {
			out = append(out, build)
			continue
		}
		for _, set := range grouped(build, func(c crew) string { return elsewhere(c.cell).Encoded() }) {
			out = append(out, batches(set, mostLines)...)
		}
	}
	return out
}

// inCommon names the levels that all crews of a figure have, their executors apart.
func (r *Report) inCommon(crews []crew) string {
	common := elsewhere(crews[0].cell).With(func(name string) bool {
		return slices.ContainsFunc(crews, func(c crew) bool { return c.cell.Get(name) != crews[0].cell.Get(name) })
	})
	if r.Run.Options.AgainstBuild != "" {
		return Visible(key(common, 2))
	}
	return Visible(common.Key())
}

// grouped are the crews with the same text together, in order of appearance.
func grouped(all []crew, by func(crew) string) (sets [][]crew) {
	g := groups{}
	for _, c := range all {
		at := g.of(by(c))
		if at == len(sets) {
			sets = append(sets, nil)
		}
		sets[at] = append(sets[at], c)
	}
	return sets
}

// other tells whether a cell is of the build that this one is compared with.
func (r *Report) other(c matrix.Cell) bool {
	return r.Run.Options.AgainstBuild != "" && c.Get(matrix.Build) == matrix.Base
}

// inThisBuild is a cell, or what its twin in the other build is the twin of.
func (r *Report) inThisBuild(c matrix.Cell) matrix.Cell {
	if !r.other(c) {
		return c
	}
	return c.With(func(name string) bool { return name == matrix.Build })
}

// elsewhere is a cell without its executor.
func elsewhere(c matrix.Cell) matrix.Cell {
	return c.With(func(name string) bool { return name == matrix.Executor || name == matrix.Workers })
}

func (r *Report) lines(crews []crew) []charts.Line {
	cells := make([]matrix.Cell, len(crews))
	for i, c := range crews {
		cells[i] = c.cell
	}
	names := shortNames(cells)
	out := make([]charts.Line, len(crews))
	for i, c := range crews {
		l := charts.Line{Name: label(names[i])}
		for _, cell := range c.cells {
			l.Points = append(l.Points, charts.Point{Workers: cell.Workers, Speedup: *cell.Speedup, Interval: finites(cell.SpeedupCI),
				Label: fmt.Sprintf("%s: speedup %s, %s (n = %d)", Clip(r.key(cell.Cell), 80), speedup(cell), or(speedupInterval(cell), "no interval"), cell.SpeedupN)})
		}
		if s := r.law(c.cells[0].Cell); s != nil {
			l.Law = lawText(s)
			for _, at := range s.Curve {
				l.Curve = append(l.Curve, charts.XY{X: at.Workers, Y: at.Speedup})
			}
		}
		out[i] = l
	}
	return out
}

func or(told, instead string) string {
	if told == missing {
		return instead
	}
	return told
}

// fitted tells of the laws whose curves the figures show; "" if there are none.
func (r *Report) fitted() string {
	for i := range r.Cells {
		if s := r.law(r.Cells[i].Cell); s != nil && len(s.Curve) > 0 && inLine(&r.Cells[i]) {
			return ", and the law that was fitted, dashed beyond what was measured"
		}
	}
	return ""
}

// law is the one that a cell is part of, nil if none is.
func (r *Report) law(c matrix.Cell) *gates.Scaling {
	for i := range r.Scaling {
		if slices.Contains(r.Scaling[i].Cells, c) {
			return &r.Scaling[i]
		}
	}
	return nil
}

// lawText is what keeps the work from scaling, in a few words; "" where there is nothing that is more than noise.
func lawText(s *gates.Scaling) string {
	switch {
	case s.Serial == nil || s.Serial.Interval[1] <= 0 || s.Serial.Value <= 0 || s.Serial.Value >= 1:
		return ""
	case s.Pairs != nil:
		return "contention " + plainSpaces(percent(s.Serial.Value)) + ", coherency " + plainSpaces(percent(s.Pairs.Value))
	}
	return plainSpaces(percent(s.Serial.Value)) + " is serial"
}

func (r *Report) speedupSheet(crews []crew) sheet {
	s := sheet{Head: []string{"cell", "workers", "speedup", "95 % interval", "n"}, Text: 1}
	for _, c := range crews {
		for _, cell := range c.cells {
			s.Rows = append(s.Rows, []string{r.key(cell.Cell), fmt.Sprint(cell.Workers), speedup(cell), speedupInterval(cell), fmt.Sprint(cell.SpeedupN)})
		}
	}
	return s
}
