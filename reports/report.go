// Package reports tells: it turns one judged run into text, JSON and other formats, a file each.
//
// A format only renders. It reads no database, computes no statistic and judges nothing: every number comes from gates,
// in base units, and is scaled here for the reader. A number that is missing is told as missing, never as zero.
// To add a format: a new file whose init calls register.
package reports

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"bench/runner/gates"
	"bench/runner/internal/matrix"
	"bench/runner/results"
)

// Report is everything that is told of one run.
type Report struct {
	Run      results.Run
	Question string                // what the experiment asks; "" or set by the caller, as a run does not hold it
	Runtimes []results.RuntimeInfo // what executed the workloads, each once, in order of appearance
	Hosts    []Host                // that its trials ran on; nil: runner's own machine alone
	Cells    []Cell
	Noise    []gates.Noise
	Scaling  []gates.Scaling // set by the caller
	History  []gates.History // of the checks, over earlier runs on this machine; set by the caller
	Against  []Against       // stored runs that this one is compared with; set by the caller
	Excluded []Excluded
	Verdicts []gates.Verdict
	Word     string // the verdict on the whole run
	Code     int    // the exit code that goes with it
}

// Cell is one configuration: its numbers, and the trials behind them.
type Cell struct {
	gates.Summary
	Trials []*results.Trial // all of them, warm-up and control too, in the order of the run
}

// Excluded is a combination that was not run.
type Excluded struct {
	Cell   matrix.Cell
	Reason string
}

// Against is a stored run that a run is compared with.
type Against struct {
	results.Reference
	Started     time.Time
	Differences []results.Difference
	Changes     []gates.Change // cell by cell, where the whole run was to be compared
}

// Style is how a format for people may dress; formats for programs ignore it. The zero Style has no colours and is 80
// columns wide.
type Style struct {
	Color bool // terminal escapes for colours
	Width int  // columns; 0 means 80

	File string // name of the file that is written, without its folder; "" where it is a stream
}

// New puts the parts of a report together. It keeps pointers into trials.
func New(run results.Run, summaries []gates.Summary, noise []gates.Noise, excluded []Excluded, trials []results.Trial,
	verdicts []gates.Verdict, word string, code int) *Report {
	r := &Report{Run: run, Hosts: hosts(&run, trials), Noise: noise, Excluded: excluded, Verdicts: verdicts, Word: word, Code: code,
		Cells: make([]Cell, len(summaries))}
	index := make(map[matrix.Cell]int, len(summaries))
	for i, s := range summaries {
		r.Cells[i].Summary = s
		index[s.Cell] = i
	}
	seen := map[results.RuntimeInfo]bool{{}: true}
	for i := range trials {
		t := &trials[i]
		if at, ok := index[t.Cell]; ok {
			r.Cells[at].Trials = append(r.Cells[at].Trials, t)
		}
		if !seen[t.Runtime] {
			seen[t.Runtime] = true
			r.Runtimes = append(r.Runtimes, t.Runtime)
		}
	}
	return r
}

// outcomes in the order in which a reader wants them, with the word that follows their number.
var outcomes = []struct {
	outcome gates.Outcome
	told    string
}{
	{gates.Fail, "failed"}, {gates.Error, "without data"}, {gates.Inconclusive, "inconclusive"},
	{gates.Skipped, "skipped"}, {gates.Pass, "passed"},
}

// Tally counts the checks by outcome: "1 failed (1 as a warning), 3 passed". It is "no checks" if there are none.
func (r *Report) Tally() string {
	var parts []string
	for _, o := range outcomes {
		n, warnings := 0, 0
		for _, v := range r.Verdicts {
			if v.Outcome == o.outcome {
				n++
				if v.Level == "warn" && v.Outcome != gates.Pass {
					warnings++
				}
			}
		}
		if n == 0 {
			continue
		}
		part := fmt.Sprintf("%d %s", n, o.told)
		if warnings > 0 {
			part += fmt.Sprintf(" (%d as a warning)", warnings)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "no checks"
	}
	return strings.Join(parts, ", ")
}

// Headline is what the run came to, as a title: the counts, and before them that it was cut short.
func (r *Report) Headline() string {
	if r.Word == "INTERRUPTED" {
		return "interrupted, " + r.Tally()
	}
	return r.Tally()
}

// Amiss is what is wrong with the run as a whole, where no check tells of it; "" if nothing is.
func (r *Report) Amiss() string {
	for _, v := range r.Verdicts {
		if v.Outcome == gates.Error && v.Level != "warn" {
			return ""
		}
	}
	switch {
	case r.Word == "INTERRUPTED":
		return "the run did not come to its end: less was measured than the spec asks for"
	case r.Code == 5:
		return "nothing was measured"
	case r.Code != 4:
		return ""
	}
	var parts []string
	for i := range r.Cells {
		if trouble := r.Cells[i].Trouble(); trouble != "" && len(parts) < 3 {
			parts = append(parts, key(r.Cells[i].Cell, len(r.Cells))+": "+trouble)
		}
	}
	return "trials went wrong: " + strings.Join(parts, "; ")
}

// Verdict is the run in one line: the word and the counts.
func (r *Report) Verdict() string { return r.Word + ": " + r.Tally() }

// Bad is the first counted trial that was not OK. Where nothing was counted it may be a warm-up: a cell that this machine
// cannot run is tried once. It is nil if there is none.
func (c *Cell) Bad() *results.Trial {
	for _, t := range c.Trials {
		shared := t.Status == results.Unavailable // the first of the two copies of a baseline says so for both
		if t.Status != results.OK && (!t.Control || shared) && (!t.Warmup || c.N == 0) {
			return t
		}
	}
	return nil
}

// Trouble counts the trials that were not OK by status: "3 wrong, 1 timeout". It is "" if all were, just "unavailable"
// where the machine cannot run the cell, and "not run" where there is no trial.
func (c *Cell) Trouble() string {
	bad := c.Bad()
	switch {
	case c.N > 0:
	case bad != nil && bad.Status == results.Unavailable:
		return string(results.Unavailable)
	case len(c.Trials) == 0:
		return "not run"
	}
	var parts []string
	for _, s := range results.Statuses {
		if n := c.Counts[s]; n > 0 && s != results.OK {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(parts) == 0 && bad != nil {
		return string(bad.Status) // in the warm-up; nothing came after it
	}
	return strings.Join(parts, ", ")
}

// measured tells whether a number is there and can be told.
func measured(v *float64) bool { return v != nil && !math.IsNaN(*v) && !math.IsInf(*v, 0) }

// Format is one way to tell a report.
type Format struct {
	Name   string
	Ext    string // of a file in this format, without the dot
	Doc    string // one line
	Render func(io.Writer, *Report, Style) error
	Beside func(*Report, Style) []File // files that a report in a file refers to; nil: none
}

// File is one that stands beside a report.
type File struct {
	Name string // without a folder
	Data []byte
}

var registry = map[string]Format{}

// register adds a format; it is called from init only and does no I/O.
func register(f Format) {
	if _, twice := registry[f.Name]; twice || f.Name == "" || f.Render == nil {
		panic(fmt.Sprintf("reports: %q registered twice or incomplete", f.Name))
	}
	registry[f.Name] = f
}

// Lookup finds a format by name.
func Lookup(name string) (Format, bool) {
	f, ok := registry[name]
	return f, ok
}

// All lists the formats by name.
func All() []Format {
	all := make([]Format, 0, len(registry))
	for _, f := range registry {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b Format) int { return strings.Compare(a.Name, b.Name) })
	return all
}
