package executors

import (
	"strings"
	"testing"
)

// Variables by which Go programs are tuned are the command's, and not those of the process that measures it, which has one of its own.
func TestVariablesDoNotTuneTheMeasurement(t *testing.T) {
	job := commandsOf(&Command{Argv: []string{"sh", "-c", `tr '\0' '\n' < /proc/$PPID/environ | grep -E '^GO(MAXPROCS|DEBUG|GC)' >&2; echo "$GOMAXPROCS $GOGC" >&2`}, Env: map[string]string{"GOGC": "7"}})
	job.Executor, job.Workers, job.Dir, job.WorkDir, job.Output = "serial", 1, t.TempDir(), "", false
	job.Env = map[string]string{"GOMAXPROCS": "1"}
	t.Setenv("GODEBUG", "madvdontneed=1")
	o := Run(t.Context(), job)
	if !strings.HasSuffix(o.Stderr, "\n1 7\n") {
		t.Errorf("%s %q: %q", o.Status, o.Reason, o.Stderr)
	}
	if strings.Contains(o.Stderr, "madvdontneed") || !strings.HasPrefix(o.Stderr, "GOGC=off\n1 7\n") {
		t.Errorf("the trial's process was tuned: %q", o.Stderr)
	}
}
