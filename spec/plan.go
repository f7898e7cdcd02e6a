package spec

import (
	"time"

	"runner/internal/matrix"
)

// Plan is everything that will be run, and why the rest will not.
type Plan struct {
	Experiment *Experiment
	Cells      []PlannedCell // in matrix order, excluded cells left out
	Excluded   []ExcludedCell
	Seed       uint64
}

// PlannedCell is one configuration with all that its trials need.
type PlannedCell struct {
	Cell     matrix.Cell
	Facets   []matrix.Facet // Cell.Facets(), at hand
	Identity string         // the cell's key without levels at their default: what history goes by
	Workload *Workload
	Runtime  string // "go"
	Executor string // canonical name; "serial" without such an axis
	Workers  int    // at least 1
	Options  map[string]any
	Tasks    []map[string]any // arguments of each task, templates filled in
	Env      map[string]string
	Baseline int // index in Plan.Cells of the cell it is compared with; -1: none
	Timeout  time.Duration
}

// ExcludedCell is a combination that will not run.
type ExcludedCell struct {
	Cell   matrix.Cell
	Reason string
}

// Slot is one trial's place in a block.
type Slot struct {
	Cell    int  // index in Plan.Cells
	Control bool // the baseline's second copy
}
