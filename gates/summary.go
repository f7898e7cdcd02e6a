package gates

import (
	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// Summary is what the counted trials of one cell came to. A pointer is nil where the data does not give the number.
type Summary struct {
	Cell         matrix.Cell
	Workload     string
	Runtime      string
	Executor     string
	Workers      int
	Baseline     bool                   // others are compared with this cell
	N            int                    // OK trials that count: no warm-up, no control, nothing contaminated (see there)
	Counts       map[results.Status]int // of all counted blocks
	Contaminated int                    // OK trials that shared the machine: left out of all numbers, unless fewer than five others are there
	Disturbed    int                    // those of them that a failure disturbed, not a neighbour: see results.Disturbance
	Reason       string                 // of the first bad trial, "" if all were OK
	Times        []float64              // s, total of each trial of N in block order
	Median       *float64               // s
	Mean         *float64               // s
	Deviation    *float64               // s, standard deviation of the sample; nil below 2 trials
	Interval     *[2]float64            // s, of the median, at least 95 %; nil below 6 trials
	Min, Max     *float64               // s
	Quartiles    *[2]float64            // s, p25 and p75; nil below 2 trials
	Spread       *float64               // 1, (p75-p25)/median
	Speedup      *float64               // 1, against its baseline, on the blocks both have
	SpeedupCI    *[2]float64            // nil where there is none that is valid
	SpeedupN     int                    // blocks that the speedup rests on; 0 where there is none
	Efficiency   *float64               // 1, speedup / workers
	CPU          *float64               // s, median
	User, System *float64               // s, means of the two parts of it
	CoresUsed    *float64               // 1, median of cpu / time
	Memory       *float64               // B, median of the trials' peaks
	Phases       *results.Phases        // medians, each phase by itself
	Why          string                 // one plain sentence, "" if there is nothing to say
}

// Noise is what the control trials showed: the baseline cell against itself.
type Noise struct {
	Cell  matrix.Cell
	N     int
	Ratio float64 // median of the control / median of the baseline
}
