package executors

import (
	"context"
	"strings"
	"testing"
	"time"

	"bench/runner/internal/host"
	"bench/runner/results"
	"bench/runner/workloads"
)

const (
	shHello = `read -r request; echo '{"event":"hello","protocol":1,"runtime":"sh","version":"1"}' >&3; `
	shReady = shHello + `echo '{"event":"ready"}' >&3; read -r go; `
	shTask0 = `echo '{"event":"task","task":0,"worker":0,"start":0,"end":10,"cpu":5,"result":7}' >&3; `
	shTask1 = `echo '{"event":"task","task":1,"worker":0,"start":10,"end":20,"result":{"a":[1,2.5]}}' >&3; `
	shDone  = `echo '{"event":"done","phases":{"spawn":0,"work":20,"join":0,"total":20},"usage":{"user":5,"memory":4096}}' >&3; `
	shAll   = shReady + shTask0 + shTask1 + shDone
)

// shell runs two tasks by a shim that is a shell script.
func shell(t *testing.T, script string, change func(*Job)) Observation {
	t.Helper()
	job := Job{
		Executor: "serial", Workers: 1, Workload: "none", Tasks: []workloads.Args{{}, {}}, Dir: t.TempDir(),
		Program: []string{"/bin/sh", "-c", script}, Grace: 300 * time.Millisecond, Timeout: time.Minute,
	}
	if change != nil {
		change(&job)
	}
	return Run(context.Background(), job)
}

func TestShellShim(t *testing.T) {
	o := shell(t, `echo to stdout; echo to stderr >&2; `+shAll, nil)
	if o.Status != results.OK {
		t.Fatalf("%s: %s", o.Status, o.Reason)
	}
	if o.Results[0] != 7 || len(o.Spans) != 2 || o.Spans[0].CPU != 5 || o.Usage.Memory != 4096 || o.Runtime.Name != "sh" {
		t.Errorf("observed %+v", o)
	}
	if o.Stdout != "to stdout\n" || o.Stderr != "to stderr\n" {
		t.Errorf("kept %q and %q", o.Stdout, o.Stderr)
	}
}

// What is loaded may turn Python's GIL on: what ready says of it is newer than what hello said.
func TestReadyKnowsBetter(t *testing.T) {
	script := strings.Replace(shAll, `{"event":"ready"}`, `{"event":"ready","gil":"on"}`, 1)
	if o := shell(t, script, nil); o.Status != results.OK || o.Runtime.GIL != "on" {
		t.Errorf("%s: %s: GIL %q", o.Status, o.Reason, o.Runtime.GIL)
	}
}

