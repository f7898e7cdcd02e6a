package cli

import (
	"fmt"

	"bench/runner/executors"
)

// guard has what a run leaves cleared away, should this process be killed; done is called after a run that came to its
// end by itself, and ends what was kept for its next trial.
func (a *app) guard() (done func()) {
	release, err := executors.Guard()
	if err != nil {
		if !a.quiet {
			fmt.Fprintf(a.stderr, "runner: if this run is killed, what it leaves will not be cleared away: %v\n", err)
		}
		release = func() {}
	}
	return func() {
		executors.Dismiss()
		release()
	}
}
