package executors

import "testing"

// Variables by which Go programs are tuned are the command's, and not those of the process that measures it.
func TestVariablesDoNotTuneTheMeasurement(t *testing.T) {
	job := commandsOf(&Command{Argv: []string{"sh", "-c", `tr '\0' '\n' < /proc/$PPID/environ | grep -E '^GO(MAXPROCS|DEBUG|GC)' >&2; echo "$GOMAXPROCS $GOGC" >&2`}, Env: map[string]string{"GOGC": "7"}})
	job.Executor, job.Workers, job.Dir, job.WorkDir, job.Output = "serial", 1, t.TempDir(), "", false
	job.Env = map[string]string{"GOMAXPROCS": "1"}
	t.Setenv("GODEBUG", "madvdontneed=1")
	o := Run(t.Context(), job)
	if o.Stderr != "1 7\n" { // else what stands before it are variables of the process that started the shell
		t.Errorf("%s %q: %q", o.Status, o.Reason, o.Stderr)
	}
}
