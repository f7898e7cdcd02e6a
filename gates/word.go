package gates

import "runner/results"

// Word is the outcome of a whole run, and the exit code that goes with it: FAIL 1, ERROR 4, INCONCLUSIVE 3, NOTHING
// MEASURED 5, PASS 0, in this precedence; SKIPPED 0 where there are checks and each was skipped. A check of level warn
// never turns the run red.
func Word(verdicts []Verdict, trials []results.Trial) (word string, code int) {
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
	case !has[Pass] && !anyOK(trials):
		return "NOTHING MEASURED", 5
	case skipped > 0 && skipped == len(verdicts):
		return "SKIPPED", 0
	}
	return "PASS", 0
}

// anyOK tells whether a trial that counts was OK; a warm-up or a control measures no cell.
func anyOK(trials []results.Trial) bool {
	for i := range trials {
		if t := &trials[i]; t.Status == results.OK && !t.Warmup && !t.Control {
			return true
		}
	}
	return false
}
