package charts

import (
	"cmp"
	"fmt"
)

// Stack is the phases of one cell, in s: startup, spawn, work, join.
type Stack struct {
	Name  string
	Parts [4]float64
	Label string
}

// phases of a trial, each with its colour and pattern.
var phases = []struct {
	name         string
	fill, stroke role
}{
	{"startup", bars, series[5]}, {"spawn", backs, series[3]}, {"work", compute, compute}, {"join", crossed, series[2]},
}

// Phases draws a bar for each cell, its phases beside each other.
func Phases(id string, stacks []Stack) *Figure {
	f := newFigure(id, "Where the time goes")
	hi := 0.0
	all := make([]string, len(stacks))
	for i, s := range stacks {
		all[i] = s.Name
		hi = max(hi, s.sum())
	}
	if hi == 0 {
		return f.empty("no phase was timed")
	}
	f.use(bars, backs, crossed)
	height := rowHeight(len(stacks), 28, 16)
	left := nameRoom(all, fontSize, 150)
	x := axis{hi: hi, from: left + 8, to: width - 80}
	bottom := 8 + height*float64(len(stacks))
	below := timeTicks(&f.root, x, "time", 4, bottom)
	told := names(all, fontSize, left-8, linesIn(height))
	for i, s := range stacks {
		g, top := f.root.group(), 8+height*float64(i)
		g.named(left, top+height/2, told[i], s.Name, "end")
		s.draw(g, x, top, height)
	}
	var keys []key
	for _, p := range phases {
		keys = append(keys, key{func(g *node, x, y float64) {
			g.rect(x, y-6, 18, fontSize).fill(p.fill).stroke(p.stroke, 1)
		}, p.name})
	}
	f.height = f.root.legend(8, below+8, keys)
	f.Desc = fmt.Sprintf("Median time of startup, spawn, work and join of %d cells.", len(stacks))
	return f
}

// sum of the phases that are numbers.
func (s Stack) sum() float64 {
	sum := 0.0
	for _, v := range s.Parts {
		if positive(v) {
			sum += v
		}
	}
	return sum
}

func (s Stack) draw(g *node, x axis, top, height float64) {
	g.title(cmp.Or(s.Label, s.Name))
	y, h := top+height/8, height*3/4
	sum := 0.0
	for i, v := range s.Parts {
		if !positive(v) {
			continue
		}
		from, to := x.at(sum), x.at(sum+v)
		sum += v
		if to-from >= 0.5 {
			g.rect(from, y, to-from, h).fill(phases[i].fill).stroke(phases[i].stroke, 1).
				title(s.Name + ", " + phases[i].name + ": " + quantity(v, "s"))
		}
	}
	told := quantity(sum, "s")
	if sum == 0 {
		told = "–"
	}
	g.text(x.at(sum)+6, top+height/2+4, told).fill(muted).halo()
}
