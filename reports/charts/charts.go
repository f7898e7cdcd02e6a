// Package charts draws the figures of reports as SVG: numbers in base units in, the same bytes out each time. It knows
// nothing of runs, and computes only where marks stand. Each mark has a title and, besides its colour, a shape or a
// pattern; marks less than half a pixel apart are merged. A chart is one file.
package charts

// Figure is a drawn chart, in no colours yet.
type Figure struct {
	ID    string // unique within a page; ids within the SVG begin with it
	Title string // for those who cannot see it
	Desc  string // one sentence: what it shows
}

// SVG is the figure as one <svg> element with the colours of a theme.
func (f *Figure) SVG(t Theme) []byte { return nil }

// Theme is the colours of a figure. Page refers to variables that a page's style sheet sets for light and dark; the
// others are concrete, for files that stand alone.
type Theme struct{ Name string }

// Themes.
var Light, Dark, Page Theme

// Variables is what a style sheet declares for Page to look like t: "--ink: #1f2328; …".
func Variables(t Theme) string { return "" }

// Line is the speedups of one executor by its worker count.
type Line struct {
	Name   string
	Law    string // second line of its label; may be ""
	Points []Point
	Curve  []XY // of the law: workers, speedup; may be empty
}

// Point is one measured speedup.
type Point struct {
	Workers  int
	Speedup  float64
	Interval *[2]float64 // nil: none is known
	Label    string      // shown when it is pointed at
}

// XY is a point of a curve.
type XY struct{ X, Y float64 }

// Speedup draws speedup against workers, both logarithmic, with the ideal line, the curves, and where the cores end.
// cores is 0 where it is not known.
func Speedup(id string, lines []Line, cores int) *Figure { return &Figure{ID: id} }

// Row is the times of one cell.
type Row struct {
	Name      string
	Group     int       // rows of one group have one colour and shape, from 0
	Times     []float64 // s, of each counted trial, in block order
	Median    float64
	Quartiles *[2]float64 // nil: too few trials
	Label     string
}

// Times draws a row for each cell: density, quartiles, and every trial.
func Times(id string, rows []Row) *Figure { return &Figure{ID: id} }

// Worker is what one worker did in a trial.
type Worker struct {
	Name  string
	Spans []Span
}

// Span is one task, in s from the start of the trial's total. CPU is below 0 where it is not known for one task.
type Span struct {
	Task       int
	Start, End float64
	CPU        float64
}

// Timeline draws a lane for each worker: compute, wait within a task, and the queue between tasks, with the busy share.
func Timeline(id string, workers []Worker, total float64) *Figure { return &Figure{ID: id} }

// Stack is the phases of one cell, in s: startup, spawn, work, join.
type Stack struct {
	Name  string
	Parts [4]float64
	Label string
}

// Phases draws a bar for each cell, its phases beside each other.
func Phases(id string, stacks []Stack) *Figure { return &Figure{ID: id} }

// Moment is one run in a trend.
type Moment struct {
	Name     string // short, for the axis: a commit or a date
	Label    string
	Value    *float64 // nil: the run gave none
	Interval *[2]float64
	Outcome  string // pass, fail, inconclusive, error, skipped
}

// Trend is a check over runs, oldest first.
type Trend struct {
	Unit    string // s, B, 1, …: of all values
	Moments []Moment
	Limit   *float64
	Usual   *[3]float64 // low, median, high of the earlier runs; nil: too few
}

// History draws a trend, with the limit and the band of what is usual.
func History(id string, t Trend) *Figure { return &Figure{ID: id} }
