package executors

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/results"
	"bench/runner/workloads"
)

func init() { Register(scripted{}) }

// scripted replays declared outcomes, so that what follows a measurement can be tested to the last byte. Its `script`
// maps selectors to an entry, or to a list of entries that the blocks go through in turn. An entry is the total of a
// trial that is right ("520ms"), or one of crash, wrong, leaked, unavailable, and hang (or timeout), which really waits.
// Of the selectors that match a cell the one with the most conditions counts, of equals the last in the alphabet; "*"
// matches every cell. The key `result` is what each task returns; without it a task returns its index.
type scripted struct{}

func (scripted) Info() Info {
	return Info{
		Name: "scripted", Workers: true, InRunner: true,
		Doc:     "replays declared times and outcomes; runs nothing",
		Options: []Option{{Name: "script", Doc: "selector: total or outcome, or a list of them for block after block", Map: true}},
	}
}

const (
	anyCell    = "*"
	resultsKey = "result"
)

func (scripted) Execute(ctx context.Context, job Job) (Observation, error) {
	script, _ := job.Options["script"].(map[string]any)
	entry, err := entryFor(script, job)
	if err != nil {
		return Observation{}, err
	}
	switch status := results.Status(entry); status {
	case "hang", results.Timeout:
		<-ctx.Done()
		return Observation{}, nil
	case results.Crash, results.Unavailable, results.Wrong:
		return Observation{Status: status, Reason: "scripted"}, nil
	case results.Leaked:
		return Observation{Status: status, Reason: "scripted", Usage: results.Usage{Leaked: 1}}, nil
	}
	total, err := time.ParseDuration(entry)
	if err != nil || total <= 0 {
		return Observation{}, fmt.Errorf("the script's entry %q is neither a time such as 520ms nor an outcome such as crash", entry)
	}
	return played(job, script, total), nil
}

// entryFor is the entry of the script for the job's cell and block.
func entryFor(script map[string]any, job Job) (string, error) {
	var chosen any
	most := -1
	for _, key := range slices.Sorted(maps.Keys(script)) {
		if key == resultsKey {
			continue
		}
		var s matrix.Selector
		if key != anyCell {
			var err error
			if s, err = matrix.ParseSelector(key); err != nil {
				return "", err
			}
		}
		if len(s) >= most && s.Canonical(aliases()).Match(job.Cell) {
			chosen, most = script[key], len(s)
		}
	}
	if list, ok := chosen.([]any); ok && len(list) > 0 {
		chosen = list[max(job.Block, 0)%len(list)]
	}
	if most < 0 {
		return "", fmt.Errorf("the script has no entry for %q: add one, or %q for every cell", job.Cell.Key(), anyCell)
	}
	text, ok := chosen.(string)
	if !ok {
		return "", fmt.Errorf("the script's entry for %q is %v: give a text such as 520ms or crash", job.Cell.Key(), chosen)
	}
	return strings.TrimSpace(text), nil
}

func aliases() map[string]string {
	names := map[string]string{}
	for _, info := range All() {
		for _, alias := range info.Aliases {
			names[alias] = info.Name
		}
	}
	return names
}

// played is a trial in which every worker is busy all the time: worker w has every task of index w modulo the workers,
// all of them equally long.
func played(job Job, script map[string]any, total time.Duration) Observation {
	o := Observation{
		Status:  results.OK,
		Runtime: results.RuntimeInfo{Name: "scripted"},
		Phases:  results.Phases{Work: total, Total: total},
		Wall:    total,
		Usage:   results.Usage{User: total * time.Duration(job.Workers)},
	}
	value, given := script[resultsKey]
	for i := range job.Tasks {
		worker := i % job.Workers
		share := total / time.Duration((len(job.Tasks)-worker+job.Workers-1)/job.Workers)
		start := share * time.Duration(i/job.Workers)
		o.Spans = append(o.Spans, results.TaskSpan{Task: i, Worker: worker, Start: start, End: start + share, CPU: share})
		if given {
			o.Results = append(o.Results, workloads.Result(value))
		} else {
			o.Results = append(o.Results, i)
		}
	}
	return o
}
