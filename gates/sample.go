package gates

import (
	"fmt"
	"slices"
	"strings"

	"bench/runner/internal/matrix"
	"bench/runner/results"
	"bench/runner/spec"
)

// Host is the machine that the trials ran on. What is nil, 0 or "" is not known.
type Host struct {
	Cores       int      // usable
	Parallelism *float64 // measured
	Memory      int64    // B
	OS, Arch    string
}

// Data is all that a judgement rests on.
type Data struct {
	Plan   *spec.Plan
	Trials []results.Trial
	Host   Host

	References map[string]*Reference // by what since says; those that were not found are left out
	Resamples  int                   // of the blocks, for a verdict; 0: 20,000
}

// measured is Data arranged by cell and block. Only what counts is in it: no warm-up, nothing interrupted.
type measured struct {
	Data
	blocks       int                // how many different blocks there are
	counted      [][]*results.Trial // of each cell in block order, without controls
	ok           [][]*results.Trial // of each cell by block: nil where there is no OK trial
	control      [][]*results.Trial // the same of the controls
	absent       []string           // of each cell: why this machine cannot run it; "" where it can
	unready      []string           // of each cell: what went wrong before one of its trials; "" where nothing did
	missed       []bool             // of each cell: what it runs on is absent, and the spec does not say that it may be
	seen         [][]*results.Trial // of each cell: all of them, for the runtime's version
	contaminated [][]string         // of each cell by block: what else took part of the machine during its trial, "" for nothing
	ran          [][]bool           // of each cell by block: whether a trial that counts was tried, whatever came of it
	samples      map[sampleKey]sample
	pasts        map[string]*measured // the references that were asked, by since
	thens        map[thenKey]*then

	resampled struct {
		key string
		*resampling
	}
}

type trialKey struct {
	workload string
	cell     matrix.Cell
}

func measure(d Data) *measured {
	n := len(d.Plan.Cells)
	m := &measured{Data: d, counted: make([][]*results.Trial, n), ok: make([][]*results.Trial, n),
		control: make([][]*results.Trial, n), absent: make([]string, n), unready: make([]string, n), missed: make([]bool, n), seen: make([][]*results.Trial, n),
		contaminated: make([][]string, n), ran: make([][]bool, n), samples: map[sampleKey]sample{}, pasts: map[string]*measured{}, thens: map[thenKey]*then{}}
	index := map[trialKey]int{}
	for i, c := range d.Plan.Cells {
		index[trialKey{c.Workload.Name, c.Cell}] = i
	}
	at := blockNumbers(d.Trials)
	m.blocks = len(at)
	for i := range n {
		m.ok[i], m.control[i] = make([]*results.Trial, m.blocks), make([]*results.Trial, m.blocks)
		m.contaminated[i], m.ran[i] = make([]string, m.blocks), make([]bool, m.blocks)
	}
	for i := range d.Trials {
		if cell, known := index[trialKey{d.Trials[i].Workload, d.Trials[i].Cell}]; known {
			m.add(cell, &d.Trials[i], at)
		}
	}
	for i := range n {
		slices.SortStableFunc(m.counted[i], func(a, b *results.Trial) int { return a.Block - b.Block })
		if slices.ContainsFunc(m.seen[i], func(t *results.Trial) bool { return t.Status != results.Unavailable }) {
			m.absent[i] = "" // it has run here, be it in a warm-up
		}
	}
	return m
}

// blockNumbers maps each counted block to its place.
func blockNumbers(trials []results.Trial) map[int]int {
	var numbers []int
	for i := range trials {
		if !trials[i].Warmup {
			numbers = append(numbers, trials[i].Block)
		}
	}
	slices.Sort(numbers)
	at := map[int]int{}
	for _, b := range slices.Compact(numbers) {
		at[b] = len(at)
	}
	return at
}

