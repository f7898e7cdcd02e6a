package executors

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
)

// observation puts together what the process said, how it ended, and what the runner saw.
func (t *trial) observation() Observation {
	r := t.report
	o := Observation{
		Runtime:  r.runtime,
		Phases:   r.phases,
		Wall:     t.wall,
		Usage:    r.usage,
		Stdout:   t.stdout.text(),
		Stderr:   t.stderr.text(),
		Warnings: append(r.warnings, t.trouble...),
	}
	if len(t.job.Program) == 0 {
		o.Disturbed = r.disturbed
	}
	o.Spans, o.Results = told(r.seen, r.spans, r.results)
	o.Phases.Startup = t.startup
	if !r.done || r.broken != nil {
		o.Usage = trialUsage(host.UsageOf(&t.child.Usage))
		o.Usage.Memory = max(o.Usage.Memory, t.use.memory.Load())
	}
	o.Usage.Leaked = t.strays
	o.Status, o.Reason = t.outcome()
	if o.Status == results.Leaked && o.Usage.Leaked == 0 {
		o.Usage.Leaked = 1 // the trial's own process
	}
	if o.Status == results.OK || o.Status == results.Leaked {
		o.Warnings = append(o.Warnings, t.disagreement()...)
	}
	return o
}

// outcome is the status and its reason.
func (t *trial) outcome() (results.Status, string) { return t.exhausted(t.verdict()) }

// verdict is the first that applies.
func (t *trial) verdict() (results.Status, string) {
	r := t.report
	passed, _ := t.use.passed() // also where that was found out in the end
	switch {
	case t.cause == results.Interrupted:
		return t.cause, "stopped by the user"
	case t.cause == results.Timeout:
		return t.cause, timeoutReason(t.job)
	case passed != nil:
		return results.Limit, passed()
	case r.unavailable != "":
		return results.Unavailable, r.unavailable
	case r.failure != "" && (r.worker || t.died(r.failure)):
		return results.Crash, t.withLastWords(r.failure)
	case r.failure != "":
		return results.Crash, r.failure
	case r.broken != nil:
		return results.Crash, "the shim protocol was violated: " + r.broken.Error()
	case !r.done:
		return results.Crash, t.death()
	case r.wrong != "":
		return results.Wrong, r.wrong
	case r.missing() != "":
		return results.Wrong, r.missing()
	case t.kept:
		return results.OK, ""
	case t.child.Killed():
		return results.Leaked, fmt.Sprintf("the trial's process did not end within %v of its done", t.patience())
	case t.child.Status != 0:
		return results.Crash, t.death()
	case t.strays > 0:
		return results.Leaked, fmt.Sprintf("%s outlived the trial", plural(t.strays, "process", "processes"))
	}
	return results.OK, ""
}

// death says how the trial's process ended, and its last words.
func (t *trial) death() string {
	how := ended(t.child.Status)
	switch {
	case t.child.Killed():
		how = "it closed its events before done and did not end"
	case t.child.Status == 0:
		how = "it ended before done"
	}
	return t.withLastWords(how)
}

// died tells whether a failure is that of a command that ran: what it said last may tell why.
func (t *trial) died(failure string) bool {
	return len(t.job.Commands) > 0 && (strings.Contains(failure, ": "+exitStatus) || strings.Contains(failure, ": "+killedBy))
}

// withLastWords adds what stderr says of the end of a process.
func (t *trial) withLastWords(how string) string {
	if why := t.stderr.why(); why != "" && !strings.Contains(how, why) {
		return how + ": " + why
	}
	return how
}

const (
	exitStatus = "exit status "
	killedBy   = "killed by signal "
)

// ended says how a process ended: "exit status 3", "killed by signal 9 (killed)".
func ended(status syscall.WaitStatus) string {
	if status.Signaled() {
		return fmt.Sprintf(killedBy+"%d (%v)", int(status.Signal()), status.Signal())
	}
	return fmt.Sprintf(exitStatus+"%d", status.ExitStatus())
}

// disagreement compares the total with the time from go to the first line of the report, on the runner's clock: the
// latter is a little longer, never shorter.
func (t *trial) disagreement() []string {
	if t.went.IsZero() || t.report.answered.IsZero() {
		return nil
	}
	seen, total := t.report.answered.Sub(t.went), t.report.phases.Total
	late := seen-total > 100*time.Millisecond+total/10
	if total <= seen+clockSlack && !late {
		return nil
	}
	return []string{fmt.Sprintf("the clocks disagree: the trial says %v, the runner saw %v", total, seen)}
}

func trialUsage(u host.Usage) results.Usage {
	return results.Usage{
		User: u.User, System: u.System, Memory: u.Peak, Voluntary: u.Voluntary, Involuntary: u.Involuntary,
		MajorFaults: u.MajorFaults, MinorFaults: u.MinorFaults,
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