// TestLiars proves that whatever a trial's process says, the runner ends the trial with a status and a reason.
func TestLiars(t *testing.T) {
	quick := func(j *Job) { j.Timeout = 400 * time.Millisecond }
	for name, c := range map[string]struct {
		script string
		change func(*Job)
		status results.Status
		reason string
	}{
		"silent":                {`exit 0`, nil, results.Crash, "ended before done"},
		"dies":                  {`echo first >&2; echo "why it died" >&2; exit 7`, nil, results.Crash, "exit status 7: why it died"},
		"dies by a signal":      {`kill -SEGV $$`, nil, results.Crash, "signal 11"},
		"early end":             {shReady + shTask0 + `exit 0`, nil, results.Crash, "ended before done"},
		"closes its events":     {shReady + `exec 3>&-; sleep 60`, nil, results.Crash, "closed its events"},
		"garbage":               {`echo garbage >&3; sleep 60`, nil, results.Crash, `not an event: "garbage"`},
		"binary garbage":        {`head -c 100000 /dev/urandom >&3; echo >&3; sleep 60`, nil, results.Crash, "protocol"},
		"half a line":           {shReady + `printf '{"event":"do' >&3`, nil, results.Crash, "cut off"},
		"a huge line":           {`head -c 20000000 /dev/zero >&3; sleep 60`, nil, results.Crash, "longer than 8 MiB"},
		"a lot on both streams": {`head -c 50000000 /dev/zero; head -c 50000000 /dev/zero | tr '\0' x >&2; ` + shAll, nil, results.OK, ""},
		"torn lines":            {shReady + `(printf '{"event":"ta' >&3); (printf '{"event":"done"' >&3); (echo >&3); sleep 60`, nil, results.Crash, "not an event"},
		"never ready":           {shHello + `sleep 60`, quick, results.Timeout, "400ms"},
		"hello twice":           {shReady + `echo '{"event":"hello","protocol":1}' >&3; sleep 60`, nil, results.Crash, "hello twice"},
		"two dones":             {shAll + shDone + `sleep 60`, nil, results.Crash, "\"done\" after done"},
		"another version": {`echo '{"event":"hello","protocol":2}' >&3; sleep 60`, nil, results.Crash,
			"it speaks version 2, this runner version 1"},
		"no hello":      {shTask0 + `sleep 60`, nil, results.Crash, `"task" before hello`},
		"no ready":      {shHello + shTask0 + `sleep 60`, nil, results.Crash, `"task" before ready`},
		"unknown event": {shReady + `echo '{"event":"surprise"}' >&3; sleep 60`, nil, results.Crash, `"surprise"`},
		"missing task":  {shReady + shTask0 + shDone, nil, results.Wrong, "1 of 2 tasks were not reported, task 1 first"},
		"task twice":    {shReady + shTask0 + shTask0 + shTask1 + shDone, nil, results.Wrong, "task 0 was reported twice"},
		"task too many": {shReady + `echo '{"event":"task","task":2,"start":0,"end":0}' >&3; sleep 60`, nil, results.Crash,
			"task 2 was never given"},
		"unknown worker": {shReady + `echo '{"event":"task","task":0,"worker":1,"start":0,"end":0}' >&3`, nil, results.Crash,
			"no worker 1"},
		"no times":      {shReady + `echo '{"event":"task","task":0}' >&3`, nil, results.Crash, "needs task, start and end"},
		"not a number":  {shReady + `echo '{"event":"task","task":0,"start":NaN,"end":0}' >&3`, nil, results.Crash, "not an event"},
		"negative time": {shReady + `echo '{"event":"task","task":0,"start":-1,"end":0}' >&3`, nil, results.Crash, "times cannot be"},
		"decreasing":    {shReady + `echo '{"event":"task","task":0,"start":9,"end":8}' >&3`, nil, results.Crash, "times cannot be"},
		"total too short": {shReady + `echo '{"event":"task","task":0,"start":9,"end":9000000000}' >&3; ` + shTask1 + shDone, nil,
			results.Crash, "after the total"},
		"phases too long": {shReady + shTask0 + shTask1 +
			`echo '{"event":"done","phases":{"work":3000000000,"total":20},"usage":{}}' >&3`, nil, results.Crash, "phases do not fit"},
		"overflow": {shReady + shTask0 + shTask1 +
			`echo '{"event":"done","phases":{"spawn":9e18,"work":9e18,"total":1},"usage":{}}' >&3`, nil, results.Crash, "protocol"},
		"sum overflow": {shReady + shTask0 + shTask1 +
			`echo '{"event":"done","phases":{"spawn":9000000000000000000,"work":9000000000000000000,"total":9000000000000000000},"usage":{}}' >&3`,
			nil, results.Crash, "phases do not fit"},
		"negative usage": {shReady + shTask0 + shTask1 +
			`echo '{"event":"done","phases":{"total":20},"usage":{"user":-1}}' >&3`, nil, results.Crash, "cannot be"},
		"usage overflow": {shReady + shTask0 + shTask1 +
			`echo '{"event":"done","phases":{"total":20},"usage":{"user":9000000000000000000,"system":9000000000000000000}}' >&3`,
			nil, results.Crash, "cannot be"},
		"no total": {shReady + shTask0 + shTask1 + `echo '{"event":"done","phases":{},"usage":{}}' >&3`, nil, results.Crash, "needs a total"},
		"no whole number": {shReady + `echo '{"event":"done","phases":{"total":1.5},"usage":{}}' >&3`, nil, results.Crash,
			"phases.total cannot be the number 1.5"},
		"done without phases": {shReady + shTask0 + shTask1 + `echo '{"event":"done"}' >&3`, nil, results.Crash, "needs phases"},
		"talks after done":    {shAll + shTask0, nil, results.Crash, "after done"},
		"fails after done":    {shAll + `exit 4`, nil, results.Crash, "exit status 4"},
		"stays after done":    {shAll + `sleep 60`, nil, results.Leaked, "did not end"},
		"leaves a process":    {shAll + `sleep 60 &`, nil, results.Leaked, "1 process outlived"},
		"unavailable": {shHello + `echo '{"event":"unavailable","text":"no such interpreter"}' >&3; sleep 60`, nil,
			results.Unavailable, "no such interpreter"},
		"an error": {shReady + `printf '%s\n' '{"event":"error","task":1,"text":"ValueError: no\nmore"}' >&3; sleep 60`, nil,
			results.Crash, "task 1: ValueError: no"},
		"an error in full":   {shReady + `echo '{"event":"error","text":""}' >&3;` + shTask0 + shDone, nil, results.Crash, "did not say why"},
		"never reads":        {`sleep 60`, quick, results.Timeout, "did not end within 400ms"},
		"ignores TERM":       {`trap '' TERM; ` + shReady + `while :; do sleep 1; done`, quick, results.Timeout, "400ms"},
		"hangs with streams": {`setsid sleep 60 & ` + shReady + `wait`, quick, results.Timeout, "400ms"},
		"no such program": {``, func(j *Job) { j.Program = []string{"/does/not/exist"} }, results.Unavailable,
			"/does/not/exist: no such file"},
		"no such name":      {``, func(j *Job) { j.Program = []string{"no-such-program-here"} }, results.Unavailable, "no-such-program-here: no such program on PATH"},
		"not a program":     {``, func(j *Job) { j.Program = []string{"/etc/passwd"} }, results.Crash, "could not be started"},
		"no such directory": {``, func(j *Job) { j.Dir = "/does/not/exist" }, results.Crash, "could not be started"},
		"unread request": {shHello, func(j *Job) {
			j.Tasks = make([]workloads.Args, 100_000)
			for i := range j.Tasks {
				j.Tasks[i] = workloads.Args{"n": i}
			}
		}, results.Crash, "ended before done"},
	} {
		t.Run(name, func(t *testing.T) {
			o := shell(t, c.script, func(j *Job) {
				if !strings.Contains(c.script, "sleep") {
					j.Grace = time.Minute // it ends by itself, whenever it is let run
				}
				if c.change != nil {
					c.change(j)
				}
			})
			if o.Status != c.status || !strings.Contains(o.Reason, c.reason) {
				t.Errorf("%s: %q, want %s: %q", o.Status, o.Reason, c.status, c.reason)
			}
			if self, table, err := host.Table(); err == nil {
				if left := host.Strays(self, table, nil); len(left) > 0 {
					t.Errorf("left behind: %+v", left)
				}
			}
		})
	}
}

// TestClocksDisagree: a trial that claims more time than has passed is believed, with a warning.
func TestClocksDisagree(t *testing.T) {
	long := strings.Replace(shAll, `"total":20`, `"total":3600000000000`, 1)
	o := shell(t, long, nil)
	if o.Status != results.OK || len(o.Warnings) != 1 || !strings.Contains(o.Warnings[0], "clocks disagree") {
		t.Errorf("%s, %q", o.Status, o.Warnings)
	}
}