func (m *measured) add(cell int, t *results.Trial, at map[int]int) {
	m.seen[cell] = append(m.seen[cell], t)
	if t.Status == results.Unavailable {
		m.absent[cell] = cmpOr(t.Reason, "it cannot run here")
		m.missed[cell] = absent(t) && m.Plan.Cells[cell].Foreign() && !m.Plan.Cells[cell].Optional()
		return
	}
	if t.Status == results.Unprepared { // not even tried
		m.unready[cell] = cmpOr(m.unready[cell], t.Reason)
		if place, counts := at[t.Block]; counts && !t.Warmup && !t.Control {
			m.ran[cell][place] = true
		}
		return
	}
	if t.Warmup || t.Status == results.Interrupted {
		return
	}
	by := m.ok
	if t.Control {
		by = m.control
	} else {
		m.counted[cell] = append(m.counted[cell], t)
		m.ran[cell][at[t.Block]], m.contaminated[cell][at[t.Block]] = true, t.Contaminated
	}
	if t.Status == results.OK {
		by[cell][at[t.Block]] = t
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// key is the cell as reports print it.
func (m *measured) key(cell int) string { return nameOf(m.Plan.Cells[cell].Cell) }

// nameOf is the key of a cell; the only cell of an experiment without a matrix has none.
func nameOf(c matrix.Cell) string { return cmpOr(c.Key(), "the cell") }

// metric is a number of one trial, NaN where the trial does not have it.
type metric struct {
	name string
	of   func(*results.Trial) float64
}

// steady: it comes out the same whatever else takes part of the machine.
func (x metric) steady() bool { return x.name == peak.name }

type sampleKey struct {
	cell   int
	metric string
}

// sample is a metric of a cell's OK trials by block; has tells which of them have it.
type sample struct {
	values []float64
	has    []bool
}

func (m *measured) sample(cell int, x metric) sample {
	key := sampleKey{cell, x.name}
	s, known := m.samples[key]
	if !known {
		s = sample{make([]float64, m.blocks), make([]bool, m.blocks)}
		for b, t := range m.ok[cell] {
			if t != nil {
				s.values[b] = x.of(t)
				s.has[b] = finite(s.values[b])
			}
		}
		m.samples[key] = s
	}
	return s
}

// missing is what a function says when the data does not give its value.
type missing struct {
	reason      string
	unavailable bool // this machine cannot run the cell: no fault of the measurement
	reference   bool // there is no stored run to compare with
}

func (e *missing) Error() string { return e.reason }

// noOK says why a cell has no time.
func (m *measured) noOK(cell int) *missing {
	if reason := m.absent[cell]; m.missed[cell] {
		return &missing{reason: fmt.Sprintf("%s is unavailable: %s; `optional: true` with its runtime or workload says that it may be", m.key(cell), reason)}
	} else if reason != "" {
		return &missing{reason: fmt.Sprintf("%s is unavailable: %s", m.key(cell), reason), unavailable: true}
	}
	if len(m.counted[cell]) == 0 && m.unready[cell] != "" {
		return &missing{reason: m.key(cell) + " could not be prepared: " + m.unready[cell]}
	}
	if len(m.counted[cell]) == 0 {
		return &missing{reason: m.key(cell) + " has no trial"}
	}
	return &missing{reason: fmt.Sprintf("%s has no ok trial: %s", m.key(cell), statuses(m.counted[cell]))}
}

// statuses counts trials by status, with the first reason of each: "8 crash (exit status 3), 2 timeout".
func statuses(trials []*results.Trial) string {
	counts, reasons := countStatuses(trials), map[results.Status]string{}
	for _, t := range trials {
		if reasons[t.Status] == "" {
			reasons[t.Status] = t.Reason
		}
	}
	var parts []string
	for _, s := range results.Statuses {
		if counts[s] == 0 {
			continue
		}
		part := fmt.Sprintf("%d %s", counts[s], s)
		if reasons[s] != "" {
			part += " (" + reasons[s] + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func countStatuses(trials []*results.Trial) map[results.Status]int {
	counts := map[results.Status]int{}
	for _, t := range trials {
		counts[t.Status]++
	}
	return counts
}
