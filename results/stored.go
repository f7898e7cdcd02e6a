package results

import (
	"encoding/json"
	"time"

	"bench/runner/internal/matrix"
)

// PlannedCell is one cell of a run as it was planned, whether or not it has trials yet.
type PlannedCell struct {
	Index    int // in the plan, from 0
	Workload string
	Identity string // what history goes by: the key without levels at their default
	Cell     matrix.Cell
	Baseline *int // Index of the cell it is compared with; nil: none
}

// RunSummary is a line of a list of runs.
type RunSummary struct {
	ID         string
	Experiment string
	Spec       string
	Started    time.Time
	Finished   time.Time // zero: the run was interrupted or still goes on
	Outcome    string
	Version    string
	Cells      int
	Trials     int            // all, warm-up and control too
	Counts     map[Status]int // the same by status
}

// StoredVerdict is a verdict as a store keeps it: what lists and queries look at, and JSON, the whole of it.
type StoredVerdict struct {
	Name    string
	Check   string // the expression
	Outcome string
	Level   string
	File    string
	Line    int // from 1; 0: nowhere
	Col     int
	Reason  string
	JSON    json.RawMessage
}
