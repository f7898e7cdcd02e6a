package gates

import (
	"slices"

	"bench/runner/results"
	"bench/runner/spec"
)

// Word is the outcome of a whole run, and the exit code that goes with it: FAIL 1, ERROR 4, INCONCLUSIVE 3, NOTHING
// MEASURED 5, PASS 0, in this precedence; SKIPPED 0 where there are checks and each was skipped, and where no cell could
// be measured because it is optional what they run on. A check of level warn never turns the run red.
func Word(verdicts []Verdict, data Data) (word string, code int) {
	has := map[Outcome]bool{}
	skipped := 0
	for _, v := range verdicts {
		if v.Outcome == Skipped {
			skipped++
		}
		if v.Level != "warn" || v.Outcome == Pass {
			has[v.Outcome] = true
		}
	}
	switch {
	case has[Fail]:
		return "FAIL", 1
	case has[Error]:
		return "ERROR", 4
	case has[Inconclusive]:
		return "INCONCLUSIVE", 3
	case !has[Pass] && spared(data):
		return "SKIPPED", 0
	case len(verdicts) == 0 && troubled(data):
		return "ERROR", 4
	case !has[Pass] && !anyOK(data.Trials):
		return "NOTHING MEASURED", 5
	case skipped > 0 && skipped == len(verdicts):
		return "SKIPPED", 0
	}
	return "PASS", 0
}

// troubled tells whether a trial that counts went wrong in a way that its workload does not allow. Where nothing is
// claimed it is still not well.
func troubled(d Data) bool {
	if d.Plan == nil {
		return false
	}
	allowed := map[string][]string{}
	for _, c := range d.Plan.Cells {
		allowed[c.Workload.Name] = c.Workload.Allow
	}
	return slices.ContainsFunc(d.Trials, func(t results.Trial) bool {
		fine := t.Status == results.OK || t.Status == results.Interrupted || t.Status == results.Unavailable || t.Warmup
		return !fine && !slices.Contains(allowed[t.Workload], string(t.Status))
	})
}

// spared tells whether nothing could be measured here, and the spec says that this may be.
func spared(d Data) bool {
	return d.Plan != nil && len(d.Trials) > 0 &&
		!slices.ContainsFunc(d.Plan.Cells, func(c spec.PlannedCell) bool { return !c.Optional() }) &&
		!slices.ContainsFunc(d.Trials, func(t results.Trial) bool { return !absent(&t) })
}

// absent: the runtime is not on this machine, so that it could say nothing of itself.
func absent(t *results.Trial) bool { return t.Status == results.Unavailable && t.Runtime.Name == "" }

// anyOK tells whether a trial that counts was OK; a warm-up or a control measures no cell.
func anyOK(trials []results.Trial) bool {
	for i := range trials {
		if t := &trials[i]; t.Status == results.OK && !t.Warmup && !t.Control {
			return true
		}
	}
	return false
}
